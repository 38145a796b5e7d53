"""What a well's name says of it: the one place that classifies names of standards, blanks and controls.

An instrument's own word decides where it has one. Names that its software gives ("Standard1", "Background0")
and names that a block of the file lists as standards are sure. Usual names ("Std 1", "NC", "PC 1:100") are
guesses, and single letters ("S1", "B") are believed in the company of the rest of the plate only; both are
marked, so that a person is shown them. A name that merely could be one stays a sample, and is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import jaconv
import numpy as np
import pandas as pd

from assays.formats.factors import read_factor
from assays.formats.reading import SampleType
from assays.formats.values import NAN, NoValue
from tabular.message import Message
from tabular.numbers import half_width

STANDARD, CONTROL, BLANK, SAMPLE = (
    SampleType.STANDARD,
    SampleType.CONTROL,
    SampleType.BLANK,
    SampleType.SAMPLE,
)


class TypedBy(StrEnum):
    """How a well's type is known."""

    FILE = "file"
    """The instrument's own word, or a name that only its software or the file's own blocks give."""
    GUESS = "guess"
    """A usual name: shown to a person, who may say otherwise."""
    OPEN = "open"
    """A sample that could be something else: asked."""
    PERSON = "person"
    """Somebody said so: a layout, a mapping, the study's own names."""


@dataclass(frozen=True)
class Role:
    """What stands in a well, how that is known, and the number and the dilution in its name."""

    kind: SampleType = SAMPLE
    typed_by: TypedBy = TypedBy.FILE
    number: int | None = None
    dilution: float = NAN


