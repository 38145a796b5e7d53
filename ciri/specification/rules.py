"""The sections of a specification, each with the values it has where nothing is said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cohorts:
    """Cohort kinds or codes that train the model, and those it is validated on."""

    train: tuple[str, ...] = ("discovery",)
    validate: tuple[str, ...] = ("validation",)


@dataclass(frozen=True)
class AnalyteRules:
    """Which analytes compete, how many stay, and how their values become features.

    `candidates` None means every analyte of the dataset. `scale` "log2" expects concentrations;
    "none" expects values that are on a log2 scale already (Olink NPX).
    """

    candidates: tuple[str, ...] | None = None
    keep: int = 14
    scale: str = "log2"
    below_lloq: str = "lloq/2"
    above_uloq: str = "uloq"
    repeats: str = "mean"


@dataclass(frozen=True)
class ForestRules:
    """Size of the forest and of its leaves; max_features None means every feature at every node.

    `sample` "bootstrap" grows each tree on as many patients as there are, drawn with replacement;
    "subsample" on 63.2 % of them, drawn without.
    """

    trees: int = 1000
    min_leaf: int = 15
    max_features: str | int | float | None = "sqrt"
    sample: str = "bootstrap"


@dataclass(frozen=True)
class SelectionRules:
    """How stable a ranking must be: subsamples of patients, and trees in each one's forest.

    `min_frequency` None keeps the `analytes.keep` best; a share keeps all that are among those best in
    at least that share of the subsamples.
    """

    resamples: int = 100
    trees: int = 500
    min_frequency: float | None = None


@dataclass(frozen=True)
class CrossValidationRules:
    """Nested cross-validation, the whole selection inside each fold; 0 repeats leave it out."""

    folds: int = 5
    repeats: int = 10


@dataclass(frozen=True)
class ImportanceRules:
    """How often each feature is permuted among the out-of-bag rows of each tree."""

    repeats: int = 10


@dataclass(frozen=True)
class RetrainRules:
    """When a model is due again, and what a challenger must do to take over."""

    new_deaths: int = 10
    new_patients: int = 20
    promote: str = "gate"
    tolerance: float = 0.0
