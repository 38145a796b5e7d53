"""What of a reading could not be kept whole: told with its place before anything is planned."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from assays.formats import Flag, PlateReading
from assays.models import Measurement, PlateAnalyte, PlateRun, Well
from studies.refusals import Refused

TOLD = 5
NUMBERS = ("value", "mfi", "net_mfi", "bead_count", "dilution")


def check_fits(reading: PlateReading, file: str) -> None:
    """Raise Refused where a text is longer than it can be kept, or a number contradicts its flag."""
    problems = []
    for problem in (*_texts(reading), *_numbers(reading.measurements)):
        problems.append(f"{file}, {problem}")
        if len(problems) == TOLD:
            break
    if problems:
        raise Refused("\n".join(problems))


def _texts(reading: PlateReading) -> Iterator[str]:
    run, plate = PlateRun._meta, reading.plate
    for name in ("instrument", "serial", "software", "protocol", "kit", "lot", "acquired_text"):
        longest = run.get_field(name).max_length
        yield from _too_long(pd.Series([getattr(plate, name)]), longest, lambda at, n=name: n)
    wells, m, a = reading.wells, reading.measurements, reading.analytes
    of_well, of_cell = Well._meta, Measurement._meta

    def well(at: int) -> str:
        return _("well %(well)s") % {"well": wells["well"].iat[at]}

    def cell(at: int) -> str:
        words = {"well": m["well"].iat[at], "analyte": m["analyte"].iat[at]}
        return _("well %(well)s, %(analyte)s") % words

    for name, column in (("well", "position"), ("position", "position"), ("sample", "sample")):
        yield from _too_long(wells[name], of_well.get_field(column).max_length, well)
    yield from _too_long(m["raw_text"], of_cell.get_field("value_text").max_length, cell)
    yield from _too_long(m["unit"], of_cell.get_field("unit").max_length, cell)
    longest = PlateAnalyte._meta.get_field("name").max_length
    yield from _too_long(a["analyte"], longest, lambda at: a["analyte"].iat[at][:60])


def _too_long(column: pd.Series, longest: int | None, place) -> Iterator[str]:  # type: ignore[no-untyped-def]
    texts = column.astype(object).where(column.notna(), "").tolist()
    for text in {text for text in texts if len(text) > (longest or 0) or "\0" in text}:
        why = _("%(place)s: “%(text)s…” is longer than %(n)d characters, or no plain text.")
        yield why % {"place": place(texts.index(text)), "text": text[:40], "n": longest or 0}


def _numbers(m: pd.DataFrame) -> Iterator[str]:
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
