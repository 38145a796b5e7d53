"""What a model is meant to be, stated completely before anything is grown.

A specification is plain text (YAML or JSON), checked here once, and frozen. Two specifications that
mean the same have the same `content_hash`, however they were written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ciri.covariates.covariate import is_name
from ciri.covariates.shipped import CATEGORY, CLASSES, NUMERIC
from ciri.specification.checks import Part, SpecificationError
from ciri.specification.rules import (
    AnalyteRules,
    Cohorts,
    CrossValidationRules,
    ForestRules,
    ImportanceRules,
    RetrainRules,
    SelectionRules,
)
from ciri.specification.visits import DEFAULT_VISIT, LONGEST_VISIT, is_visit
from tabular.section import EnoughProblems, Problem

ENDPOINTS = ("OS", "PFS")
MAX_HORIZONS = 24
MAX_FOREST_TREES = 20_000
MAX_SELECTION_TREES = 2_000_000
"""Resamples times trees of one selection; the templates grow 50,000."""
MAX_TREES = 50_000_000
"""Of a training with its cross-validation; the templates grow 2.6 million."""
MAX_PERMUTED = 500_000_000
"""Trees times permutations of each feature."""

__all__ = [
    "ENDPOINTS",
    "AnalyteRules",
    "Cohorts",
    "CrossValidationRules",
    "ForestRules",
    "ImportanceRules",
    "RetrainRules",
    "SelectionRules",
    "Specification",
    "SpecificationError",
    "parse_specification",
]


@dataclass(frozen=True)
class Specification:
    """A complete, checked and immutable statement of how a model is made.

    Make one with `parse_specification`, which checks everything.

    Parameters
    ----------
    endpoint : {"OS", "PFS"}
        The outcome.
    timepoint : str
        The name of the visit at which analytes were measured: letters, digits, "_" and "-". Which visits there are,
        the study knows.
    cohorts : Cohorts
        Who trains the model, and whom it is validated on.
    analytes : AnalyteRules
        Which analytes compete, how many stay, and how their values become features.
    covariates : tuple of str
        Names of clinical factors; whether a table has them is seen when it is trained on.
    readings : tuple of (str, {"numeric", "category"})
        Of each number that has classes (`ciri/covariates/shipped.yaml`), whether the number itself is read or
        its class. Its name is the key in a mapping.
    missing : {"native", "median"}
        Whether splits send unknown values to a side, or they take the training median.
    min_measured : float
        Share (0-1) of its inputs that a patient, and of patients that an analyte, must have known.
    forest : ForestRules
        Size of the forest and of its leaves.
    importance : ImportanceRules
        How often features are permuted.
    selection : SelectionRules
        How stable a ranking must be.
    cross_validation : CrossValidationRules
        Folds and repeats.
    seed : int
        Of everything drawn at random.
    cutoff : {"median", "tertiles", "logrank"}
        The rule of the groups.
    retrain : RetrainRules
        When the model is due again, and what a challenger must do.
    horizons_months : tuple of int
        When survival is given, in months.
    """

    endpoint: str = "OS"
    timepoint: str = DEFAULT_VISIT
    cohorts: Cohorts = field(default_factory=Cohorts)
    analytes: AnalyteRules = field(default_factory=AnalyteRules)
    covariates: tuple[str, ...] = ()
    readings: tuple[tuple[str, str], ...] = tuple((one.number, NUMERIC) for one in CLASSES)
    missing: str = "native"
    min_measured: float = 0.5
    forest: ForestRules = field(default_factory=ForestRules)
    importance: ImportanceRules = field(default_factory=ImportanceRules)
    selection: SelectionRules = field(default_factory=SelectionRules)
    cross_validation: CrossValidationRules = field(default_factory=CrossValidationRules)
    seed: int = 20231
    cutoff: str = "median"
    retrain: RetrainRules = field(default_factory=RetrainRules)
    horizons_months: tuple[int, ...] = (6, 12, 24)

    @property
    def trees_grown(self) -> int:
        """Trees of a training and its cross-validation: each fold grows the selection's and the model's."""
        rules = self.cross_validation
        selected = self.selection.resamples * self.selection.trees if self.uses_analytes else 0
        return (selected + self.forest.trees) * (1 + rules.folds * rules.repeats)

    @property
    def uses_analytes(self) -> bool:
        """Whether any analyte enters the model."""
        return self.analytes.keep > 0

    def role_of(self, cohort: str, kind: str | None = None) -> str:
        """The role of a cohort.

        Parameters
        ----------
        cohort : str
            Its code.
        kind : str, optional
            Its kind.

        Returns
        -------
        {"train", "validate", "other"}
            As the specification names the code or the kind.
        """
        names = {cohort, kind}
        if names & set(self.cohorts.train):
            return "train"
        return "validate" if names & set(self.cohorts.validate) else "other"

    def to_dict(self) -> dict[str, Any]:
        """The canonical mapping.

        Returns
        -------
        dict
            Every key written out, lists for tuples, "all" for None.
        """
        body: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        body |= dict(body.pop("readings"))
        if self.analytes.candidates is None:
            body["analytes"]["candidates"] = "all"
        return body

    @property
    def content_hash(self) -> str:
        """SHA-256 (hexadecimal) of the canonical JSON of `to_dict()`."""
        text = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def parse_specification(mapping: Mapping[str, Any]) -> Specification:
    """Check a mapping as read from YAML.

    Parameters
    ----------
    mapping : mapping
        Keys left out take their defaults.

    Returns
    -------
    Specification
        What the mapping states.

    Raises
    ------
    SpecificationError
        A ValueError with everything that is wrong: each sentence names the key, what was found and what is
        allowed; `problems` has the codes and their parameters.

    Examples
    --------
    >>> from ciri import template
    >>> parse_specification(template("preCIRI14")).analytes.keep
    14
    """
    if not isinstance(mapping, Mapping):
        raise SpecificationError([Problem("", "no_section", {"value": mapping})])
    top = Part(dict(mapping))
    try:
        specification = _specification(top)
        top.refuse_unread()
        if not top.problems:
            _check_whole(top, specification)
    except EnoughProblems:
        pass
    if top.problems:
        raise SpecificationError(top.problems)
    return specification


def _specification(top: Part) -> Specification:
    return Specification(
        endpoint=_word(top, "endpoint", ENDPOINTS, "OS"),
        timepoint=_visit(top),
        cohorts=_cohorts(top.part("cohorts")),
        analytes=_analytes(top.part("analytes")),
        covariates=_covariates(top),
        readings=tuple(
            (one.number, _word(top, one.number, (NUMERIC, CATEGORY), NUMERIC)) for one in CLASSES
        ),
        missing=_word(top, "missing", ("native", "median"), "native"),
        min_measured=top.number("min_measured", 0.5, 0.0, 1.0),
        forest=_forest(top.part("forest")),
        importance=_importance(top.part("importance")),
        selection=_selection(top.part("selection")),
        cross_validation=_cross_validation(top.part("cross_validation")),
        seed=top.whole("seed", 20231, 0, 2**32 - 1),
        cutoff=_word(top, "cutoff", ("median", "tertiles", "logrank"), "median"),
        retrain=_retrain(top.part("retrain")),
        horizons_months=_horizons(top),
    )


def _visit(top: Part) -> str:
    """The name of a visit; whether there is one of this name, the study knows."""
    if not top.is_given("timepoint"):
        return DEFAULT_VISIT
    name = top.content["timepoint"]
    if is_visit(name):
        return str(name)
    top.refuse("timepoint", "no_visit", value=name, most=LONGEST_VISIT)
    return DEFAULT_VISIT


def _covariates(top: Part) -> tuple[str, ...]:
    """Names that a covariate can have; which ones there are, a table knows."""
    names = top.names("covariates", ())
    for name in names:
        if not is_name(name):
            top.refuse("covariates", "no_covariate", value=name)
            return ()
    return names


def _word(part: Part, key: str, choices: tuple[str, ...], default: str) -> str:
    return part.one_of(key, choices, default) or default


def _check_whole(top: Part, specification: Specification) -> None:
    """Refuse a model without inputs, and what no machine of a study group would finish, however each number by
    itself may pass."""
    rules, trees = specification.selection, specification.trees_grown
    if not specification.uses_analytes and not specification.covariates:
        top.refuse("", "no_inputs")
        return
    selected = rules.resamples * rules.trees
    if specification.uses_analytes and selected > MAX_SELECTION_TREES:
        told = {"resamples": rules.resamples, "trees": rules.trees, "n": selected}
        top.refuse("selection", "selection_trees", most=MAX_SELECTION_TREES, **told)
    if trees > MAX_TREES:
        top.refuse("", "trees", n=trees, most=MAX_TREES)
    permuted = trees * specification.importance.repeats
    if permuted > MAX_PERMUTED:
        top.refuse("importance", "permuted", n=permuted, most=MAX_PERMUTED)


def _cohorts(part: Part) -> Cohorts:
    train = part.names("train", ("discovery",))
    validate = part.names("validate", ("validation",))
    part.refuse_unread()
    if not train:
        part.refuse("train", "no_training")
    if both := sorted(set(train) & set(validate)):
        part.refuse("", "both_roles", names=tuple(both))
    return Cohorts(train, validate)


def _analytes(part: Part) -> AnalyteRules:
    before = len(part.problems)
    candidates = part.names_or_all("candidates")
    none = candidates == ()
    keep = part.whole("keep", 0 if none else 14, 0, 10_000)
    rules = AnalyteRules(
        candidates=candidates,
        keep=keep,
        scale=_word(part, "scale", ("log2", "none"), "log2"),
        below_lloq=_word(part, "below_lloq", ("lloq/2", "lloq/sqrt2", "lloq"), "lloq/2"),
        above_uloq=_word(part, "above_uloq", ("uloq",), "uloq"),
        repeats=_word(part, "repeats", ("mean", "first"), "mean"),
    )
    part.refuse_unread()
    if len(part.problems) > before:
        return rules
    if none != (keep == 0):
        part.refuse("keep", "keep_without_candidates", keep=keep)
    elif candidates is not None and keep > len(candidates):
        part.refuse("keep", "keep_too_many", keep=keep, n=len(candidates))
    return rules


def _forest(part: Part) -> ForestRules:
    rules = ForestRules(
        trees=part.whole("trees", 1000, 50, MAX_FOREST_TREES),
        min_leaf=part.whole("min_leaf", 15, 1, 100_000),
        max_features=part.max_features("max_features"),
        sample=_word(part, "sample", ("bootstrap", "subsample"), "bootstrap"),
    )
    part.refuse_unread()
    return rules


def _importance(part: Part) -> ImportanceRules:
    rules = ImportanceRules(repeats=part.whole("repeats", 10, 1, 200))
    part.refuse_unread()
    return rules


def _selection(part: Part) -> SelectionRules:
    rules = SelectionRules(
        resamples=part.whole("resamples", 100, 2, 10_000),
        trees=part.whole("trees", 500, 10, MAX_FOREST_TREES),
        min_frequency=part.optional_number("min_frequency", 0.01, 1.0),
    )
    part.refuse_unread()
    return rules


def _cross_validation(part: Part) -> CrossValidationRules:
    rules = CrossValidationRules(
        folds=part.whole("folds", 5, 2, 50), repeats=part.whole("repeats", 10, 0, 200)
    )
    part.refuse_unread()
    return rules


def _retrain(part: Part) -> RetrainRules:
    rules = RetrainRules(
        new_deaths=part.whole("new_deaths", 10, 1, 1_000_000),
        new_patients=part.whole("new_patients", 20, 1, 1_000_000),
        promote=_word(part, "promote", ("gate", "signature"), "gate"),
        tolerance=part.number("tolerance", 0.0, 0.0, 1.0),
    )
    part.refuse_unread()
    return rules


def _horizons(top: Part) -> tuple[int, ...]:
    horizons = top.wholes("horizons_months", (6, 12, 24), 1, 240)
    if len(horizons) > MAX_HORIZONS:
        top.refuse("horizons_months", "too_many_horizons", most=MAX_HORIZONS)
    elif not horizons or list(horizons) != sorted(set(horizons)):
        top.refuse("horizons_months", "horizons")
    return horizons
