"""From a specification and a frozen table to a trained model, its scores and its report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from modeling.ciri.dataset import FrozenTable
from modeling.ciri.specification import Specification

Progress = Callable[[float, str], None]


class TrainedModel:
    """A specification, a fitted transform, a forest and a locked cut-off.

    specification, features (names in forest order), selected (analytes kept), report (JSON-able:
    performance, importance, final_importance, cutoff, kaplan_meier, correlations, scores,
    left_out, counts), content_hash.
    """

    specification: Specification
    features: list[str]
    selected: list[str]
    report: dict[str, Any]

    def score(self, table: FrozenTable) -> pd.DataFrame:
        """Columns subject, mortality, percentile, group, basis, survival_6m, survival_12m, ..."""
        raise NotImplementedError

    def unscored(self, table: FrozenTable) -> list[dict[str, str]]:
        """Who `score` leaves out, and why."""
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, content: bytes) -> TrainedModel:
        raise NotImplementedError


def train(
    specification: Specification, table: FrozenTable, *, progress: Progress | None = None
) -> TrainedModel:
    """Train; `progress(fraction, sentence)` is called between steps."""
    raise NotImplementedError
