"""Growing the trees, by scikit-survival. Whatever else grows them one day hands over `Trees` too."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble._forest import _generate_sample_indices
from sksurv.ensemble import RandomSurvivalForest

from modeling.ciri.outcome import Bools, Floats, outcome
from modeling.ciri.trees import LEAF, Trees, Values


def grow(
    X: Values,
    event: Bools,
    time: Floats,
    *,
    sample_weight: Floats | None,
    parameters: dict[str, Any],
) -> Trees:
    """Grow a forest on X (n, p) and keep it as arrays; `parameters` are RandomSurvivalForest's.

    scikit-survival keeps only each node's mortality (low_memory): curves come from the leaf members.
    """
    grown = RandomSurvivalForest(low_memory=True, **parameters)
    grown.fit(X, outcome(event, time), sample_weight)
    cores = [estimator.tree_ for estimator in grown.estimators_]
    start = np.concatenate([[0], np.cumsum([core.node_count for core in cores])])
    shift = np.repeat(start[:-1], np.diff(start))
    in_bag = [
        np.bincount(
            _generate_sample_indices(
                estimator.random_state, len(X), grown._n_samples_bootstrap, sample_weight
            ),
            minlength=len(X),
        )
        for estimator in grown.estimators_
    ]
    left = np.concatenate([core.children_left for core in cores])
    right = np.concatenate([core.children_right for core in cores])
    inner = left != LEAF
    return Trees(
        start=start.astype(np.int64),
        feature=_where(inner, np.concatenate([core.feature for core in cores]), LEAF, np.int32),
        threshold=_where(inner, np.concatenate([core.threshold for core in cores]), 0, np.float64),
        left=_where(inner, left + shift, LEAF, np.int32),
        right=_where(inner, right + shift, LEAF, np.int32),
        unknown_left=inner
        & np.concatenate([core.missing_go_to_left for core in cores]).astype(bool),
        mortality=_where(
            ~inner, np.concatenate([core.value[:, 0, 0] for core in cores]), 0, np.float64
        ),
        in_bag=np.array(in_bag, dtype=np.uint16),
        training_leaf=np.array(
            [core.apply(X) + first for core, first in zip(cores, start[:-1], strict=True)],
            dtype=np.int32,
        ),
        time=time,
        event=event,
    )


def _where(rows: Bools, values: Any, other: float, dtype: Any) -> Any:
    return np.where(rows, values, other).astype(dtype)
