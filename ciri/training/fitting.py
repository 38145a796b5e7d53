"""Everything that is learnt from training patients: transform, selection, forest.

Cross-validation does it anew inside each fold, on that fold's training patients alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ciri.dataset.frozen import FrozenTable
from ciri.dataset.transform import Transform
from ciri.errors import Refused
from ciri.forest.forest import SurvivalForest
from ciri.said import Said
from ciri.signature.selection import Signature, select_signature
from ciri.specification.specification import Specification
from ciri.survival.outcome import outcome_of
from tabular.message import Message

Progress = Callable[[float, Message], None]


@dataclass(frozen=True)
class Fitted:
    """What came of fitting: `features` (training patients x columns of the forest) and outcome y.

    everything, everything_known: transform and frame of all candidates and covariates. left_out, analytes_left_out: whom and what there was too little of, and why.
    """

    transform: Transform
    forest: SurvivalForest
    signature: Signature | None
    features: pd.DataFrame
    y: Any
    left_out: list[dict[str, str]]
    analytes_left_out: list[dict[str, str]]
    everything: Transform
    everything_known: pd.DataFrame

    @property
    def selected(self) -> list[str]:
        """Analytes kept, best first."""
        return self.signature.features if self.signature else []


def fit(
    specification: Specification,
    rows: FrozenTable,
    *,
    n_jobs: int | None = None,
    tradeoff: bool = True,
    progress: Progress | None = None,
) -> Fitted:
    """Fit as the specification says, on all patients of `rows`.

    ValueError with a sentence where there is too little to learn from.
    """
    tell = progress or (lambda fraction, sentence: None)
    tell(0.0, Message("fitting_transform", "Fitting the transform on the training patients"))
    learning, left_out = _with_enough_known(specification, rows)
    candidates, analytes_left_out = _candidates(specification, learning)
    subjects = list(learning.subjects["subject"])
    fitted = Transform.fit(specification, learning, subjects, candidates)
    y = outcome_of(learning.subjects)
    signature = None
    if specification.uses_analytes:
        sentence = Message("ranking", "Ranking %(n)d analytes", n=len(candidates))
        ranked = fitted.restrict(candidates, covariates=False).apply(learning, indicators=False)
        signature = select_signature(
            ranked,
            y,
            specification.analytes.keep,
            specification.selection.resamples,
            min_frequency=specification.selection.min_frequency,
            n_estimators=specification.selection.trees,
            min_samples_leaf=specification.forest.min_leaf,
            max_features=specification.forest.max_features,
            random_state=specification.seed,
            n_jobs=n_jobs,
            tradeoff=tradeoff,
            progress=lambda done: tell(0.05 + 0.8 * done, sentence),
        )
    tell(0.9, Message("growing", "Growing the final forest"))
    transform = fitted.restrict(signature.features if signature else [])
    features = transform.apply(learning)
    rules = specification.forest
    forest = SurvivalForest(
        rules.trees,
        rules.min_leaf,
        rules.max_features,
        specification.seed,
        n_jobs,
        bootstrap=rules.sample == "bootstrap",
    ).fit(features, y)
    return Fitted(
        transform=transform,
        forest=forest,
        signature=signature,
        features=features,
        y=y,
        left_out=left_out,
        analytes_left_out=analytes_left_out,
        everything=fitted,
        everything_known=fitted.apply(learning),
    )


def share_known(transform: Transform, table: FrozenTable) -> pd.Series:
    """The smaller of the known shares of analytes and of covariates, by subject."""
    shares = [known.mean(axis=1) for known in transform.known(table) if len(known.columns)]
    return pd.concat(shares, axis=1).min(axis=1)


def incomplete(transform: Transform, table: FrozenTable, least: float) -> list[dict[str, str]]:
    """Who has too few known inputs, and the reason: subject, reason."""
    share = share_known(transform, table)
    reason = Said("inputs_unknown", percent=100 * least)
    return [{"subject": str(name), "reason": reason} for name in share.index[share < least]]


def rows_of_role(table: FrozenTable, role: str) -> FrozenTable:
    """The patients of one role."""
    other = table.subjects["subject"][table.subjects["role"] != role]
    return rows_without(table, set(other))


def rows_without(table: FrozenTable, subjects: set[str]) -> FrozenTable:
    """All but some patients."""
    people, values = table.subjects, table.measurements
    return replace(
        table,
        subjects=people[~people["subject"].isin(subjects)].reset_index(drop=True),
        measurements=values[~values["subject"].isin(subjects)].reset_index(drop=True),
        left_out=[],
    )


def _with_enough_known(
    specification: Specification, rows: FrozenTable
) -> tuple[FrozenTable, list[dict[str, str]]]:
    """Patients with enough known inputs; and who was left out, and why."""
    if not len(rows.subjects):
        raise Refused(
            "nobody_to_learn_from",
            "No patient of %(cohorts)s has an outcome to learn from.",
            cohorts=", ".join(specification.cohorts.train),
        )
    named = specification.analytes.candidates
    names = rows.analytes if named is None else list(named)
    everything = Transform.fit(specification, rows, list(rows.subjects["subject"]), names)
    left_out = incomplete(everything, rows, specification.min_measured)
    return rows_without(rows, {row["subject"] for row in left_out}), left_out


def _candidates(
    specification: Specification, learning: FrozenTable
) -> tuple[list[str], list[dict[str, str]]]:
    """Analytes known in enough training rows; and which were left out, and why."""
    named = specification.analytes.candidates
    names = learning.analytes if named is None else list(named)
    if unknown := sorted(set(names) - set(learning.analytes)):
        raise Refused(
            "analyte_never_measured",
            "No training patient has a measurement of %(analytes)s.",
            analytes=", ".join(unknown),
        )
    subjects = list(learning.subjects["subject"])
    share = Transform.fit(specification, learning, subjects, names).raw(learning).notna().mean()
    rare = [name for name in names if share[name] < specification.min_measured]
    kept = [name for name in names if name not in rare]
    if len(kept) < specification.analytes.keep:
        raise Refused(
            "too_few_analytes_measured",
            "The specification keeps %(keep)s analytes, but only %(measured)s are measured in "
            "enough training patients; keep fewer or measure more.",
            keep=specification.analytes.keep,
            measured=len(kept),
        )
    reason = Said("rarely_known", percent=100 * specification.min_measured)
    return kept, [{"analyte": name, "reason": reason} for name in rare]
