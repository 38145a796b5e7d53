"""A specification as a paragraph that a clinician can read and object to."""

from __future__ import annotations

from typing import Any

from ciri.covariates.shipped import CATEGORY, CLASSES, LABELS
from ciri.said import Said, enumerate_in_words, together
from ciri.specification.specification import AnalyteRules, Specification
from ciri.specification.visits import say_visit

_ENDPOINT = {"OS": "overall_survival", "PFS": "progression_free_survival"}
_BELOW = {
    "lloq/2": "half_the_limit",
    "lloq/sqrt2": "limit_over_root_two",
    "lloq": "the_limit",
}
_REPEATS = {"mean": "averaged", "first": "first_measured"}
_MISSING = {"native": "missing_native", "median": "missing_median"}
_CUTOFF = {"median": "the_median", "tertiles": "the_tertiles", "logrank": "the_log_rank_cut"}
_FEATURES = {"sqrt": "root_of_features", "log2": "log2_of_features"}


def describe(specification: Specification, visit: str = "") -> str:
    """One readable English paragraph that states everything the specification decides.

    Parameters
    ----------
    specification : Specification
        A checked specification.
    visit : str, optional
        What the study calls its visit. Without it, by the name alone.

    Returns
    -------
    str
        Sentences that a clinician can read and object to; a text that knows its codes (`ciri.said.Said`).
    """
    return together(
        [
            _purpose(specification, visit),
            *_inputs(specification),
            Said(_MISSING[specification.missing]),
            _forest(specification),
            _groups(specification),
            _checking(specification),
            _retraining(specification),
        ]
    )


def _purpose(s: Specification, visit: str) -> Said:
    known: dict[str, Any] = {
        "endpoint": Said(_ENDPOINT[s.endpoint]),
        "when": Said("at_visit", visit=visit) if visit else say_visit(s.timepoint),
        "cohorts": enumerate_in_words(s.cohorts.train),
    }
    if not s.cohorts.validate:
        return Said("predicts", **known)
    others = enumerate_in_words(s.cohorts.validate)
    return Said("predicts_and_validated", **known, others=others)


def _inputs(s: Specification) -> list[Said]:
    if not s.uses_analytes:
        return [Said("inputs_are", factors=_factors(s))]
    kept = Said("keeps", analytes=_selection(s))
    if s.covariates:
        kept = Said("keeps_and_adds", analytes=_selection(s), factors=_factors(s))
    return [kept, _values(s.analytes)]


def _factors(s: Specification) -> Said:
    by_class = {one.number: one.label for one in CLASSES if (one.number, CATEGORY) in s.readings}
    factors = [(LABELS | by_class).get(name, name) for name in s.covariates]
    code = "clinical_factor" if len(factors) == 1 else "clinical_factors"
    return Said(code, n=len(factors), factors=enumerate_in_words(factors))


def _selection(s: Specification) -> Said:
    rules, stability = s.analytes, s.selection
    pool = Said("all_analytes")
    if rules.candidates is not None:
        pool = Said("named_candidates", n=len(rules.candidates))
    known: dict[str, Any] = {"pool": pool, "keep": rules.keep, "resamples": stability.resamples}
    if stability.min_frequency is None:
        return Said("most_often_best", **known)
    return Said("often_among_best", **known, percent=100 * stability.min_frequency)


def _values(rules: AnalyteRules) -> Said:
    return Said(
        "values_become",
        scale=Said("as_log2" if rules.scale == "log2" else "as_they_are"),
        below=Said(_BELOW[rules.below_lloq]),
        repeats=Said(_REPEATS[rules.repeats]),
    )


def _forest(s: Specification) -> Said:
    repeats = s.importance.repeats
    return Said(
        "forest_of",
        trees=f"{s.forest.trees:,}",
        leaf=s.forest.min_leaf,
        sample=Said("bootstrap_sample" if s.forest.sample == "bootstrap" else "subsample"),
        features=_tried(s.forest.max_features),
        seed=s.seed,
        importance=Said("one_permutation") if repeats == 1 else Said("permutations", n=repeats),
    )


def _tried(max_features: str | int | float | None) -> Said:
    if max_features is None:
        return Said("all_features")
    if isinstance(max_features, str):
        return Said(_FEATURES[max_features])
    if isinstance(max_features, int):
        return Said("number_of_features", n=max_features)
    return Said("share_of_features", percent=100 * max_features)


def _groups(s: Specification) -> Said:
    months = enumerate_in_words([str(h) for h in s.horizons_months])
    return Said("groups_cut_at", cutoff=Said(_CUTOFF[s.cutoff]), months=months)


def _checking(s: Specification) -> Said:
    rules = s.cross_validation
    if not rules.repeats:
        return Said("not_cross_validated")
    if rules.repeats == 1:
        return Said("cross_validated", folds=rules.folds)
    return Said("cross_validated_often", repeats=rules.repeats, folds=rules.folds)


def _retraining(s: Specification) -> Said:
    rules = s.retrain
    decision = Said("takes_over" if rules.promote == "gate" else "waits_for_signature")
    if rules.tolerance:
        decision = Said("with_tolerance", decision=decision, tolerance=rules.tolerance)
    return Said(
        "due_again", deaths=rules.new_deaths, patients=rules.new_patients, decision=decision
    )
