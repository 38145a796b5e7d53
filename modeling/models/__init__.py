"""Specification -> frozen dataset -> training run -> model version -> score."""

from modeling.models.score import Score
from modeling.models.specification import ModelSpecification, PrognosticModel
from modeling.models.stale import StaleMark
from modeling.models.version import (
    CrossValidationRepeat,
    FrozenDataset,
    ModelVersion,
    TrainingRun,
)

__all__ = [
    "CrossValidationRepeat",
    "FrozenDataset",
    "ModelSpecification",
    "ModelVersion",
    "PrognosticModel",
    "Score",
    "StaleMark",
    "TrainingRun",
]
