"""Features as people hand them over: frames and arrays, their names, and what a fitted model reads of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from ciri.errors import Refused
from ciri.survival.given import as_numbers
from ciri.survival.outcome import Bools, Floats, split_outcome

Values = NDArray[np.float32]


def feature_names(X: Any) -> NDArray[Any]:
    """Names of the columns of X: those of a frame, else x0, x1, ..."""
    if not isinstance(X, pd.DataFrame):
        shape = np.asarray(X).shape
        columns = shape[1] if len(shape) == 2 else 0
        return np.array([f"x{column}" for column in range(columns)], dtype=object)
    names = [str(name) for name in X.columns]
    if len(set(names)) < len(names):
        raise Refused(
            "feature_twice", "X has two columns of the same name; every feature needs its own."
        )
    return np.array(names, dtype=object)


def matching_outcome(values: NDArray[Any], y: Any) -> tuple[Bools, Floats]:
    """Event and time (n,) of y for rows of features (n, p); ValueError where they do not agree."""
    if y is None:
        raise Refused("no_outcome", "fit requires y to be passed, but the target y is None.")
    event, time = split_outcome(y)
    if len(values) != len(time):
        raise Refused(
            "rows_differ",
            "X has %(rows)s rows and y has %(outcomes)s; they must agree.",
            rows=len(values),
            outcomes=len(time),
        )
    return event, time


def match_columns(names: Sequence[str], X: pd.DataFrame) -> pd.DataFrame:
    """The columns of a frame in the order a model was fitted to; ValueError unless they are those."""
    given = feature_names(X).tolist()
    if absent := [name for name in names if name not in given]:
        raise Refused(
            "features_absent",
            "X lacks columns the model reads: %(absent)s.",
            absent=", ".join(absent),
        )
    if unknown := [name for name in given if name not in names]:
        raise Refused(
            "features_unknown",
            "X has columns the model does not know: %(unknown)s.",
            unknown=", ".join(unknown),
        )
    return X.set_axis(given, axis=1)[list(names)]


def match_values(model: Any, X: Any) -> Values:
    """X as a fitted model reads it: (n, p) float32, columns of a frame in training order."""
    names = list(model.feature_names_in_)
    values = feature_values(match_columns(names, X) if isinstance(X, pd.DataFrame) else X)
    if values.shape[1] != len(names):
        raise Refused(
            "feature_count",
            "X has %(given)s features, but %(model)s is expecting %(expected)s features as input.",
            given=values.shape[1],
            model=type(model).__name__,
            expected=len(names),
        )
    return values


def feature_values(X: Any) -> Values:
    """X as a contiguous float32 array (n, p); ValueError unless two-dimensional and finite or NaN."""
    if issparse(X):
        raise Refused(
            "sparse", "Sparse data are not supported; hand over a dense array (X.toarray())."
        )
    values = numbers_of_frame(X) if isinstance(X, pd.DataFrame) else _numbers(X)
    if values.ndim != 2:
        raise Refused(
            "not_rows_by_columns",
            "X must be rows by columns; its shape is %(shape)s. Reshape your data: "
            "X.reshape(1, -1) for one row.",
            shape=values.shape,
        )
    if not values.shape[1]:
        raise Refused(
            "no_features",
            "X has 0 feature(s) (shape=%(shape)s) while a minimum of 1 is required.",
            shape=values.shape,
        )
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused
        found = np.ascontiguousarray(values, dtype=np.float32)
    if np.isinf(found).any():
        raise Refused(
            "beyond_float32", "X holds infinite values, or values beyond what float32 can hold."
        )
    return found


def numbers_of_frame(X: pd.DataFrame) -> Floats:
    """The columns of a frame as float64, pandas' own kinds of unknown as NaN."""
    columns, words = [], []
    for name, column in zip(
        X.columns, (X.iloc[:, place] for place in range(X.shape[1])), strict=True
    ):
        try:
            if isinstance(column.dtype, pd.CategoricalDtype) or column.dtype.kind in "mM":
                raise ValueError("a category or a date is not a number")
            columns.append(column.to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError):
            words.append(str(name))
    if words:
        raise Refused(
            "words_among_features",
            "X must hold numbers only, but %(words)s does not; code its categories as "
            "numbers first, in an order that means something, or as one column of 0 and 1 "
            "for each, and dates as days.",
            words=", ".join(words),
        )
    return np.column_stack(columns) if columns else np.empty(X.shape)


def _numbers(X: Any) -> Floats:
    try:
        given = np.asarray(X)
        if np.iscomplexobj(given):
            raise Refused("complex", "Complex data not supported; X must hold real numbers.")
        return as_numbers(given, "X") if given.dtype == object else given.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise Refused(
            "features_not_numbers",
            "X must hold numbers only; code categories as numbers first (%(error)s).",
            error=str(error),
        ) from error


def seed_of(random_state: Any) -> int:
    """The seed of all trees: a whole number as it is; another one at each call for None."""
    if isinstance(random_state, int | np.integer):
        if 0 <= random_state < 2**63:
            return int(random_state)
        raise Refused(
            "seed",
            "random_state is %(random_state)s; it must be from 0 to 2**63 - 1.",
            random_state=str(random_state),
        )
    return int(check_random_state(random_state).randint(2**31 - 1))
