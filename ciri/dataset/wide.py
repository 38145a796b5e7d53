"""A frozen table from one row per patient, as a spreadsheet or a notebook has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ciri.dataset.exported import analytes_in, find_settled, readings_in
from ciri.dataset.frozen import SUBJECT_COLUMNS, FrozenTable
from ciri.dataset.glance import refuse_doubts
from ciri.errors import Refused
from ciri.specification.specification import ENDPOINTS
from tabular.numbers import beyond, number

_ONE = {"site": "all", "cohort": "all", "role": "train"}
_FLAG = {"<": "below_lloq", ">": "above_uloq"}


def freeze_wide(
    frame: pd.DataFrame,
    analytes: Sequence[str] | None = None,
    *,
    endpoint: str | None = None,
    require_outcome: bool = True,
    accept: Iterable[tuple[str, str]] = (),
    scale: str = "concentration",
) -> FrozenTable:
    """Freeze a frame with a row per patient: one of your own, or an exported file (`read_export`).

    Parameters
    ----------
    frame : DataFrame
        Columns subject, time (days), event (true or false, 1 or 0), and any of site, cohort, role
        ("train", "validate", "other"; by default everybody trains) and the covariates that `FrozenTable`
        knows.
    analytes : sequence of str, optional
        The columns that hold concentrations: numbers, "<3.2" or ">500" beyond a limit, empty where
        nothing was measured. In an exported file the flag and the limits stand in columns beside
        (`ciri.dataset.columns`), and without `analytes` all that it holds are taken.
    endpoint : {"OS", "PFS"}, optional
        Which outcome, where an analysis dataset names several (os_days, os_event and so on).
    require_outcome : bool, default True
        With False, patients without an outcome stay, to be scored.
    accept : iterable of (code, column)
        Doubts to accept, such as ("constant", "albumin").
    scale : {"concentration", "npx"}, default "concentration"
        "npx" for values on a log2 scale, which may be negative.

    Returns
    -------
    FrozenTable
        The checked and sorted table.

    Raises
    ------
    ValueError
        With a sentence that names the column, or every doubt that was not accepted.

    Notes
    -----
    What a person would see at a glance is refused until it is accepted by code and column: a constant
    column, times in the wrong unit, values where hardly any patient is, outcomes of the dead alone. What an
    exported file holds was looked at when its values came in; it is known by the columns that it begins with,
    all of them and in their order, and what you put beside them is looked at here.
    """
    if scale not in ("concentration", "npx"):
        raise Refused(
            "unknown_scale",
            "scale is %(scale)s; it must be concentration or npx.",
            scale=repr(scale),
        )
    settled = find_settled(frame)
    frame = _as_known(frame, endpoint)
    exported = analytes_in(frame)
    asked = list(exported) if analytes is None else list(analytes)
    plain = [name for name in asked if name not in exported]
    if absent := [name for name in ("subject", "time", "event", *plain) if name not in frame]:
        raise Refused(
            "column_missing", "The frame has no column %(absent)s.", absent=", ".join(absent)
        )
    rows = frame.assign(subject=frame["subject"].astype(str))
    known = [name for name in SUBJECT_COLUMNS if name in rows]
    people = rows[known].assign(**{k: v for k, v in _ONE.items() if k not in rows})
    found = [readings_in(rows, name, exported[name]) for name in asked if name in exported]
    measured = pd.concat([_cells(rows, plain), *found], ignore_index=True)
    table = FrozenTable.freeze(people, measured, require_outcome=require_outcome)
    looked_at = people if require_outcome else people.drop(columns=["time", "event"])
    concentrations = scale == "concentration"
    refuse_doubts(looked_at, measured, accept, settled, concentrations=concentrations)
    return table


def _as_known(frame: pd.DataFrame, endpoint: str | None) -> pd.DataFrame:
    """An analysis dataset's outcome and PD-L1 under the names that a frozen table has for them."""
    names = {"pdl1_tps": "pdl1"} if "pdl1" not in frame else {}
    if "time" not in frame:
        ends = [name for name in ENDPOINTS if f"{name.lower()}_days" in frame]
        if len(ends) > 1 and endpoint is None:
            raise Refused(
                "several_endpoints",
                "The frame holds the outcomes %(endpoints)s; say which endpoint.",
                endpoints=" and ".join(ends),
            )
        which = (endpoint or "".join(ends)).lower()
        names |= {f"{which}_days": "time", f"{which}_event": "event"}
    return frame.rename(columns=names)


def _cells(rows: pd.DataFrame, analytes: Sequence[str]) -> pd.DataFrame:
    """Cells that hold a number or a limit as text, long."""
    long = rows[["subject", *analytes]].melt("subject", var_name="analyte", value_name="text")
    read = pd.DataFrame(
        [_read(text, name) for text, name in zip(long["text"], long["analyte"], strict=True)],
        columns=["value", "flag", "limit"],
    )
    return pd.concat([long[["subject", "analyte"]], read], axis=1).assign(replicate=1)


def _read(text: Any, analyte: str) -> tuple[float, str, float]:
    """Value, flag and limit of one cell."""
    if pd.isna(text) or str(text).strip() == "":
        return np.nan, "missing", np.nan
    if told := beyond(str(text)):
        return np.nan, _FLAG[told[0]], told[1]
    value = number(str(text))
    if value is None:
        raise Refused(
            "not_a_reading",
            "The column %(analyte)s holds %(text)s; it must be a number, or <limit or >limit.",
            analyte=analyte,
            text=repr(text),
        )
    return value, "in_range", np.nan
