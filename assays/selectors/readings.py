"""The readings that models use, of many patients at a timepoint: one query, no object for each."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from assays.models import Flag, PanelPolicy
from assays.selectors.cells import FLAGS, Cells, cells_of
from assays.selectors.matrix import NEVER
from assays.selectors.refits import REFIT, with_refits
from clinical.models import Patient

COLUMNS = ["subject", "analyte", "replicate", "value", "flag", "limit", "id"]
Repeats = PanelPolicy.Repeats


def readings(
    patients: QuerySet[Patient], timepoint: str, analytes: Collection[str] | None = None
) -> pd.DataFrame:
    """Usable readings of the patients' specimens at a timepoint, those repeats that count.

    A row per reading: subject, analyte (symbol), flag (categories), replicate (1, 2, ... in the order of
    acquisition), value and limit (float64, NaN where there is none) and id, the measurement's key; sorted by
    the first three. What is usable: assays.selectors.matrix; which repeats count, and whose concentrations:
    the policy by which the plate was judged. One query, and two more where a policy takes the
    concentrations of our own curves.
    """
    return readings_and_excluded(patients, timepoint, analytes)[0]


def readings_and_excluded(
    patients: QuerySet[Patient], timepoint: str, analytes: Collection[str] | None = None
) -> tuple[pd.DataFrame, set[int]]:
    """`readings`, and the keys of the measurements that a standing exclusion keeps from them."""
    cells = cells_of(patients, timepoint, analytes)
    never = np.isin(cells.measured["flag"], [FLAGS.index(flag) for flag in NEVER])
    excluded = _find_excluded(cells)
    found = _frame(cells, cells.measured[~never & ~excluded])
    if any(rules.startswith(REFIT) for rules in found["judged_as"].cat.categories):
        found = with_refits(found)
    return _that_count(found)[COLUMNS], set(cells.measured.loc[~never & excluded, "id"].tolist())


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


def _find_excluded(cells: Cells) -> np.ndarray:
    """(n,) which of the cells a standing exclusion covers."""
    measured, (plate, well, analyte) = cells.measured, cells.exclusions.T
    whole_plate, all_analytes = well == 0, analyte == 0
    found = np.zeros(len(measured), dtype=bool)
    for key, keys, which in (("plate", plate, whole_plate), ("well", well, ~whole_plate)):
        found |= measured[key].isin(keys[which & all_analytes]).to_numpy()
        paired = _pairs(measured[key], measured["analyte"])
        found |= paired.isin(_pairs(keys, analyte)[which & ~all_analytes]).to_numpy()
    return found


def _pairs(place: Any, analyte: Any) -> Any:
    """One number for a place and an analyte; there are far fewer than a million analytes."""
    return place * 1_000_000 + analyte


def _frame(cells: Cells, measured: pd.DataFrame) -> pd.DataFrame:
    """Measurements by row, with their names and what their plates say; names are categories in order."""
    plates = pd.DataFrame.from_dict(
        cells.plates, orient="index", columns=["judged_as", "panel", "acquired"]
    )
    at = plates.index.get_indexer(pd.Index(measured["plate"]))
    acquired = plates["acquired"].astype("float64").fillna(np.inf).to_numpy()
    return pd.DataFrame(
        {
            "subject": _name_keys(measured["patient"], cells.patients),
            "analyte": _name_keys(measured["analyte"], cells.analytes),
            "value": measured["value"].to_numpy(),
            "flag": pd.Categorical.from_codes(measured["flag"].to_numpy(), pd.Index(FLAGS)),
            "limit": measured["limit"].to_numpy(),
            "judged_as": pd.Categorical(plates["judged_as"]).take(at),
            "panel": plates["panel"].to_numpy(np.int64)[at],
            "acquired": acquired[at],
            "id": measured["id"].to_numpy(),
            "plate": measured["plate"].to_numpy(),
            "analyte_id": measured["analyte"].to_numpy(),
        },
        copy=False,
    )


def _name_keys(keys: pd.Series, names: dict[int, str]) -> pd.Categorical:
    """Keys as the names that occur, in alphabetical order."""
    codes, known = pd.factorize(keys.to_numpy())
    words = np.array([names[key] for key in known.tolist()], dtype=object)
    order = np.argsort(words)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return pd.Categorical.from_codes(rank[codes], pd.Index(words[order]))


def _cells(found: pd.DataFrame) -> np.ndarray:
    """The number of the matrix's cell that each reading belongs to, by rows."""
    subject, analyte = found["subject"].cat, found["analyte"].cat
    return subject.codes.to_numpy(np.int64) * len(analyte.categories) + analyte.codes.to_numpy()


def _that_count(found: pd.DataFrame) -> pd.DataFrame:
    """Number the repeats in the order of acquisition, after keeping those that the policy says."""
    cell = _cells(found)
    order = np.lexsort((found["id"], found["acquired"], cell))
    found, cell = found.iloc[order], cell[order]
    keep = np.ones(len(cell), dtype=bool)
    rules = found["judged_as"].cat
    for rule, which in ((Repeats.FIRST, "first"), (Repeats.LAST, "last")):
        ruled = rules.codes.isin(np.flatnonzero(rules.categories.str.endswith(f" {rule}")))
        if ruled.any():
            # A repeat that is missing counts only where no other is there.
            missing = (found["flag"] == Flag.MISSING).to_numpy()
            present_first = np.argsort(missing if which == "first" else ~missing, kind="stable")
            of_panel = pd.DataFrame({"cell": cell, "panel": found["panel"].to_numpy()})
            again = of_panel.iloc[present_first].duplicated(keep=which)  # type: ignore[arg-type]
            keep[present_first] &= ~(ruled.to_numpy()[present_first] & again.to_numpy())
    found, cell = found[keep].reset_index(drop=True), cell[keep]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    lengths = np.diff(starts, append=len(cell))
    found["replicate"] = np.arange(len(cell)) - np.repeat(starts, lengths) + 1
    return found
