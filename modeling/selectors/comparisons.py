"""Two versions on the same patients, from their stored scores and the outcomes known today."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import QuerySet

from ciri import Specification, parse_specification
from ciri.performance.comparison import Comparison, compare_predictions
from ciri.survival.outcome import DAYS_IN_MONTH
from ciri.survival.outcome import outcome as outcome_array
from clinical.models import Patient
from clinical.selectors.outcomes import outcomes
from modeling.models import ModelVersion, Score
from modeling.selectors.models import HEAVY
from sentences import of_error
from sentences import storable as _
from studies.models import Study

MANY = 2000  # patients; above it fewer bootstrap samples are drawn, so that the page comes soon
RESAMPLES, RESAMPLES_OF_MANY = 1000, 200


@dataclass(frozen=True)
class Compared:
    """What came out, on whom ("validation" or "out-of-bag"), and from how many bootstrap samples."""

    found: Comparison
    basis: str
    resamples: int


class NotComparable(Exception):
    """Why two versions cannot be compared, as a sentence."""


def versions_to_compare(study: Study) -> QuerySet[ModelVersion]:
    """Every version of a study, light, by model name, newest first."""
    return (
        ModelVersion.objects.filter(model__study=study)
        .select_related("model", "specification")
        .defer(*HEAVY)
        .order_by("model__name", "-number")
    )


def comparable_versions(version: ModelVersion) -> list[ModelVersion]:
    """The other versions in use in the study that predict the same, then those of the same model."""
    same = [
        other
        for other in versions_to_compare(version.model.study).exclude(pk=version.pk)
        if other.specification.body["endpoint"] == version.specification.body["endpoint"]
    ]
    in_use = [v for v in same if v.status == ModelVersion.Status.CHAMPION]
    siblings = [v for v in same if v.model_id == version.model_id and v not in in_use]
    return [*in_use, *siblings][:8]


def compare_versions(a: ModelVersion, b: ModelVersion) -> Compared:
    """b against a, on validation patients whom both predict; where there are none with an event, on
    training patients whom both score out-of-bag. Raises NotComparable with a sentence."""
    rules = [parse_specification(version.specification.body) for version in (a, b)]
    if rules[0].endpoint != rules[1].endpoint:
        raise NotComparable(_("The two versions predict different endpoints."))
    joined = _join_scores(a, b, rules)
    for basis, some in joined.groupby("basis", sort=False):
        if some["event"].any():
            return _compare(some, str(basis), rules, (str(a), str(b)))
    raise NotComparable(
        _(
            "There are no patients with an event whom both versions have scored in the same way: both by "
            "prediction in a validation cohort, or both out-of-bag."
        )
    )


def _join_scores(a: ModelVersion, b: ModelVersion, rules: list[Specification]) -> pd.DataFrame:
    """One row per patient: basis ("validation" rows first), time, event, and of each version
    mortality_, group_ and survival_ (a mapping by horizon) with _a and _b."""
    study = a.model.study
    of_a, of_b = _scores(a, rules[0]).add_suffix("_a"), _scores(b, rules[1]).add_suffix("_b")
    joined = of_a.join(of_b, how="inner")
    joined = joined[joined["basis_a"] == joined["basis_b"]].rename(columns={"basis_a": "basis"})
    patients = Patient.objects.filter(study=study)
    known = outcomes(patients, endpoint=rules[0].endpoint, as_of=study.today())
    # As in a frozen table: an event on day 0 counts at half a day, censoring on day 0 tells nothing.
    told = {
        pk: (max(outcome.days, 0.5), outcome.event)
        for pk, outcome in known.items()
        if outcome is not None and (outcome.days > 0 or outcome.event)
    }
    joined = joined[joined.index.isin(told)].copy()
    joined["time"] = [told[pk][0] for pk in joined.index]
    joined["event"] = [told[pk][1] for pk in joined.index]
    return joined.sort_values("basis", ascending=False, kind="stable")


def _scores(version: ModelVersion, rules: Specification) -> pd.DataFrame:
    """Scores by patient that are honest for the version: out-of-bag, or predicted in validation."""
    rows = Score.objects.filter(version=version).values_list(
        "patient_id", "patient__cohort__code", "patient__cohort__kind",
        "basis", "mortality", "group", "survival",
    )  # fmt: skip
    found = {
        pk: ("validation" if basis == Score.Basis.PREDICTION else "out-of-bag", *values)
        for pk, code, kind, basis, *values in rows
        if basis != Score.Basis.PREDICTION or rules.role_of(code, kind) == "validate"
    }
    columns = ["basis", "mortality", "group", "survival"]
    return pd.DataFrame.from_dict(found, orient="index", columns=columns)


def _compare(
    joined: pd.DataFrame, basis: str, rules: list[Specification], names: tuple[str, str]
) -> Compared:
    months = _common_horizons(joined, rules)
    survival = [_at(joined[f"survival_{end}"], months) for end in "ab"]
    resamples = RESAMPLES if len(joined) <= MANY else RESAMPLES_OF_MANY
    try:
        found = compare_predictions(
            outcome_array(joined["event"], joined["time"]),
            joined["mortality_a"].to_numpy(np.float64),
            joined["mortality_b"].to_numpy(np.float64),
            survival[0] if months else None,
            survival[1] if months else None,
            np.array(months) * DAYS_IN_MONTH if months else None,
            joined["group_a"].to_numpy(object),
            joined["group_b"].to_numpy(object),
            names=names,
            n_resamples=resamples,
            seed=rules[1].seed,
        )
    except ValueError as error:
        raise NotComparable(of_error(error)) from error
    return Compared(found, basis, resamples)


def _common_horizons(joined: pd.DataFrame, rules: list[Specification]) -> list[int]:
    """Horizons, in months, at which both versions give every patient a survival probability."""
    both = sorted(set(rules[0].horizons_months) & set(rules[1].horizons_months))
    return [
        m for m in both if not any(np.isnan(_at(joined[f"survival_{e}"], [m])).any() for e in "ab")
    ]


def _at(survival: Any, months: list[int]) -> Any:
    """Survival probabilities (patients, months); NaN where none is known."""
    rows = [[by_horizon.get(f"{m}m") for m in months] for by_horizon in survival]
    return np.array(rows, dtype=np.float64)
