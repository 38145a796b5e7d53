"""Names of analytes on a plate -> the catalogue; what cannot be decided becomes a question to a person."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assays.models import Analyte, normalized
from assays.selectors.catalogue import catalogue_names, readable_names
from studies.imports.sections import near

BEAD_REGION = re.compile(r"\s*\((?:\d{1,3}|OID\d+)\)\s*$")
HUMAN = re.compile(r"^\s*(?:human|hu)[\s_.-]+(?=\S)", re.IGNORECASE)
ISOFORM = re.compile(r"-\d+$")


def plain_name(name: str) -> str:
    """A name without what is of the kit and not of the analyte: `Hu IL-1b (32)` -> `IL-1b`.

    A bead region (or Olink's id) at the end goes first, for `IL-1 (7)` is not IL-17. Of species only the
    human one goes: a mouse's `Mo IL-6` is not the analyte that the catalogue means.
    """
    return HUMAN.sub("", BEAD_REGION.sub("", name)).strip()


def keys_of(name: str) -> tuple[str, ...]:
    """The normalized forms under which a name is looked up, the fuller one first."""
    keys = (normalized(BEAD_REGION.sub("", name)), normalized(plain_name(name)))
    return tuple(dict.fromkeys(key for key in keys if key))


def accessions(text: str) -> tuple[str, ...]:
    """The UniProt accessions of a cell, without isoforms: `P29459-1;P29460` -> both chains."""
    parts = re.split(r"[\s,;_|/]+", text.strip())
    return tuple(dict.fromkeys(ISOFORM.sub("", part).upper() for part in parts if part))


@dataclass(frozen=True)
class Question:
    """A name that a person has to decide on: why, and what the file and the catalogue suggest."""

    name: str
    why: str
    uniprot: str = ""
    suggestion: str = ""

    def as_json(self) -> dict[str, str]:
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
                result.questions.append(Question(name, why % words, uniprot))
            else:
                result.found[name] = found
        return result

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
            return by_uniprot or self._unknown(name, told)
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

    def _unknown(self, name: str, uniprot: str) -> Question:
        why = _("the catalogue has no analyte of this name.") + near(
            plain_name(name), readable_names()
        )
        return Question(name, why, uniprot)


def questions_of(preview: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """The questions that a kept preview asks."""
    return list((preview or {}).get("questions", []))