SEP = r"[\s_.\-]*"
NUMBER = rf"{SEP}#?(?P<number>\d{{1,3}})?"
LEVEL = (
    rf"(?:{SEP}(?:low|lo|mid|medium|med|high|hi|normal|level|l|h|m|i|ii|iii|a|b|c|[高中低]値?))?"
)
OF_CONTROL = (
    r"(?:(?:kit|assay|plate|inter-?plate|internal|run|batch|serum|plasma|human|level|low|mid|medium|high|"
    rf"pos|positive|positiv|neg|negative|negativ|quality|qc|tri-?level|level{SEP}\d|"
    rf"陽性|陰性|[高中低]値?|内部|精度管理用?){SEP})*"
)
INSTRUMENT = (
    (re.compile(r"standard\s*(?P<number>\d*)", re.I), STANDARD),
    (re.compile(r"(?:control|qc)\s*(?P<number>\d*)", re.I), CONTROL),
    (re.compile(r"(?:background|blank)\s*(?P<number>\d*)", re.I), BLANK),
)
"""Names that the software of Luminex instruments gives."""
USUAL = (
    (rf"(?:std|stnd|stand|standards?|calibrators?|cal|kalibrator|スタンダード|キャリブレーター?|標準(?:品|液|溶液|物質)?|"
        rf"検量線用?(?:標準(?:品|液|溶液)?)?){NUMBER}", STANDARD),
    (rf".+[\s_\-](?:standard|std|calibrator){NUMBER}(?<=\d)", STANDARD),
    (rf"(?:standard|std|calibrator|cal){SEP}[a-j]", STANDARD),
    (rf"(?:standard{SEP}curve|sc|stc){NUMBER}", STANDARD),
    (rf"(?:bkg|bkgd|bkgrd|bg|background|blank|blk|blanc|empty|buffer|assay{SEP}buffer|diluent|leerwert|blindwert|nullwert|"
        rf"h2o|water|pbs|ブランク|バックグラウンド|緩衝液|希釈液|精製水|水){NUMBER}", BLANK),
    (rf"(?:no{SEP}(?:sample|template){SEP}(?:control)?|ntc|zero(?:{SEP}standard)?){NUMBER}", BLANK),
    (rf"{OF_CONTROL}(?:controls?|ctrls?|ctls?|kontrolle|(?:コントロール|対照)(?:血清|血漿|液)?){LEVEL}{NUMBER}{LEVEL}", CONTROL),
    (rf"(?:(?:low|lo|mid|medium|med|high|hi|normal){SEP})?(?:[lmhi]?qc|eqc){LEVEL}{NUMBER}{LEVEL}", CONTROL),
    (rf"(?:nc|pc|ipc|pos|neg|positive|negative|hpc|lpc){LEVEL}{NUMBER}", CONTROL),
    (
        rf"(?:(?:reference|ref|plasma|serum|study|qc|control|normal|human|inter-?plate|bridging|bridge){SEP})*"
        rf"(?:pool|pooled(?:{SEP}(?:plasma|serum|sample))?|reference|ref|bridge|bridging{SEP}sample|プール(?:血清|血漿)?){NUMBER}",
        CONTROL,
    ),
)  # fmt: skip
USUAL_NAMES = tuple((re.compile(form, re.I), kind) for form, kind in USUAL)
LETTERS = (
    (re.compile(rf"(?:s|st){NUMBER}", re.I), STANDARD),
    (re.compile(rf"b{NUMBER}", re.I), BLANK),
    (re.compile(rf"c{SEP}(?P<number>\d{{1,2}})", re.I), CONTROL),
)
POOLS = re.compile(r"(?:cp|s|st|std|standard|sc|pool)?\s*\d{0,2}", re.I)
"""Names of what is diluted step by step to be a standard: "CP3 1/50", "S 1/100", or the dilution alone."""
OLINK_NUMBER = r"(?:[\s_-]*AS)?(?:[\s_-]*(?P<number>\d{1,2}))?"  # "1", "_2", "AS 1"
OLINK = (
    (re.compile(r"(?:NC|NEG|NEG(?:ATIVE)?[\s_-]?(?:CTRL|CONTROL)S?)" + OLINK_NUMBER, re.I), BLANK),
    (
        re.compile(
            r"(?:IPC|PC|SC|CTRL|CONTROL|(?:CTRL|CONTROL)[\s_-]?SAMPLE|"
            r"(?:INTER[\s_-]?)?(?:PLATE|SAMPLE)[\s_-]?(?:CTRL|CONTROL)S?)" + OLINK_NUMBER,
            re.I,
        ),
        CONTROL,
    ),
)
"""The whole name must be one: of a post-COVID study "PC - PAT06" is a patient and "PC - HC12" a healthy
person, whose values must not be lost among the controls."""
COULD_BE = re.compile(
    r"standard|calibrator|control|ctrl|kontroll|blank|background|pool|reference|\bneg|\bpos|"
    r"\b[lmh]?qc\b|\b(?:h2o|water|pbs|buffer|media|medium|matrix|diluent)\b|leerwert|\b[lu]loq\b|"
    r"標準|検量|コントロール|対照|ブランク|プール|精度管理|培地",
    re.I,
)
REFERENCE = re.compile(rf"rp{NUMBER}", re.I)
"""A reference pool, where a plate has a few of them; more are people."""
DILUTION = re.compile(
    r"(?P<base>.*?)[\s_(\-]*(?<!\d)(?P<factor>1\s?[:/]\s?\d{1,7}(?:\.\d+)?|\d{1,6}[x×](?:\s*dil\w*)?)\)?",
    re.I,
)
MOST = {STANDARD: 20, CONTROL: 12, BLANK: 12}
"""Different numbers of a series; more of them are people."""
MOST_LETTERS = {STANDARD: 16, CONTROL: 4, BLANK: 8}
SHOWN = 10
LONGEST = 200
"""Characters of a name that is looked at; a longer one is kept by no study."""
LEVELS = 4
"""Dilutions that make a standard curve, and numbers from which the order of fluorescence can be judged."""
ORDERED = 0.5


def roles_of(
    names: Sequence[str],
    *,
    said: Sequence[SampleType | None] | None = None,
    known: Mapping[str, SampleType] | None = None,
    brightness: Sequence[float] | None = None,
) -> list[Role]:
    """The role of each well of a plate.

    said: the instrument's own word for each, None where it has none; known: names that the file itself lists
    as standards or controls; brightness: the fluorescence of each well over its analytes, NaN where not told.
    """
    listed = [(known or {}).get(name) for name in names]
    names = [plain_name(name) if len(name) <= LONGEST else "" for name in names]
    words: Sequence[SampleType | None] = said if said is not None else [None] * len(names)
    found = [_one(*told) for told in zip(names, words, listed, strict=True)]
    _dilution_series(names, words, found)
    _too_many(names, found, MOST)
    _letters(names, words, found, np.asarray(brightness if brightness is not None else [], float))
    references = _references(names)
    return [
        replace(role, typed_by=TypedBy.OPEN)
        if role.kind == SAMPLE and word is None and (name in references or _could_be(name))
        else role
        for name, word, role in zip(names, words, found, strict=True)
    ]


