"""Names in Olink exports: which samples are controls, and assays that stand in several panels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from assays.formats.reading import SampleType

NUMBER = r"(?:[\s_-]*AS)?(?:[\s_-]*\d{1,2})?"  # of a control: "1", "_2", "AS 1"
CONTROL = re.compile(
    r"(IPC|PC|SC|CTRL|CONTROL|(CTRL|CONTROL)[\s_-]?SAMPLE|"
    r"(INTER[\s_-]?)?(PLATE|SAMPLE)[\s_-]?(CTRL|CONTROL)S?)" + NUMBER,
    re.I,
)
BLANK = re.compile(r"(NC|NEG|NEG(ATIVE)?[\s_-]?(CTRL|CONTROL)S?)" + NUMBER, re.I)
"""The whole name must be one: of a post-COVID study "PC - PAT06" is a patient and "PC - HC12" a healthy
person, whose values must not be lost among the controls."""
WORDS = {
    "SAMPLE": SampleType.SAMPLE,
    "NEGATIVE_CONTROL": SampleType.BLANK,
    "PLATE_CONTROL": SampleType.CONTROL,
    "SAMPLE_CONTROL": SampleType.CONTROL,
    "CONTROL": SampleType.CONTROL,
}


def sample_type(name: str, word: str = "") -> SampleType:
    """What a row is: by the file's own word where it has one, else by a name such as "PC 1", "NC2" or
    "CONTROL_SAMPLE_AS 1"."""
    if word.upper() in WORDS:
        return WORDS[word.upper()]
    plain = name.strip()
    if BLANK.fullmatch(plain):
        return SampleType.BLANK
    return SampleType.CONTROL if CONTROL.fullmatch(plain) else SampleType.SAMPLE


def named_by_convention(wells: pd.DataFrame) -> list[str]:
    """The note that some samples were taken for controls by their names only; none where none was."""
    named = wells.loc[wells["sample_type"] != SampleType.SAMPLE.value, "sample"]
    if named.empty:
        return []
    some = ", ".join(dict.fromkeys(named.iloc[:10]))
    return [f"Taken for controls by their names: {len(named)} ({some})."]


def unique_names(assays: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Assays by name; one that stands in several panels with its OlinkID, "IL6 (OID00482)"."""
    pairs = dict.fromkeys(zip(assays, ids, strict=True))
    often = Counter(assay for assay, _ in pairs)
    return [
        f"{assay} ({one})" if often[assay] > 1 else assay
        for assay, one in zip(assays, ids, strict=True)
    ]
