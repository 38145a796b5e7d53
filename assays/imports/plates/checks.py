"""What of a reading could not be kept whole: told with its place before anything is planned."""

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from django.db.models import Model

from assays.formats import Flag, PlateReading
from assays.imports.values import NEGATIVE, may_be_negative
from assays.models import Measurement, PlateAnalyte, PlateRun, Well
from sentences import Sentence, several
from sentences import storable as _
from studies.refusals import Refused
from tabular.numbers import beyond

TOLD = 5
NUMBERS = ("value", "mfi", "net_mfi", "bead_count", "dilution")
OF_FILE = _("Correct it in the file, or leave the analyte out (leave_out: in the mapping).")
NAME_UNIT = _(
    "If it is no concentration, name its unit in the mapping (unit: NPX); else correct it in the file, or leave "
    "the analyte out (leave_out:)."
)


def check_fits(
    reading: PlateReading, file: str, *, unit: str = "", leave_out: Collection[str] = ()
) -> None:
    """Raise Refused where a text is longer than it can be kept, a number contradicts its flag, or a concentration
    is below zero. unit: that of a file which names none; leave_out: analytes that stay in the file."""
    problems, m = [], reading.measurements
    taken = m[~m["analyte"].isin(leave_out)]
    for problem in (*_texts(reading), *_numbers(m), *_below_zero(taken, unit)):
        problems.append(_("%(file)s, %(problem)s") % {"file": file, "problem": problem})
        if len(problems) == TOLD:
            break
    if problems:
        raise Refused(several(problems, by="\n"))


def longest(model: type[Model], field: str) -> int:
    """How many characters a field takes."""
    return getattr(model._meta.get_field(field), "max_length", None) or 0


def _texts(reading: PlateReading) -> Iterator[Sentence]:
    for name in ("instrument", "serial", "software", "protocol", "kit", "lot", "acquired_text"):
        told = pd.Series([getattr(reading.plate, name)])
        yield from _too_long(told, longest(PlateRun, name), pd.Series([name]))
    wells, m, names = reading.wells, reading.measurements, reading.analytes["analyte"]
    for name, field in (("well", "position"), ("position", "position"), ("sample", "sample")):
        yield from _too_long(wells[name], longest(Well, field), wells["well"])
    for name, field in (("raw_text", "value_text"), ("unit", "unit")):
        yield from _too_long(m[name], longest(Measurement, field), m["well"], m["analyte"])
    yield from _too_long(names, longest(PlateAnalyte, "name"), names)


def _too_long(column: pd.Series, most: int, *places: pd.Series) -> Iterator[Sentence]:
    texts = column.astype(object).where(column.notna(), "").tolist()
    for text in {text for text in texts if len(text) > most or "\0" in text}:
        at = texts.index(text)
        where = ", ".join(str(place.iat[at])[:60] for place in places)
        why = _("%(place)s: “%(text)s…” is longer than %(n)d characters, or no plain text.")
        yield why % {"place": where, "text": text[:40], "n": most}


def _numbers(m: pd.DataFrame) -> Iterator[Sentence]:
    flags, value = m["flag"].astype(str), m["value"]
    needed = flags.isin([Flag.IN_RANGE.value, Flag.EXTRAPOLATED.value]) & value.isna()
    unwanted = (flags == Flag.MISSING.value) & value.notna()
    endless = pd.Series(False, index=m.index)
    for name in NUMBERS:
        endless |= np.isinf(m[name])
    wrong = needed | unwanted | endless | (m["bead_count"] < 0)
    for row in m[wrong].head(TOLD).to_dict("records"):
        why = _(
            "well %(well)s, %(analyte)s: the number of “%(text)s” contradicts its flag %(flag)s."
        )
        words = {"well": row["well"], "analyte": row["analyte"], "text": row["raw_text"]}
        yield why % {**words, "flag": str(row["flag"])}


def _below_zero(m: pd.DataFrame, unit: str) -> Iterator[Sentence]:
    """Numbers and limits below zero of what is a concentration."""
    units = m["unit"].where(m["unit"].notna() & (m["unit"] != ""), unit)
    linear = units.map({one: not may_be_negative(one) for one in units.unique()}).astype(bool)
    rows = m[linear]
    limits = rows["raw_text"].map(_has_limit_below_zero).astype(bool)
    for row in rows[(rows["value"] < 0) | limits].head(TOLD).to_dict("records"):
        why = _("well %(well)s, %(analyte)s: “%(text)s”: %(why)s. %(advice)s")
        words = {"well": row["well"], "analyte": row["analyte"], "text": row["raw_text"]}
        yield why % {**words, "why": NEGATIVE, "advice": OF_FILE if row["unit"] else NAME_UNIT}


def _has_limit_below_zero(text: str) -> bool:
    """Whether a text such as "< -3.2" or "< -3,2" names a limit below zero."""
    found = (beyond(text or "", decimal=mark) for mark in ".,")
    return any(limit is not None and limit[1] < 0 for limit in found)
