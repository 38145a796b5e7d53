"""A frozen table from one row per patient, as a spreadsheet or a notebook has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates import shipped
from ciri.covariates.columns import Given, as_cells, attached_to, describe_columns
from ciri.covariates.covariate import Covariate
from ciri.dataset.exported import analytes_in, find_settled, readings_in, written_in_datasets
from ciri.dataset.frozen import FrozenTable, subject_columns
from ciri.dataset.glance import refuse_doubts
from ciri.errors import Refused
from ciri.specification.specification import ENDPOINTS
from tabular.numbers import beyond, number

_ONE = {"site": "all", "cohort": "all", "role": "train"}
_FLAG = {"<": "below_lloq", ">": "above_uloq"}


def freeze_wide(
    frame: pd.DataFrame,
    analytes: Sequence[str] | None = None,
    covariates: Given | None = None,
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
        ("train", "validate", "other"; by default everybody trains) and covariates.
    analytes : sequence of str, optional
        The columns that hold concentrations: numbers, "<3.2" or ">500" beyond a limit, empty where
        nothing was measured. In an exported file the flag and the limits stand in columns beside
        (`ciri.dataset.columns`), and without `analytes` all that it holds are taken.
    covariates : sequence of Covariate or str, mapping or path, optional
        The table's covariates: each as described, or the name of a column, which is what
        `ciri/covariates/shipped.yaml` says of that name, else what its values are (numbers, truths, pandas'
        ordered categories, or texts without an order). Or a description as `read_covariates` reads it. By
        default what an exported file says of itself, else the shipped names; other columns are no covariates.
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
    as_given = frame
    if scale not in ("concentration", "npx"):
        raise Refused(
            "unknown_scale",
            "scale is %(scale)s; it must be concentration or npx.",
            scale=repr(scale),
        )
    attached = attached_to(frame) if covariates is None else None
    frame = _as_known(frame, endpoint, keep=_names_given(covariates, attached))
    described = shipped.COVARIATES if attached is None else attached
    if covariates is not None:
        described = describe_columns(frame, covariates)
    exported = analytes_in(frame, subject_columns(described))
    asked = list(exported) if analytes is None else list(analytes)
    plain = [name for name in asked if name not in exported]
    if absent := [name for name in ("subject", "time", "event", *plain) if name not in frame]:
        raise Refused(
            "column_missing", "The frame has no column %(absent)s.", absent=", ".join(absent)
        )
    rows = frame.assign(subject=frame["subject"].astype(str))
    people = _people(rows, described)
    found = [readings_in(rows, name, exported[name]) for name in asked if name in exported]
    measured = pd.concat([_cells(rows, plain), *found], ignore_index=True)
    table = FrozenTable.freeze(people, measured, described, require_outcome=require_outcome)
    looked_at = people if require_outcome else people.drop(columns=["time", "event"])
    refuse_doubts(
        looked_at,
        described,
        measured,
        accept,
        find_settled(as_given, described, attached=attached is not None),
        concentrations=scale == "concentration",
    )
    return table


def _people(rows: pd.DataFrame, covariates: Sequence[Covariate]) -> pd.DataFrame:
    """The columns of the subjects that are there; without site, cohort or role all are alike."""
    columns = [name for name in subject_columns(covariates) if name in rows]
    people = rows[columns].assign(**{k: v for k, v in _ONE.items() if k not in rows})
    return people.assign(
        **{one.name: as_cells(one, people[one.name]) for one in covariates if one.name in people}
    )


def _names_given(given: Given | None, attached: Sequence[Covariate] | None) -> set[str]:
    """The columns that somebody has said to be covariates as they are called."""
    if attached is not None:
        return {covariate.name for covariate in attached}
    if given is None or isinstance(given, Mapping | str | PathLike):
        return set()
    return {one.name if isinstance(one, Covariate) else str(one) for one in given}


def _as_known(frame: pd.DataFrame, endpoint: str | None, keep: Collection[str]) -> pd.DataFrame:
    """An analysis dataset's outcome and covariates under the names that a frozen table has for them; `keep`
    names columns that stay as they are."""
    names = {
        column: name
        for name, column in written_in_datasets(frame.columns).items()
        if column != name and name not in frame and column not in keep
    }
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
