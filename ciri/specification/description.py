"""A specification as a paragraph that a clinician can read and object to."""

from __future__ import annotations

from ciri.covariates.shipped import CATEGORY, CLASSES, LABELS
from ciri.specification.specification import AnalyteRules, Specification

_ENDPOINT = {"OS": "overall survival", "PFS": "progression-free survival"}
_TIMEPOINT = {"pre": "before treatment", "edt": "early during treatment (6 weeks)"}
_BELOW = {
    "lloq/2": "half that limit",
    "lloq/sqrt2": "that limit divided by the square root of two",
    "lloq": "that limit",
}
_REPEATS = {"mean": "averaged on the model's scale", "first": "reduced to the first one measured"}
_MISSING = {
    "native": "Missing values are sent by each split to the side that separates best.",
    "median": "Missing values take the training median, and an indicator says so.",
}
_CUTOFF = {
    "median": "the median",
    "tertiles": "the tertiles",
    "logrank": "the maximally selected log-rank cut (between the 10th and 90th percentile)",
}


def describe(specification: Specification) -> str:
    """One readable English paragraph that states everything the specification decides.

    Parameters
    ----------
    specification : Specification
        A checked specification.

    Returns
    -------
    str
        Sentences that a clinician can read and object to.
    """
    return " ".join(
        [
            _purpose(specification),
            _inputs(specification),
            _MISSING[specification.missing],
            _forest(specification),
            _groups(specification),
            _checking(specification),
            _retraining(specification),
        ]
    )


def _purpose(s: Specification) -> str:
    validated = f"; it is validated on {_list(s.cohorts.validate)}" if s.cohorts.validate else ""
    return (
        f"Predicts {_ENDPOINT[s.endpoint]} from what is known {_TIMEPOINT[s.timepoint]}, "
        f"trained on {_list(s.cohorts.train)}{validated}."
    )


def _inputs(s: Specification) -> str:
    by_class = {one.number: one.label for one in CLASSES if (one.number, CATEGORY) in s.readings}
    factors = [(LABELS | by_class).get(name, name) for name in s.covariates]
    clinical = f"{len(factors)} clinical factor{'s' * (len(factors) != 1)} ({_list(factors)})"
    if not s.uses_analytes:
        return f"Its inputs are {clinical}."
    added = f", and adds {clinical}" if factors else ""
    return f"It keeps {_selection(s)}{added}. {_values(s.analytes)}"


def _selection(s: Specification) -> str:
    rules, stability = s.analytes, s.selection
    pool = "all measured analytes"
    if rules.candidates is not None:
        pool = f"{len(rules.candidates)} named candidates"
    ranked = f"ranked on {stability.resamples} subsamples of the training patients"
    if stability.min_frequency is None:
        return f"the {rules.keep} analytes of {pool} that are most often among the best {rules.keep}, {ranked}"
    return (
        f"those of {pool} that are among the best {rules.keep} in at least "
        f"{stability.min_frequency:.0%} of rankings, {ranked}"
    )


def _values(rules: AnalyteRules) -> str:
    scale = (
        "Concentrations enter as log2"
        if rules.scale == "log2"
        else "Values enter as they are (already on a log2 scale)"
    )
    return (
        f"{scale}; a value below the lower limit of quantification becomes "
        f"{_BELOW[rules.below_lloq]}, one above the upper limit becomes that limit; "
        f"repeated measurements are {_REPEATS[rules.repeats]}."
    )


def _forest(s: Specification) -> str:
    tried = {"sqrt": "the square root of their number", "log2": "log2 of their number"}
    features = "all features"
    if isinstance(s.forest.max_features, str):
        features = f"{tried[s.forest.max_features]} of features"
    elif isinstance(s.forest.max_features, int):
        features = f"{s.forest.max_features} features"
    elif s.forest.max_features is not None:
        features = f"{s.forest.max_features:.0%} of features"
    drawn = "a bootstrap sample" if s.forest.sample == "bootstrap" else "63.2 %"
    return (
        f"A random survival forest of {s.forest.trees:,} trees with at least {s.forest.min_leaf} "
        f"patients in a leaf, each tree grown on {drawn} of the patients, tries {features} at each "
        f"split (seed {s.seed}); importance is the mean "
        f"of {s.importance.repeats} out-of-bag permutation{'s' * (s.importance.repeats != 1)}."
    )


def _groups(s: Specification) -> str:
    months = _list([str(h) for h in s.horizons_months])
    return (
        f"Groups are cut at {_CUTOFF[s.cutoff]} of the out-of-bag training scores; "
        f"survival is given at {months} months."
    )


def _checking(s: Specification) -> str:
    rules = s.cross_validation
    if not rules.repeats:
        return "It is not cross-validated."
    times = f"{rules.repeats} times " if rules.repeats > 1 else ""
    return (
        f"It is cross-validated {times}in {rules.folds} folds, everything from transform to selection "
        "made anew inside each."
    )


def _retraining(s: Specification) -> str:
    rules = s.retrain
    decision = (
        "takes over at once when its concordance on the validation patients is not lower"
        if rules.promote == "gate"
        else "waits for a signature"
    )
    allowance = f" (tolerance {rules.tolerance:g})" if rules.tolerance else ""
    return (
        f"It is due again after {rules.new_deaths} new deaths or {rules.new_patients} new "
        f"patients, and a retrained version {decision}{allowance}."
    )


def _list(words: list[str] | tuple[str, ...]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
