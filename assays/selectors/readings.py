"""The readings that models use, of many patients at a timepoint: one query, no object for each."""

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Cast, Coalesce, Extract

from assays.models import Measurement, PanelPolicy
from assays.selectors.copying import NUMBER, WHOLE, WORDS, copied
from assays.selectors.matrix import usable
from assays.selectors.refits import REFIT, with_refits
from studies.models import Patient

COLUMNS = ["subject", "analyte", "replicate", "value", "flag", "limit"]
TYPES: dict[str, pa.DataType] = {
    "subject": WORDS, "analyte": WORDS, "value": NUMBER, "flag": WORDS, "limit": NUMBER,
    "judged_as": WORDS, "panel": WHOLE, "acquired": NUMBER, "id": WHOLE,
}  # fmt: skip
Repeats = PanelPolicy.Repeats


def readings(
    patients: QuerySet[Patient], timepoint: str, analytes: Collection[str] | None = None
) -> pd.DataFrame:
    """Usable readings of the patients' specimens at a timepoint, those repeats that count.

    A row per reading: subject, analyte (symbol), flag (categories), replicate (1, 2, ... in the order of
    acquisition), value and limit (float64, NaN where there is none); sorted by the first three. What is
    usable: assays.selectors.matrix; which repeats count, and whose concentrations: the policy by which the
    plate was judged. One query, and two more where a policy takes the concentrations of our own curves.
    """
    rows = usable(
        Measurement.objects.filter(specimen__patient__in=patients, specimen__timepoint=timepoint)
    ).order_by()
    if analytes is not None:
        rows = rows.filter(analyte__symbol__in=list(analytes))
    found = copied(
        rows.annotate(acquired=_acquired()).values_list(
            *("specimen__patient__subject_id", "analyte__symbol", "value", "flag", "limit"),
            *("plate_run__judged_as", "plate_run__panel", "acquired", "id"),
        ),
        TYPES,
    )
    if found["judged_as"].cat.categories.str.startswith(REFIT).any():
        found = with_refits(found, rows)
    return _that_count(found)


def wide(found: pd.DataFrame) -> pd.DataFrame:
    """A row per subject and a column per analyte: the mean of the repeats that have a number.

    found: as `readings` gives it. NaN where no repeat has a number.
    """
    subjects, analytes = found["subject"].cat, found["analyte"].cat
    shape = len(subjects.categories), len(analytes.categories)
    cell, size = _cells(found), shape[0] * shape[1]
    known = found["value"].notna().to_numpy()
    total = np.bincount(cell[known], found["value"].to_numpy()[known], size)
    with np.errstate(invalid="ignore"):
        mean = total / np.bincount(cell[known], minlength=size)
    return pd.DataFrame(
        mean.reshape(shape), index=list(subjects.categories), columns=list(analytes.categories)
    )


def _acquired() -> Expression:
    """When the plate was read, or else run, in seconds; infinite where nobody knows."""
    read = Cast(Extract(F("plate_run__acquired_at"), "epoch"), FloatField())
    run = Cast(Extract(F("plate_run__run_on"), "epoch"), FloatField())
    return Coalesce(read, run, Cast(Value("Infinity"), FloatField()))


def _cells(found: pd.DataFrame) -> np.ndarray:
    """The number of the matrix's cell that each reading belongs to, by rows."""
    subject, analyte = found["subject"].cat, found["analyte"].cat
    return subject.codes.to_numpy(np.int64) * len(analyte.categories) + analyte.codes.to_numpy()


def _that_count(found: pd.DataFrame) -> pd.DataFrame:
    """Number the repeats in the order of acquisition, after keeping those that the policy says."""
    for name in ("subject", "analyte"):
        words = found[name].cat
        found[name] = words.set_categories(sorted(words.categories))
    cell = _cells(found)
    order = np.lexsort((found["id"], found["acquired"], cell))
    found, cell = found.iloc[order], cell[order]
    keep = np.ones(len(cell), dtype=bool)
    of_panel = pd.DataFrame({"cell": cell, "panel": found["panel"].to_numpy()})
    for rule, which in ((Repeats.FIRST, "first"), (Repeats.LAST, "last")):
        ruled = found["judged_as"].str.endswith(f" {rule}").to_numpy()
        if ruled.any():
            keep &= ~(ruled & of_panel.duplicated(keep=which).to_numpy())  # type: ignore[arg-type]
    found, cell = found[keep].reset_index(drop=True), cell[keep]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    lengths = np.diff(starts, append=len(cell))
    found["replicate"] = np.arange(len(cell)) - np.repeat(starts, lengths) + 1
    return found[COLUMNS]
