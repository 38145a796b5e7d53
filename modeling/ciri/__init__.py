"""The CIRI method: random survival forests that rank, select and score. No Django in here."""

from modeling.ciri.dataset import FrozenTable
from modeling.ciri.description import describe
from modeling.ciri.pipeline import TrainedModel, train
from modeling.ciri.specification import Specification, SpecificationError, parse_specification
from modeling.ciri.templates import TEMPLATES, template

__all__ = [
    "TEMPLATES",
    "FrozenTable",
    "Specification",
    "SpecificationError",
    "TrainedModel",
    "describe",
    "parse_specification",
    "template",
    "train",
]
