"""What stands in shipped.yaml: the covariates that tables described themselves without, and their words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from ciri.covariates.covariate import Covariate

_TOLD: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("shipped.yaml").read_text(encoding="utf-8")
)
NUMERIC, CATEGORY = "numeric", "category"


@dataclass(frozen=True)
class Classes:
    """A number whose value falls in one of the levels of a code, parted at `cuts`."""

    number: str
    code: str
    cuts: tuple[float, ...]
    label: str


@dataclass(frozen=True)
class Stratum:
    """What groups are compared within: a covariate, its title, and the word of each of its codes."""

    title: str
    of: str
    levels: dict[str, str] = field(default_factory=dict)
    cuts: tuple[float, ...] = ()


@dataclass(frozen=True)
class Marker:
    """The marker that patients are treated by, as a number and as the code of its class."""

    number: str
    code: str
    label: str


COVARIATES = tuple(Covariate.from_dict(one) for one in _TOLD["covariates"])
CLASSES = tuple(Classes(**{**one, "cuts": tuple(one["cuts"])}) for one in _TOLD["classes"])
STRATA = tuple(Stratum(**{**one, "cuts": tuple(one.get("cuts", ()))}) for one in _TOLD["strata"])
MARKER = Marker(**_TOLD["marker"])
LABELS: dict[str, str] = _TOLD["labels"]
ANALYSIS_DATASET_0_1: dict[str, str | None] = _TOLD["analysis_dataset_0_1"]
"""The column that an export of 0.1 has for a covariate under another name; None for one that it does not hold."""

BY_NAME = {covariate.name: covariate for covariate in COVARIATES}


def cut(values: pd.Series, cuts: tuple[float, ...], labels: tuple[str, ...]) -> pd.Series:
    """The label of the class of each number: the first below the first cut, the second from it on, and so on;
    None where the number is unknown."""
    place = np.searchsorted(cuts, values.astype(np.float64).to_numpy(), side="right")
    found = pd.Series(
        np.array(labels, dtype=object)[np.minimum(place, len(cuts))], index=values.index
    )
    return found.where(values.notna(), None)
