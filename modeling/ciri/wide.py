"""A frozen table from one row per patient, as a spreadsheet or a notebook has it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from modeling.ciri.dataset import SUBJECT_COLUMNS, FrozenTable

_ONE = {"site": "all", "cohort": "all", "role": "train"}
_BEYOND = re.compile(r"\s*([<>])\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)\s*")
_FLAG = {"<": "below_lloq", ">": "above_uloq"}


def freeze_wide(frame: pd.DataFrame, analytes: Sequence[str]) -> FrozenTable:
    """Freeze a frame with a row per patient.

    Columns: subject, time (days), event (true or false, 1 or 0), and any of site, cohort, role ("train",
    "validate", "other"; by default everybody trains) and the covariates that `FrozenTable` knows. The
    columns named in `analytes` hold concentrations: numbers, "<3.2" or ">500" beyond a limit, empty where
    nothing was measured. Raises ValueError with a sentence that names the column.
    """
    if absent := [name for name in ("subject", "time", "event", *analytes) if name not in frame]:
        raise ValueError(f"The frame has no column {', '.join(absent)}.")
    rows = frame.assign(subject=frame["subject"].astype(str))
    known = [name for name in SUBJECT_COLUMNS if name in rows]
    people = rows[known].assign(**{k: v for k, v in _ONE.items() if k not in rows})
    long = rows[["subject", *analytes]].melt("subject", var_name="analyte", value_name="text")
    read = pd.DataFrame(
        [_read(text, name) for text, name in zip(long["text"], long["analyte"], strict=True)],
        columns=["value", "flag", "limit"],
    )
    measured = pd.concat([long[["subject", "analyte"]], read], axis=1).assign(replicate=1)
    return FrozenTable.freeze(people, measured)


def _read(text: object, analyte: str) -> tuple[float, str, float]:
    """Value, flag and limit of one cell."""
    if text is None or (isinstance(text, float) and np.isnan(text)) or str(text).strip() == "":
        return np.nan, "missing", np.nan
    if beyond := _BEYOND.fullmatch(str(text)):
        return np.nan, _FLAG[beyond[1]], float(beyond[2])
    try:
        return float(str(text)), "in_range", np.nan
    except ValueError as error:
        raise ValueError(
            f"The column {analyte} holds {text!r}; it must be a number, or <limit or >limit."
        ) from error
