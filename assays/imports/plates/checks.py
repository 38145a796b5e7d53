"""What of a reading could not be kept whole: told with its place before anything is planned."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from django.db.models import Model

from assays.formats import Flag, PlateReading
from assays.models import Measurement, PlateAnalyte, PlateRun, Well
from sentences import Sentence, several
from sentences import storable as _
from studies.refusals import Refused

TOLD = 5
NUMBERS = ("value", "mfi", "net_mfi", "bead_count", "dilution")


def check_fits(reading: PlateReading, file: str) -> None:
    """Raise Refused where a text is longer than it can be kept, or a number contradicts its flag."""
    problems = []
    for problem in (*_texts(reading), *_numbers(reading.measurements)):
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
