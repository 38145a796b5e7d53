"""Numbers and groups as people hand them over: lists, arrays, pandas' nullable columns, decimals.

What is not known (None, NaN, pandas' NA and NaT) becomes NaN; what is not a number is refused in a sentence.
"""

from __future__ import annotations

import re
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ciri.errors import Refused
from ciri.said import Said

_SURVIVAL = re.compile(r"surv", re.IGNORECASE)
_RISK = re.compile(r"risk|mortality|hazard", re.IGNORECASE)
INSTEAD = Said("give_risk_instead")


def as_numbers(values: Any, name: str) -> NDArray[np.float64]:
    """Values of any shape as float64, unknown as NaN. `name` begins the sentence of a ValueError."""
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype):
        raise Refused(
            "categories",
            "%(name)s must be numbers, not categories; code them as numbers first.",
            name=name,
        )
    found = values if isinstance(values, np.ndarray) else np.asarray(values, dtype=_kind(values))
    if found.dtype.kind in "biuf":
        return found.astype(np.float64)
    if found.dtype.kind != "O":
        raise Refused(
            "kind_not_a_number",
            "%(name)s must be numbers, not %(kind)s.",
            name=name,
            kind=str(found.dtype),
        )
    numbers = [_number(value, name) for value in found.ravel().tolist()]
    return np.array(numbers, dtype=np.float64).reshape(found.shape)


def _kind(values: Any) -> Any:
    """Pandas' own types and lists are read value by value, plain columns as they are."""
    kind = getattr(values, "dtype", None)
    return kind if isinstance(kind, np.dtype) else object if kind is not None else None


def _number(value: Any, name: str) -> float:
    if value is None or value is pd.NA or value is pd.NaT:
        return np.nan
    if not isinstance(value, str | bytes) and (
        isinstance(value, Real) or hasattr(value, "as_tuple")
    ):
        return float(value)
    raise Refused(
        "value_not_a_number",
        "%(name)s must be numbers, but one value is %(value)s.",
        name=name,
        value=f"{value!r:.60}",
    )


def as_risk(risk: Any, n: int) -> NDArray[np.float64]:
    """One risk per patient, (n,), NaN where there is none.

    Raises ValueError for another shape, for what is not a number, for an infinite value, and for survival
    functions or a column of survival probabilities, which run the other way.
    """
    name = str(getattr(risk, "name", None) or "")
    if _SURVIVAL.search(name) and not _RISK.search(name):
        raise Refused(
            "survival_column",
            "%(name)s is a column of survival, not of risk. %(instead)s",
            name=repr(name),
            instead=INSTEAD,
        )
    functions = isinstance(risk, list | tuple | np.ndarray) and len(risk) and callable(risk[0])
    if functions:
        raise Refused(
            "survival_functions",
            "These are survival functions, not risks. %(instead)s",
            instead=INSTEAD,
        )
    found = as_numbers(risk, "The risk")
    if found.shape != (n,):
        more = Said("survival_is_no_risk", instead=INSTEAD) if found.ndim == 2 else ""
        raise Refused(
            "risk_shape",
            "There must be one risk per patient: %(patients)s patients, risks of shape "
            "%(shape)s.%(more)s",
            patients=n,
            shape=found.shape,
            more=more,
        )
    if np.isinf(found).any():
        raise Refused(
            "risk_infinite", "A risk is infinite; give NaN for a patient without a prediction."
        )
    return found


def as_groups(groups: Any, n: int) -> NDArray[Any]:
    """One group per patient, (n,), as words or numbers; None where there is none.

    Raises ValueError where there is not one per patient, or groups of words and numbers are mixed.
    """
    found = np.asarray(groups, dtype=object)
    if found.shape != (n,):
        raise Refused(
            "groups_shape",
            "There must be one group per patient: %(patients)s, not %(shape)s.",
            patients=n,
            shape=found.shape,
        )
    known = np.array([None if pd.isna(one) else one for one in found], dtype=object)
    words = {isinstance(one, str) for one in known if one is not None}
    if len(words) > 1:
        raise Refused(
            "groups_mixed", "Groups must be all words or all numbers; some are one, some the other."
        )
    return known
