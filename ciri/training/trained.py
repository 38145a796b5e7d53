"""A trained model: what it needs to score a patient, to explain a score, and to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ciri.dataset.frozen import FrozenTable
from ciri.dataset.transform import Transform
from ciri.errors import Refused, refuse_damage
from ciri.forest.explanation import Explanation, shap_values
from ciri.forest.forest import SurvivalForest
from ciri.forest.recognition import is_telling, same_rows
from ciri.forest.storage import forest_arrays, forest_document, forest_from, pack, unpack
from ciri.forest.uncertainty import survival_interval
from ciri.specification.specification import Specification, parse_specification
from ciri.survival.cutoff import Cutoff, percentiles
from ciri.survival.outcome import DAYS_IN_MONTH, Bools, Floats, Integers
from ciri.training.fitting import incomplete, share_known

# How a score came about.
OUT_OF_BAG, CHANGED, PREDICTION = "out-of-bag", "out-of-bag, values changed", "prediction"

# A model whose covariates are read as shipped is written as it was before models described them.
_FORMAT, _UNDESCRIBED = "yogo model 3", "yogo model 2"
_DOCUMENT = {
    "format", "specification", "transform", "cutoff", "selected", "subjects", "report",
    "features", "parameters",
}  # fmt: skip


@dataclass(frozen=True)
class TrainedModel:
    """A specification, the transform and forest fitted to it, and a locked cut-off.

    Parameters
    ----------
    specification : Specification
        What the model is meant to be.
    transform : ciri.dataset.transform.Transform
        From raw values to the forest's columns.
    forest : SurvivalForest
        The fitted forest.
    cutoff : ciri.survival.cutoff.Cutoff
        On ensemble mortality.
    selected : list of str
        Analytes kept, best first.
    training_subjects : list of str, length n
        In the forest's row order.
    report : dict
        The tables behind the figures, JSON-able (see docs/method.md).
    """

    specification: Specification
    transform: Transform
    forest: SurvivalForest
    cutoff: Cutoff
    selected: list[str]
    training_subjects: list[str]
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def features(self) -> list[str]:
        """The columns of the forest, in its order: selected analytes, then covariates."""
        return [str(name) for name in self.forest.feature_names_in_]

    def score(
        self,
        table: FrozenTable,
        *,
        intervals: bool = False,
        same_people: bool = False,
        former_ids: Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """Scores of every subject with enough known inputs, one row each, in table order.

        Parameters
        ----------
        table : FrozenTable
            Whom to score; see `require_outcome` of `freeze_wide` for patients without an outcome.
        intervals : bool, default False
            Whether survival has 95 % intervals.
        same_people : bool, default False
            Whether an id is the same person as in training, as in a study's own database.
        former_ids : mapping of str to str, optional
            Of subjects whose id is not that of the training: the one that they had there, "" where they had none.

        Returns
        -------
        DataFrame
            subject; mortality (ensemble, expected events); percentile (0-100, among the training out-of-bag
            scores); group (see `ciri.survival.cutoff.Cutoff`); basis; for each horizon m of the specification
            survival_{m}m (probability, None where training follow-up is shorter) and, with `intervals`, _low
            and _high; restricted_mean (days up to the longest of those horizons, None without any).

        Notes
        -----
        A subject of the training set, known by id and values (or, under another id, by values and outcome), has
        the basis "out-of-bag": it is scored by the trees that did not see it; everybody else has "prediction".
        An id of the training set with other values is another person, as far as a table can tell: in another
        cohort ids begin at 1 again. With `same_people`, who has other values now is scored by the trees that did
        not see the person, "out-of-bag, values changed".
        """
        features, rows, changed = self._inputs(table, same_people, former_ids or {})
        mortality = self.forest.predict_out_of_bag(features, rows)
        scores = pd.DataFrame(
            {
                "subject": np.array(features.index, dtype=object),
                "mortality": mortality,
                "percentile": percentiles(mortality, self._training_scores()),
                "group": self.cutoff.groups(mortality),
                "basis": np.select([changed, rows >= 0], [CHANGED, OUT_OF_BAG], PREDICTION).astype(
                    object
                ),
                **self._survival(features, rows, intervals),
            }
        )
        return scores[np.isfinite(mortality)].reset_index(drop=True)

    def explain(
        self,
        table: FrozenTable,
        *,
        same_people: bool = False,
        former_ids: Mapping[str, str] | None = None,
    ) -> Explanation:
        """What each feature adds to the score of every subject that `score` scores, in its order.

        Parameters
        ----------
        table : FrozenTable
            Whose scores to explain.
        same_people : bool, default False
            Whether an id is the same person as in training, as in a study's own database.
        former_ids : mapping of str to str, optional
            Of subjects whose id is not that of the training: the one that they had there, "" where they had none.

        Returns
        -------
        Explanation
            Exact Shapley values (see `ciri.shap_values`).
        """
        features, rows = self.inputs(table, same_people=same_people, former_ids=former_ids)
        explained = shap_values(self.forest, features, rows)
        known = np.isfinite(explained.base)
        return Explanation(
            explained.values[known], explained.base[known], explained.features[known]
        )

    def inputs(
        self,
        table: FrozenTable,
        *,
        same_people: bool = False,
        former_ids: Mapping[str, str] | None = None,
    ) -> tuple[pd.DataFrame, Integers]:
        """The features of every subject with enough known inputs, as `score` knows them.

        Parameters
        ----------
        table : FrozenTable
            The subjects.
        same_people : bool, default False
            Whether an id is the same person as in training, as in a study's own database.
        former_ids : mapping of str to str, optional
            Of subjects whose id is not that of the training: the one that they had there, "" where they had none.

        Returns
        -------
        features : DataFrame, shape (m, p)
            Indexed by subject.
        rows : ndarray of int, shape (m,)
            The training row that each one is, -1 for none.
        """
        return self._inputs(table, same_people, former_ids or {})[:2]

    def _inputs(
        self, table: FrozenTable, same_people: bool, former_ids: Mapping[str, str]
    ) -> tuple[pd.DataFrame, Integers, Bools]:
        """Features, training rows, and which of these are the training's by id alone."""
        known = share_known(self.transform, table) >= self.specification.min_measured
        features = self.transform.apply(table)[known]
        people = table.subjects.set_index("subject").loc[features.index]
        row_of = {subject: row for row, subject in enumerate(self.training_subjects)}
        ids = (former_ids.get(one, one) for one in features.index)
        by_id = np.array([row_of.get(one, -1) for one in ids], dtype=np.int64)
        trees = self.forest.trees_
        ways = trees.ways(self.forest.features(features), self.forest.n_jobs)
        agree = (by_id >= 0) & (trees.training_ways[by_id] == ways)
        rows = np.where(agree, by_id, -1)
        if is_telling(trees):
            event, time = people["event"].to_numpy(bool), people["time"].to_numpy(np.float64)
            rows = np.where(agree, by_id, same_rows(trees, ways, event, time)[0])
        changed = (rows < 0) & (by_id >= 0) & same_people
        return features, np.where(changed, by_id, rows), changed

    def unscored(self, table: FrozenTable) -> list[dict[str, str]]:
        """Who `score` leaves out for lack of known inputs, and why.

        Parameters
        ----------
        table : FrozenTable
            The subjects.

        Returns
        -------
        list of dict
            subject, reason.
        """
        return incomplete(self.transform, table, self.specification.min_measured)

    @property
    def horizons(self) -> list[int]:
        """Horizons of the specification, in months, that the training follow-up reaches."""
        last = self.forest.trees_.time.max()
        return [m for m in self.specification.horizons_months if m * DAYS_IN_MONTH <= last]

    def _training_scores(self) -> Floats:
        scores = self.forest.oob_prediction_
        return scores[np.isfinite(scores)]

    def _survival(self, features: pd.DataFrame, rows: Integers, intervals: bool) -> dict[str, Any]:
        ends = ("", "_low", "_high") if intervals else ("",)
        columns: dict[str, Any] = {
            f"survival_{m}m{end}": np.full(len(features), None, dtype=object)
            for m in self.specification.horizons_months
            for end in ends
        }
        columns["restricted_mean"] = np.full(len(features), None, dtype=object)
        if not self.horizons or not len(features):
            return columns
        times = np.array(self.horizons) * DAYS_IN_MONTH
        found = [self.forest.predict_survival_function(features, times, rows)]
        if intervals:
            values = self.forest.features(features)
            found += survival_interval(self.forest.trees_, values, times, rows)
        for end, curves in zip(ends, found, strict=True):
            for position, month in enumerate(self.horizons):
                columns[f"survival_{month}m{end}"] = curves[:, position]
        mean = self.forest.predict_restricted_mean(features, times[-1:], rows)
        columns["restricted_mean"] = mean[:, 0]
        return columns

    def to_bytes(self) -> bytes:
        """The model as arrays and JSON (`ciri.forest.storage`).

        Returns
        -------
        bytes
            The same model gives the same bytes.
        """
        document = {
            "format": _FORMAT if self.transform.is_described else _UNDESCRIBED,
            "specification": self.specification.to_dict(),
            "transform": self.transform.to_dict(),
            "cutoff": self.cutoff.to_dict(),
            "selected": self.selected,
            "subjects": self.training_subjects,
            "report": self.report,
            **forest_document(self.forest),
        }
        return pack(forest_arrays(self.forest), document)

    @classmethod
    def from_bytes(cls, content: bytes) -> TrainedModel:
        """Read a stored model.

        Parameters
        ----------
        content : bytes
            What `to_bytes` gave.

        Returns
        -------
        TrainedModel
            The same model.

        Raises
        ------
        ValueError
            With a sentence where the bytes are damaged or not a model.
        """
        arrays, document = unpack(content)
        known = document.get("format") in (_FORMAT, _UNDESCRIBED)
        if not known or set(document) != _DOCUMENT:
            raise Refused(
                "model_format",
                "These bytes are not a trained model of format %(readable)s.",
                readable=f"{_UNDESCRIBED!r} or {_FORMAT!r}",
            )
        with refuse_damage(
            Refused("model_incomplete", "The stored model's document is not complete.")
        ):
            model = cls(
                specification=parse_specification(document["specification"]),
                transform=Transform.from_dict(document["transform"]),
                forest=forest_from(arrays, document),
                cutoff=Cutoff(**document["cutoff"]),
                selected=document["selected"],
                training_subjects=document["subjects"],
                report=document["report"],
            )
            if len(model.training_subjects) != len(model.forest.trees_.time):
                raise Refused(
                    "model_rows_unnamed",
                    "The stored model does not name each of its training rows.",
                )
        return model
