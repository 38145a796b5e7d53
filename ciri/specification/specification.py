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

from ciri.errors import Refused
from ciri.specification.checks import Section, SpecificationError
from ciri.specification.rules import (
    AnalyteRules,
    Cohorts,
    CrossValidationRules,
    ForestRules,
    ImportanceRules,
    RetrainRules,
    SelectionRules,
)

ENDPOINTS = ("OS", "PFS")
TIMEPOINTS = ("pre", "edt")
COVARIATES = (
    "age",
    "sex",
    "stage",
    "bmi",
    "albumin",
    "nlr",
    "pdl1",
    "pretreated",
    "combination",
    "ecog",
)

MAX_HORIZONS = 24
MAX_FOREST_TREES = 20_000
MAX_SELECTION_TREES = 2_000_000
"""Resamples times trees of one selection; the templates grow 50,000."""
MAX_TREES = 50_000_000
"""Of a training with its cross-validation; the templates grow 2.6 million."""
MAX_PERMUTED = 500_000_000
"""Trees times permutations of each feature."""

__all__ = [
    "COVARIATES",
    "ENDPOINTS",
    "TIMEPOINTS",
    "AnalyteRules",
    "Cohorts",
    "Contradiction",
    "CrossValidationRules",
    "ForestRules",
    "ImportanceRules",
    "RetrainRules",
    "SelectionRules",
    "Specification",
    "SpecificationError",
    "parse_specification",
]


class Contradiction(Refused, SpecificationError):
    """Parts of a specification that each by itself may pass, and together cannot."""


@dataclass(frozen=True)
class Specification:
    """A complete, checked and immutable statement of how a model is made.

    Make one with `parse_specification`, which checks everything.

    Parameters
    ----------
    endpoint : {"OS", "PFS"}
        The outcome.
    timepoint : {"pre", "edt"}
        When analytes were measured: before treatment, or early during it.
    cohorts : Cohorts
        Who trains the model, and whom it is validated on.
    analytes : AnalyteRules
        Which analytes compete, how many stay, and how their values become features.
    covariates : tuple of str
        Of COVARIATES.
    pdl1 : {"numeric", "category"}
        Whether PD-L1 enters in percent or as one of three classes.
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
    timepoint: str = "pre"
    cohorts: Cohorts = field(default_factory=Cohorts)
    analytes: AnalyteRules = field(default_factory=AnalyteRules)
    covariates: tuple[str, ...] = ()
    pdl1: str = "numeric"
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
        A ValueError with one sentence that names the key, what was found and what is allowed.

    Examples
    --------
    >>> from ciri import template
    >>> parse_specification(template("preCIRI14")).analytes.keep
    14
    """
    top = Section(mapping, "the specification")
    specification = Specification(
        endpoint=top.choice("endpoint", ENDPOINTS, "OS"),
        timepoint=top.choice("timepoint", TIMEPOINTS, "pre"),
        cohorts=_cohorts(top.section("cohorts")),
        analytes=_analytes(top.section("analytes")),
        covariates=top.words("covariates", (), allowed=COVARIATES),
        pdl1=top.choice("pdl1", ("numeric", "category"), "numeric"),
        missing=top.choice("missing", ("native", "median"), "native"),
        min_measured=top.number("min_measured", 0.5, 0.0, 1.0),
        forest=_forest(top.section("forest")),
        importance=_importance(top.section("importance")),
        selection=_selection(top.section("selection")),
        cross_validation=_cross_validation(top.section("cross_validation")),
        seed=top.whole("seed", 20231, 0, 2**32 - 1),
        cutoff=top.choice("cutoff", ("median", "tertiles", "logrank"), "median"),
        retrain=_retrain(top.section("retrain")),
        horizons_months=_horizons(top),
    )
    top.refuse_unknown()
    if not specification.uses_analytes and not specification.covariates:
        raise Contradiction(
            "no_inputs", "The model has no inputs: name analytes.candidates or list covariates."
        )
    _check_work(specification)
    return specification