def plain_name(name: str) -> str:
    """A name as it is compared: letters, digits and signs in half width, kana in full width."""
    plain: str = jaconv.h2z(half_width(name), kana=True, ascii=False, digit=False)
    return plain


def olink_role(name: str) -> Role:
    """What a row of an Olink export is by its name, where the file has no word for it: "PC 1", "NC2"."""
    for form, kind in OLINK:
        if told := form.fullmatch(plain_name(name)):
            return Role(kind, TypedBy.GUESS, _number(told))
    return Role()


def parts_of(name: str) -> tuple[str, float]:
    """A name without its dilution, and the dilution: "PC 1:100" is "PC" and 100; NaN where it names none."""
    plain = plain_name(name)
    told = DILUTION.fullmatch(plain)
    if told is None:
        return plain, NAN
    try:
        return told["base"].strip(), read_factor(told["factor"])
    except NoValue:  # "PC 1:0"
        return told["base"].strip(), NAN


def brightness_of(wells: Sequence[str], rows: pd.DataFrame) -> list[float]:
    """The fluorescence of each well over its analytes: the mean of the ranks within each of them."""
    ranks = rows["mfi"].groupby(rows["analyte"]).rank()
    by_well = ranks.groupby(rows["well"]).mean()
    return [float(by_well.get(well, NAN)) for well in wells]


def _could_be(name: str) -> bool:
    base, dilution = parts_of(name)
    return bool(COULD_BE.search(name)) or (not base and dilution == dilution)


def _references(names: Sequence[str]) -> frozenset[str]:
    found = frozenset(name for name in names if REFERENCE.fullmatch(parts_of(name)[0]))
    return found if len(found) <= MOST[CONTROL] else frozenset()


def _one(name: str, word: SampleType | None, listed: SampleType | None) -> Role:
    """What the name alone says. listed: what the file itself lists it as."""
    base, dilution = parts_of(name)
    if word is not None and word != SAMPLE:
        return Role(word, TypedBy.FILE, None, dilution)
    if listed is not None:
        return Role(listed, TypedBy.FILE, None, dilution)
    for form, kind in INSTRUMENT:
        if word is None and (told := form.fullmatch(name.strip())):
            return Role(kind, TypedBy.FILE, _number(told), dilution)
    for form, kind in USUAL_NAMES:
        if told := form.fullmatch(base):
            return Role(kind, TypedBy.GUESS, _number(told), dilution)
    return Role(dilution=dilution)


def _number(told: re.Match[str]) -> int | None:
    text = told.groupdict().get("number")
    return int(text) if text else None


def _dilution_series(
    names: Sequence[str], words: Sequence[SampleType | None], found: list[Role]
) -> None:
    """One thing in four dilutions or more is a standard curve; fewer of a pool are a control. Several things
    diluted so are people whose dilution is tried out."""
    series: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if found[i].dilution == found[i].dilution and words[i] is None:
            series.setdefault(parts_of(name)[0].lower(), []).append(i)
    curves = {
        base: len({found[i].dilution for i in places}) >= LEVELS for base, places in series.items()
    }
    alone = sum(curves.values()) == 1
    for base, places in series.items():
        is_pool = POOLS.fullmatch(base) is not None
        if curves[base] and (is_pool or alone):
            kind = STANDARD
        elif is_pool and base:
            kind = STANDARD if base[0] == "s" else CONTROL
        else:
            continue
        for i in places:
            if found[i].kind in (SAMPLE, CONTROL) and found[i].typed_by != TypedBy.PERSON:
                found[i] = replace(found[i], kind=kind, typed_by=TypedBy.GUESS)


