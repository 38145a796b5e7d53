"""What a model has to beat: a penalised Cox model, the clinical factors alone, the marker in use alone.

All are fitted on the training patients, and all are compared on the same patients: the validation
cohort where there is one. Without one, only scores that are out-of-bag on both sides are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ciri.covariates.shipped import CLASSES, MARKER
from ciri.dataset.frozen import FrozenTable
from ciri.errors import Refused
from ciri.performance.comparison import compare_predictions
from ciri.said import Said, keep
from ciri.specification.specification import AnalyteRules, Specification
from ciri.survival.cox import fit_cox
from ciri.survival.elastic_net import CoxElasticNet
from ciri.survival.outcome import outcome_of
from ciri.training.fitting import Fitted, fit, rows_of_role, share_known
from plausibility.checks import gettext_noop

FEWEST_EVENTS = 10
_N_RESAMPLES = 1000
COX = gettext_noop("Penalised Cox model")
CLINICAL = gettext_noop("Clinical factors alone")
_MARKER_ALONE = Said("marker_alone", marker=MARKER.label)
IN_A_SENTENCE = {
    COX: Said("a_penalised_cox_model"),
    CLINICAL: Said("clinical_factors_alone"),
    str(_MARKER_ALONE): _MARKER_ALONE,
}
THIS_MODEL = Said("this_model")

Found = dict[str, Any]


def yardsticks(
    specification: Specification, fitted: Fitted, table: FrozenTable, scores: pd.DataFrame
) -> Found:
    """{"baseline": penalised Cox, "added_value": {"clinical": ..., MARKER.number: ...}}, JSON-able.

    The marker is left out where the table has it neither as a number nor by class.

    scores: by subject, with role and mortality of this model (training patients out-of-bag). Each part
    is {"name", "reason"} where nothing can be compared (the reason as `ciri.said.keep` keeps it), else {"name", "basis" ("validation" or
    "out-of-bag"), "sentence"} with what `Comparison.to_dict` tells, a the yardstick and b this model.
    """
    held_out = rows_of_role(table, "validate").subjects
    basis = "validate" if held_out["event"].sum() >= FEWEST_EVENTS else "train"

    def against(name: str, risk_of: Callable[[str], pd.Series]) -> Found:
        try:
            return _compare(name, risk_of(basis), table, scores, basis, specification.seed)
        except ValueError as error:
            return {"name": name, "reason": keep(error)}

    baseline = against(COX, lambda role: penalised_cox(specification, fitted, table, role))
    added = {
        "clinical": against(CLINICAL, lambda role: clinical_scores(specification, table, role))
    }
    if {MARKER.number, MARKER.code} & {covariate.name for covariate in table.covariates}:
        added[MARKER.number] = against(str(_MARKER_ALONE), lambda role: marker_scores(table, role))
    return {"baseline": baseline, "added_value": added}


def penalised_cox(
    specification: Specification, fitted: Fitted, table: FrozenTable, role: str
) -> pd.Series:
    """Log risk by subject from an elastic net over all candidates and covariates of the model."""
    if role == "train":
        raise Refused.of(Said("no_validation_for_cox"))
    cox = CoxElasticNet(random_state=specification.seed).fit(fitted.everything_known, fitted.y)
    rows = rows_of_role(table, role)
    known = share_known(fitted.everything, rows) >= specification.min_measured
    features = fitted.everything.apply(rows)[known]
    return pd.Series(cox.predict(features), index=features.index)


def clinical_scores(specification: Specification, table: FrozenTable, role: str) -> pd.Series:
    """Mortality by subject from a forest of every clinical factor known for half of those trained."""
    training = rows_of_role(table, "train")
    names = [covariate.name for covariate in table.covariates]
    of_numbers = {one.code for one in CLASSES if one.number in names}
    share = training.subjects[[name for name in names if name not in of_numbers]]
    varies = share.nunique() > 1
    known = share.notna().mean() >= specification.min_measured
    factors = tuple(name for name in share.columns if varies[name] and known[name])
    if not factors:
        raise Refused.of(Said("no_clinical_factor"))
    if not specification.uses_analytes and set(specification.covariates) >= set(factors):
        raise Refused.of(Said("clinical_already"))
    alone = replace(specification, analytes=AnalyteRules(candidates=(), keep=0), covariates=factors)
    found = fit(alone, training)
    if role == "train":
        return pd.Series(found.forest.oob_prediction_, index=found.features.index)
    rows = rows_of_role(table, role)
    measured = share_known(found.transform, rows) >= specification.min_measured
    features = found.transform.apply(rows)[measured]
    return pd.Series(found.forest.predict(features), index=features.index)


def marker_scores(table: FrozenTable, role: str) -> pd.Series:
    """The marker by subject, turned so that higher is riskier, as a Cox model of the training patients says.

    The number is read, or the class where that is known of more patients.
    """
    people = table.subjects.set_index("subject", drop=False)
    there = [one for one in table.covariates if one.name in (MARKER.number, MARKER.code)]
    levels = [one.read(people[one.name]).iloc[:, 0] for one in there if len(one.features) == 1]
    levels.sort(key=lambda level: (-level.notna().mean(), level.name != MARKER.number))
    if not levels:
        raise Refused.of(Said("marker_unordered", marker=MARKER.label))
    level = levels[0]
    training = people[(people["role"] == "train") & level.notna()]
    if training["event"].sum() < FEWEST_EVENTS:
        raise Refused.of(Said("marker_too_few_events", marker=MARKER.label))
    found = fit_cox(level[training.index].to_numpy()[:, None], outcome_of(training))
    if not found.converged:
        raise Refused.of(Said("marker_not_fitted", marker=MARKER.label, reason=found.reason))
    risk = level * np.sign(found.coef[0])
    return risk[(people["role"] == role) & level.notna()]


def _compare(
    name: str, risk: pd.Series, table: FrozenTable, scores: pd.DataFrame, role: str, seed: int
) -> Found:
    own = scores["mortality"][scores["role"] == role]
    both = own.index.intersection(risk.dropna().index)
    people = table.subjects.set_index("subject", drop=False).loc[both]
    if people["event"].sum() < FEWEST_EVENTS:
        raise Refused.of(Said("too_few_events_scored", events=int(people["event"].sum())))
    found = compare_predictions(
        outcome_of(people),
        risk[both].to_numpy(),
        own[both].to_numpy(),
        names=(IN_A_SENTENCE[name], THIS_MODEL),
        n_resamples=_N_RESAMPLES,
        seed=seed,
    )
    basis = "validation" if role == "validate" else "out-of-bag"
    told = {key: found.to_dict()[key] for key in ("c", "added", "n", "events")}
    return {
        "name": name,
        "basis": basis,
        "sentence": found.verdict,
        **told,
    }
