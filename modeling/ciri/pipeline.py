"""From a specification and a frozen table to a trained model, its scores and its report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from modeling.ciri import report as tables
from modeling.ciri.correlation import score_correlations
from modeling.ciri.cutoff import Cutoff, lock_cutoff, percentiles
from modeling.ciri.dataset import FrozenTable
from modeling.ciri.forest import SurvivalForest
from modeling.ciri.importance import oob_permutation_importance
from modeling.ciri.outcome import DAYS_IN_MONTH, outcome_of
from modeling.ciri.selection import Signature, rank, select_signature
from modeling.ciri.specification import Specification, parse_specification
from modeling.ciri.storage import forest_arrays, forest_document, forest_from, pack, unpack
from modeling.ciri.transform import Transform

Progress = Callable[[float, str], None]

_FORMAT = "yogo model 1"
_DOCUMENT = {
    "format", "specification", "transform", "cutoff", "selected", "subjects", "report",
    "features", "parameters",
}  # fmt: skip


@dataclass(frozen=True)
class TrainedModel:
    """A specification, the transform and forest fitted to it, and a locked cut-off.

    selected: analytes kept, best first. training_subjects: in the forest's row order. report: the
    tables behind the figures, JSON-able (see docs/method.md).
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

    def score(self, table: FrozenTable) -> pd.DataFrame:
        """Scores of every subject with enough known inputs, one row each, in table order.

        subject; mortality (ensemble); percentile (0-100, among the training out-of-bag scores);
        group ("good", "poor"); basis; survival_6m, ... for each horizon of the specification
        (probability, None where training follow-up is shorter). A subject of the training set is
        scored "out-of-bag", by the trees that did not see it, everybody else by "prediction".
        """
        known = _share_known(self.transform, table) >= self.specification.min_measured
        features = self.transform.apply(table)[known]
        subjects = list(features.index)
        row_of = {subject: row for row, subject in enumerate(self.training_subjects)}
        rows = np.array([row_of.get(subject, -1) for subject in subjects], dtype=np.int64)
        mortality = self.forest.predict_out_of_bag(features, rows)
        scores = pd.DataFrame(
            {
                "subject": np.array(subjects, dtype=object),
                "mortality": mortality,
                "percentile": percentiles(mortality, self._training_scores()),
                "group": self.cutoff.groups(mortality),
                "basis": np.where(rows >= 0, "out-of-bag", "prediction").astype(object),
                **self._survival(features, rows),
            }
        )
        return scores[np.isfinite(mortality)].reset_index(drop=True)

    def unscored(self, table: FrozenTable) -> list[dict[str, str]]:
        """Who `score` leaves out for lack of known inputs, and why: subject, reason."""
        return _incomplete(self.transform, table, self.specification.min_measured)

    def _training_scores(self) -> Any:
        scores = self.forest.oob_prediction_
        return scores[np.isfinite(scores)]

    def _survival(self, features: pd.DataFrame, rows: Any) -> dict[str, Any]:
        months = self.specification.horizons_months
        followed = [m for m in months if m * DAYS_IN_MONTH <= self.forest.trees_.time.max()]
        columns: dict[str, Any] = {
            f"survival_{m}m": np.full(len(features), None, dtype=object) for m in months
        }
        if followed:
            times = [m * DAYS_IN_MONTH for m in followed]
            curves = self.forest.predict_survival_function(features, times, rows)
            for position, month in enumerate(followed):
                columns[f"survival_{month}m"] = curves[:, position]
        return columns

    def to_bytes(self) -> bytes:
        """Arrays and JSON (modeling.ciri.storage); the same model gives the same bytes."""
        document = {
            "format": _FORMAT,
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
        """Read a stored model. ValueError with a sentence where it is damaged or not one."""
        arrays, document = unpack(content)
        if document.get("format") != _FORMAT or set(document) != _DOCUMENT:
            raise ValueError(f"These bytes are not a trained model of format {_FORMAT!r}.")
        try:
            model = cls(
                specification=parse_specification(document["specification"]),
                transform=Transform.from_dict(document["transform"]),
                forest=forest_from(arrays, document),
                cutoff=Cutoff(**document["cutoff"]),
                selected=document["selected"],
                training_subjects=document["subjects"],
                report=document["report"],
            )
        except (TypeError, KeyError) as error:
            raise ValueError("The stored model's document is not complete.") from error
        if len(model.training_subjects) != len(model.forest.trees_.time):
            raise ValueError("The stored model does not name each of its training rows.")
        return model


def train(
    specification: Specification,
    table: FrozenTable,
    *,
    progress: Progress | None = None,
    n_jobs: int | None = None,
) -> TrainedModel:
    """Train as the specification says, on the rows of role "train"; report on "validate" too.

    `progress(fraction, sentence)` is called between steps, from 0 to 1. The same specification and
    table give the same model to the bit, whatever `n_jobs`. ValueError with a sentence where there
    is too little to learn from.
    """
    tell = progress or (lambda fraction, sentence: None)
    tell(0.0, "Fitting the transform on the training patients")
    learning, left_out = _learning_rows(specification, table)
    candidates, analytes_left_out = _candidates(specification, learning)
    subjects = list(learning.subjects["subject"])
    fitted = Transform.fit(specification, learning, subjects, candidates)
    y = outcome_of(learning.subjects)
    signature = None
    if specification.uses_analytes:
        tell(0.1, f"Ranking {len(candidates)} analytes")
        ranking_rows = fitted.restrict(candidates, covariates=False)
        signature = _select(
            specification, ranking_rows.apply(learning, indicators=False), y, n_jobs
        )
    selected = signature.features if signature else []
    tell(0.5, "Growing the final forest")
    transform = fitted.restrict(selected)
    features = transform.apply(learning)
    forest = _forest(specification, n_jobs).fit(features, y)
    scored = np.isfinite(forest.oob_prediction_)
    cutoff = lock_cutoff(specification.cutoff, y[scored], forest.oob_prediction_[scored])
    model = TrainedModel(specification, transform, forest, cutoff, selected, subjects)
    tell(0.7, "Measuring importance in the final forest")
    importance = oob_permutation_importance(
        forest, features, y, specification.importance.repeats, specification.seed
    )
    tell(0.9, "Measuring performance")
    model.report.update(_report(model, table, signature, importance))
    model.report.update({"left_out": left_out, "analytes_left_out": analytes_left_out})
    tell(1.0, "Trained")
    return model


def _learning_rows(
    specification: Specification, table: FrozenTable
) -> tuple[FrozenTable, list[dict[str, str]]]:
    """The training rows with enough known inputs; and who of them was left out, and why."""
    rows = _role(table, "train")
    if not len(rows.subjects):
        raise ValueError(
            f"No patient of {', '.join(specification.cohorts.train)} has an outcome to learn from."
        )
    named = specification.analytes.candidates
    names = table.analytes if named is None else list(named)
    everything = Transform.fit(specification, rows, list(rows.subjects["subject"]), names)
    left_out = _incomplete(everything, rows, specification.min_measured)
    return _without(rows, {row["subject"] for row in left_out}), left_out


def _candidates(
    specification: Specification, learning: FrozenTable
) -> tuple[list[str], list[dict[str, str]]]:
    """Analytes known in enough training rows; and which were left out, and why."""
    named = specification.analytes.candidates
    names = learning.analytes if named is None else list(named)
    if unknown := sorted(set(names) - set(learning.analytes)):
        raise ValueError(f"No training patient has a measurement of {', '.join(unknown)}.")
    subjects = list(learning.subjects["subject"])
    share = Transform.fit(specification, learning, subjects, names).raw(learning).notna().mean()
    rare = [name for name in names if share[name] < specification.min_measured]
    kept = [name for name in names if name not in rare]
    if len(kept) < specification.analytes.keep:
        raise ValueError(
            f"The specification keeps {specification.analytes.keep} analytes, but only {len(kept)} "
            "are measured in enough training patients; keep fewer or measure more."
        )
    reason = f"known in fewer than {specification.min_measured:.0%} of the training patients"
    return kept, [{"analyte": name, "reason": reason} for name in rare]


def _select(specification: Specification, X: pd.DataFrame, y: Any, n_jobs: int | None) -> Signature:
    return select_signature(
        X,
        y,
        specification.analytes.keep,
        n_estimators=specification.forest.trees,
        min_samples_leaf=specification.forest.min_leaf,
        max_features=specification.forest.max_features,
        n_repeats=specification.importance.repeats,
        random_state=specification.seed,
        n_jobs=n_jobs,
    )


def _forest(specification: Specification, n_jobs: int | None) -> SurvivalForest:
    rules = specification.forest
    return SurvivalForest(
        rules.trees, rules.min_leaf, rules.max_features, specification.seed, n_jobs
    )


def _report(
    model: TrainedModel, table: FrozenTable, signature: Signature | None, importance: pd.DataFrame
) -> dict[str, Any]:
    people = table.subjects[table.subjects["role"] != "other"].set_index("subject", drop=False)
    scores = model.score(table).set_index("subject")
    scores = scores[scores.index.isin(people.index)]
    scores["role"] = people["role"].reindex(scores.index)
    scores = scores[(scores["role"] == "validate") | (scores["basis"] == "out-of-bag")]
    training, held_out = people[people["role"] == "train"], people[people["role"] == "validate"]
    out_of_bag = pd.Series(model.forest.oob_prediction_, index=model.training_subjects).dropna()
    seed = model.specification.seed
    performance = {
        "out_of_bag": tables.performance(training, out_of_bag, seed),
        "validation": tables.performance(held_out, scores["mortality"], seed),
    }
    counts = {"train": len(out_of_bag), "validate": int((scores["role"] == "validate").sum())}
    final = rank(importance, len(importance)).ranking
    values = model.transform.raw(table)[model.selected].reindex(scores.index)
    keep = ["role", "mortality", "percentile", "group", "basis"]
    return {
        "features": model.features,
        "selected": model.selected,
        "covariates": list(model.specification.covariates),
        "counts": counts,
        "performance": performance,
        "warnings": tables.warnings(
            counts,
            performance,
            model.specification.forest.min_leaf,
            selected=signature is not None,
        ),
        "importance": tables.plain_rows(signature.ranking if signature else final),
        "final_importance": tables.plain_rows(final),
        "cutoff": model.cutoff.to_dict(),
        "kaplan_meier": {
            "train": tables.kaplan_meier_tables(training, scores["group"]),
            "validate": tables.kaplan_meier_tables(held_out, scores["group"]),
        },
        "correlations": tables.plain_rows(score_correlations(scores["percentile"], values)),
        "correlation_points": _points(scores["percentile"], values),
        "scores": tables.plain_rows(scores[keep].reset_index()),
    }


def _points(percentile: pd.Series, values: pd.DataFrame) -> list[dict[str, Any]]:
    long = values.assign(percentile=percentile).melt("percentile", var_name="analyte")
    return tables.plain_rows(long.dropna()[["analyte", "percentile", "value"]].round(4))


def _share_known(transform: Transform, table: FrozenTable) -> pd.Series:
    """The smaller of the known shares of analytes and of covariates, by subject."""
    known = transform.raw(table).notna()
    parts = [
        [column.name for column in part] for part in (transform.analytes, transform.covariates)
    ]
    shares = [known[part].mean(axis=1) for part in parts if part]
    return pd.concat(shares, axis=1).min(axis=1)


def _incomplete(transform: Transform, table: FrozenTable, least: float) -> list[dict[str, str]]:
    share = _share_known(transform, table)
    reason = f"fewer than {least:.0%} of the model's analytes or of its covariates are known"
    return [{"subject": str(name), "reason": reason} for name in share.index[share < least]]


def _role(table: FrozenTable, role: str) -> FrozenTable:
    other = table.subjects["subject"][table.subjects["role"] != role]
    return _without(table, set(other))


def _without(table: FrozenTable, subjects: set[str]) -> FrozenTable:
    people, values = table.subjects, table.measurements
    return FrozenTable(
        people[~people["subject"].isin(subjects)].reset_index(drop=True),
        values[~values["subject"].isin(subjects)].reset_index(drop=True),
    )