def _too_many(names: Sequence[str], found: list[Role], most: Mapping[SampleType, int]) -> None:
    """A guess of which there are more numbers than a kit has is a way to number people."""
    for kind, count in most.items():
        places = [i for i, r in enumerate(found) if r.kind == kind and r.typed_by == TypedBy.GUESS]
        if len({found[i].number for i in places} - {None}) > count:
            for i in places:
                if found[i].number is not None:
                    found[i] = Role(SAMPLE, TypedBy.OPEN, found[i].number, found[i].dilution)


def _letters(
    names: Sequence[str],
    words: Sequence[SampleType | None],
    found: list[Role],
    brightness: np.ndarray,
) -> None:
    """ "S1", "B", "C2": believed where the file has no standards (blanks, controls) for sure, where there are
    no more of them than a kit has, where other wells are samples, and where their fluorescence does not speak
    against it; "C1" only beside standards of a letter. Else they are people, asked about where the file has
    none for sure and they are few."""
    series: dict[SampleType, dict[int, int | None]] = {kind: {} for _form, kind in LETTERS}
    for i, name in enumerate(names):
        if found[i].kind != SAMPLE or words[i] is not None:
            continue
        for form, kind in LETTERS:
            if told := form.fullmatch(name.strip()):
                series[kind][i] = _number(told)
    lettered = {i for places in series.values() for i in places}
    samples = [i for i, role in enumerate(found) if role.kind == SAMPLE and i not in lettered]
    by_letter = False
    for kind, places in series.items():
        if not places:
            continue
        sure = any(role.kind == kind and role.typed_by == TypedBy.FILE for role in found)
        few = len(set(places.values())) <= MOST_LETTERS[kind]
        fits = few and bool(samples) and not sure and (kind != CONTROL or by_letter)
        fits = fits and _fits(kind, places, samples, brightness)
        if not fits:
            samples += places
        if sure or not few:
            continue
        by_letter = by_letter or (kind == STANDARD and fits)
        for i, number in places.items():
            now, how = (kind, TypedBy.GUESS) if fits else (SAMPLE, TypedBy.OPEN)
            found[i] = Role(now, how, number, found[i].dilution)


def _fits(
    kind: SampleType,
    places: Mapping[int, int | None],
    samples: Iterable[int],
    brightness: np.ndarray,
) -> bool:
    """Whether fluorescence agrees: that of standards goes up or down with their numbers, that of blanks lies
    below the middle of the samples'. True where it says nothing."""
    if not len(brightness):
        return True
    if kind == BLANK:
        own, others = (np.median(brightness[list(at)]) for at in (places, samples))
        return not own > others
    if kind == STANDARD and len(set(places.values()) - {None}) >= LEVELS:
        told = pd.DataFrame({"n": list(places.values()), "fi": brightness[list(places)]}).dropna()
        order = told["n"].astype(float).rank().corr(told["fi"].rank())
        return not abs(order) < ORDERED
    return True


def notes_of(names: Sequence[str], roles: Sequence[Role]) -> list[Message]:
    """Sentences for the preview: which names were taken for what, and which could be something else."""
    notes = []
    for kind, word in ((STANDARD, "standards"), (BLANK, "blanks"), (CONTROL, "controls")):
        guessed = [
            name
            for name, role in zip(names, roles, strict=True)
            if role.kind == kind and role.typed_by == TypedBy.GUESS
        ]
        if guessed:
            notes.append(
                Message(
                    "taken_their_names_all",
                    "Taken for %(word)s by their names: %(names)s (%(n)s in all).",
                    word=word,
                    names=_some(guessed),
                    n=len(guessed),
                )
            )
    could = [name for name, r in zip(names, roles, strict=True) if r.typed_by == TypedBy.OPEN]
    if could:
        notes.append(
            Message(
                "read_as_samples_but",
                "Read as samples, but could be standards, blanks or controls: %(names)s.",
                names=_some(could),
            )
        )
    return notes


def _some(names: list[str]) -> str:
    different = list(dict.fromkeys(names))
    return ", ".join(different[:SHOWN]) + (", …" if len(different) > SHOWN else "")