def _check_work(specification: Specification) -> None:
    """Refuse what no machine of a study group would finish, however each number by itself may pass."""
    rules, trees = specification.selection, specification.trees_grown
    if specification.uses_analytes and rules.resamples * rules.trees > MAX_SELECTION_TREES:
        raise Contradiction(
            "too_many_selection_trees",
            "selection: {resamples:,} resamples of {trees:,} trees are {total:,} trees; at "
            "most {most:,} are grown. Lower one of them.",
            resamples=rules.resamples,
            trees=rules.trees,
            total=rules.resamples * rules.trees,
            most=MAX_SELECTION_TREES,
        )
    if trees > MAX_TREES:
        raise Contradiction(
            "too_many_trees",
            "A training with its cross-validation would grow {trees:,} trees; at most "
            "{most:,} are grown. Lower selection.resamples, selection.trees, forest.trees, "
            "cross_validation.folds or cross_validation.repeats.",
            trees=trees,
            most=MAX_TREES,
        )
    permuted = trees * specification.importance.repeats
    if permuted > MAX_PERMUTED:
        raise Contradiction(
            "too_many_permutations",
            "Importance would permute each feature in {permuted:,} trees; at most {most:,} "
            "are. Lower importance.repeats.",
            permuted=permuted,
            most=MAX_PERMUTED,
        )


def _cohorts(section: Section) -> Cohorts:
    train = section.words("train", ("discovery",))
    validate = section.words("validate", ("validation",))
    section.refuse_unknown()
    if not train:
        raise Contradiction(
            "nobody_trains", "cohorts.train is empty: name at least one cohort to train on."
        )
    if both := sorted(set(train) & set(validate)):
        raise Contradiction(
            "trained_and_validated",
            "cohorts: {cohorts} cannot be both trained on and validated on; keep it in one.",
            cohorts=", ".join(both),
        )
    return Cohorts(train, validate)


def _analytes(section: Section) -> AnalyteRules:
    candidates = section.words_or_all("candidates")
    none = candidates == ()
    keep = section.whole("keep", 0 if none else 14, 0, 10_000)
    rules = AnalyteRules(
        candidates=candidates,
        keep=keep,
        scale=section.choice("scale", ("log2", "none"), "log2"),
        below_lloq=section.choice("below_lloq", ("lloq/2", "lloq/sqrt2", "lloq"), "lloq/2"),
        above_uloq=section.choice("above_uloq", ("uloq",), "uloq"),
        repeats=section.choice("repeats", ("mean", "first"), "mean"),
    )
    section.refuse_unknown()
    if none != (keep == 0):
        raise Contradiction(
            "keep_and_candidates",
            "analytes: keep is 0 exactly when candidates is the empty list (a clinical "
            "model); here keep is {keep}.",
            keep=keep,
        )
    if candidates is not None and keep > len(candidates):
        raise Contradiction(
            "keep_too_many",
            "analytes.keep is {keep}, but only {candidates} candidates are named; keep no "
            "more than there are.",
            keep=keep,
            candidates=len(candidates),
        )
    return rules


def _forest(section: Section) -> ForestRules:
    rules = ForestRules(
        trees=section.whole("trees", 1000, 50, MAX_FOREST_TREES),
        min_leaf=section.whole("min_leaf", 15, 1, 100_000),
        max_features=section.max_features("max_features"),
        sample=section.choice("sample", ("bootstrap", "subsample"), "bootstrap"),
    )
    section.refuse_unknown()
    return rules


def _importance(section: Section) -> ImportanceRules:
    rules = ImportanceRules(repeats=section.whole("repeats", 10, 1, 200))
    section.refuse_unknown()
    return rules


def _selection(section: Section) -> SelectionRules:
    frequency = section.optional_number("min_frequency", 0.01, 1.0)
    rules = SelectionRules(
        resamples=section.whole("resamples", 100, 2, 10_000),
        trees=section.whole("trees", 500, 10, MAX_FOREST_TREES),
        min_frequency=frequency,
    )
    section.refuse_unknown()
    return rules


def _cross_validation(section: Section) -> CrossValidationRules:
    rules = CrossValidationRules(
        folds=section.whole("folds", 5, 2, 50), repeats=section.whole("repeats", 10, 0, 200)
    )
    section.refuse_unknown()
    return rules


def _retrain(section: Section) -> RetrainRules:
    rules = RetrainRules(
        new_deaths=section.whole("new_deaths", 10, 1, 1_000_000),
        new_patients=section.whole("new_patients", 20, 1, 1_000_000),
        promote=section.choice("promote", ("gate", "signature"), "gate"),
        tolerance=section.number("tolerance", 0.0, 0.0, 1.0),
    )
    section.refuse_unknown()
    return rules


def _horizons(top: Section) -> tuple[int, ...]:
    horizons = top.wholes("horizons_months", (6, 12, 24), 1, 240)
    if len(horizons) > MAX_HORIZONS:
        raise Contradiction(
            "too_many_horizons", "horizons_months has more than {most} months.", most=MAX_HORIZONS
        )
    if not horizons or list(horizons) != sorted(set(horizons)):
        raise Contradiction(
            "horizons_not_rising",
            "horizons_months must be whole months in rising order, such as [6, 12, 24].",
        )
    return horizons
