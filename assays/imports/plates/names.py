"""Names of analytes on a plate -> the catalogue; what cannot be decided becomes a question to a person."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from assays.imports.plates.checks import longest
from assays.models import Analyte, normalize
from assays.models.catalogue import UNIPROT_FORM
from assays.selectors.catalogue import catalogue_names, readable_names
from imports.reading import near
from sentences import Sentence
from sentences import storable as _

BEAD_REGION = re.compile(r"\s*\((?:\d{1,3}|OID\d+)\)\s*$")
HUMAN = re.compile(r"^\s*(?:human|hu)[\s_.-]+(?=\S)", re.IGNORECASE)
ISOFORM = re.compile(r"-\d+$")
SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()@-]{0,59}")
COMPARED = 200
"""Names that are compared with the catalogue for “did you mean”; that takes a while for each."""


def plain_name(name: str) -> str:
    """A name without what is of the kit and not of the analyte: `Hu IL-1b (32)` -> `IL-1b`.

    A bead region (or Olink's id) at the end goes first, for `IL-1 (7)` is not IL-17. Of species only the
    human one goes: a mouse's `Mo IL-6` is not the analyte that the catalogue means.
    """
    return HUMAN.sub("", BEAD_REGION.sub("", name)).strip()


def keys_of(name: str) -> tuple[str, ...]:
    """The normalized forms under which a name is looked up, the fuller one first."""
    keys = (normalize(BEAD_REGION.sub("", name)), normalize(plain_name(name)))
    return tuple(dict.fromkeys(key for key in keys if key))


def accessions(text: str) -> tuple[str, ...]:
    """The UniProt accessions of a cell, without isoforms: `P29459-1;P29460` -> both chains."""
    parts = re.split(r"[\s,;_|/]+", text.strip())
    return tuple(dict.fromkeys(ISOFORM.sub("", part).upper() for part in parts if part))


@dataclass(frozen=True)
class Question:
    """A name that a person has to decide on: why, and what the file and the catalogue suggest.

    answer: what the form starts from ("is", "add", "leave_out"); suggestion: an analyte of the catalogue; symbol
    and uniprot: of a new one. is_clear: whether a new analyte of these can be meant and nothing else.
    """

    name: str
    why: Sentence | str
    uniprot: str = ""
    suggestion: str = ""
    answer: str = "is"
    symbol: str = ""
    is_clear: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class NamedAnalytes:
    """The analytes of a file: found, left out by a person's decision, and asked for."""

    found: dict[str, Analyte] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class AnalyteNames:
    """Looks names up: what a person said of this file, then the catalogue's names, then UniProt."""

    def __init__(self, said: Mapping[str, str], leave_out: Iterable[str]) -> None:
        self.said, self.leave_out = said, frozenset(leave_out)
        self.names = catalogue_names()
        self.symbols = {analyte.symbol: analyte for analyte in self.names.values()}
        self.by_uniprot: dict[str, list[Analyte]] = {}
        for analyte in self.symbols.values():
            if analyte.uniprot:
                self.by_uniprot.setdefault(analyte.uniprot, []).append(analyte)

    def resolve(self, named: Iterable[tuple[str, str]]) -> NamedAnalytes:
        """Resolve pairs of name and UniProt text. Two names never become one analyte."""
        result, first = NamedAnalytes(), dict[str, str]()
        for name, uniprot in named:
            if name in self.leave_out:
                result.left_out.append(name)
                continue
            found = self._one(name, accessions(uniprot))
            if isinstance(found, Question):
                result.questions.append(found)
            elif (other := first.setdefault(found.symbol, name)) != name:
                why = _("“%(other)s” of this file is already %(symbol)s; leave one of them out.")
                words = {"other": other, "symbol": found.symbol}
                question = Question(name, why % words, uniprot, answer="leave_out")
                result.questions.append(question)
            else:
                result.found[name] = found
        result.questions = self._find_clear(result.questions)
        return result

    def _find_clear(self, questions: list[Question]) -> list[Question]:
        """Which questions are clear: those whose file tells a symbol and a UniProt accession that neither the
        catalogue nor another name of the file has. The others are compared with the catalogue."""
        keys = Counter(normalize(question.symbol) for question in questions)
        told = Counter(question.uniprot for question in questions)
        known = readable_names() if questions else []
        found, compared = [], 0
        for question in questions:
            key = normalize(question.symbol)
            is_new = bool(key) and key not in self.names and keys[key] == 1
            is_clear = is_new and _is_accession(question.uniprot) and told[question.uniprot] == 1
            if is_clear and question.answer == "add":
                found.append(replace(question, is_clear=True))
            elif question.answer == "leave_out" or not question.symbol or compared >= COMPARED:
                found.append(question)
            else:
                compared += 1
                answer = "add" if is_new and question.answer == "add" else "is"
                why = question.why + near(plain_name(question.name), known)
                found.append(replace(question, why=why, answer=answer))
        return found

    def _one(self, name: str, uniprots: tuple[str, ...]) -> Analyte | Question:
        told = " ".join(uniprots)
        if name in self.said:
            symbol = self.said[name]
            if symbol in self.symbols:
                return self.symbols[symbol]
            why = _("the catalogue has no analyte %(symbol)s.") % {"symbol": symbol}
            return Question(name, why + near(symbol, self.symbols), told)
        by_name = next((self.names[key] for key in keys_of(name) if key in self.names), None)
        by_uniprot = self._of_uniprot(uniprots)
        if by_name is None:
            return by_uniprot or self._ask_about(name, told)
        if not uniprots or not by_name.uniprot or by_name.uniprot in uniprots:
            return by_name
        why = _(
            "the name says %(symbol)s (%(known)s), but the file's UniProt accession is %(told)s."
        )
        words = {"symbol": by_name.symbol, "known": by_name.uniprot, "told": told}
        suggestion = by_uniprot.symbol if by_uniprot else ""
        return Question(name, why % words, told, suggestion)

    def _of_uniprot(self, uniprots: tuple[str, ...]) -> Analyte | None:
        found = [analyte for text in uniprots for analyte in self.by_uniprot.get(text, ())]
        return found[0] if len(found) == 1 else None

    def _ask_about(self, name: str, uniprot: str) -> Question:
        """A question that starts from what the file itself tells."""
        symbol = plain_name(name)
        fits = SYMBOL.fullmatch(symbol) is not None
        why = _("the catalogue has no analyte of this name.")
        answer = "add" if fits and uniprot else "is"
        return Question(name, why, uniprot, answer=answer, symbol=symbol if fits else "")


def _is_accession(text: str) -> bool:
    return len(text) <= longest(Analyte, "uniprot") and re.fullmatch(UNIPROT_FORM, text) is not None


def questions_of(preview: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The questions that a kept preview asks, each with its place among them."""
    asked = (preview or {}).get("questions", ())
    started = {"answer": "is", "symbol": "", "is_clear": False}
    return [{**started, **one, "place": place} for place, one in enumerate(asked)]


def filter_questions(
    questions: list[dict[str, Any]], *, text: str = "", show: str = ""
) -> list[dict[str, Any]]:
    """Those whose name, symbol or accession has a text; show: "clear" or "open" ones only."""
    wanted = text.casefold()
    return [
        one
        for one in questions
        if (show not in ("clear", "open") or one["is_clear"] == (show == "clear"))
        and any(wanted in one[key].casefold() for key in ("name", "symbol", "uniprot"))
    ]


def counts_of(questions: list[dict[str, Any]]) -> dict[str, int]:
    """How many questions there are, how many of them are clear, and how many are left then."""
    clear = sum(one["is_clear"] for one in questions)
    return {"all": len(questions), "clear": clear, "open": len(questions) - clear}
