"""Names in Olink exports: which samples are controls, and assays that stand in several panels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assays.formats.reading import SampleType
from assays.formats.roles import Role, olink_role

WORDS = {
    "SAMPLE": SampleType.SAMPLE,
    "NEGATIVE_CONTROL": SampleType.BLANK,
    "PLATE_CONTROL": SampleType.CONTROL,
    "SAMPLE_CONTROL": SampleType.CONTROL,
    "CONTROL": SampleType.CONTROL,
}


def role_of(name: str, word: str = "") -> Role:
    """What a row is: by the file's own word where it has one, else by a name such as "PC 1", "NC2" or
    "CONTROL_SAMPLE_AS 1"."""
    known = WORDS.get(word.upper())
    return olink_role(name) if known is None else Role(known)


def unique_names(assays: Sequence[str], ids: Sequence[str]) -> list[str]:
    """Assays by name; one that stands in several panels with its OlinkID, "IL6 (OID00482)"."""
    pairs = dict.fromkeys(zip(assays, ids, strict=True))
    often = Counter(assay for assay, _ in pairs)
    return [
        f"{assay} ({one})" if often[assay] > 1 else assay
        for assay, one in zip(assays, ids, strict=True)
    ]
