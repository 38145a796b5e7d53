"""The CIRI method: random survival forests that rank, select and score. No Django in here."""

from modeling.ciri.concordance import concordance_index, concordance_interval
from modeling.ciri.dataset import FrozenTable
from modeling.ciri.description import describe
from modeling.ciri.forest import SurvivalForest
from modeling.ciri.importance import oob_permutation_importance
from modeling.ciri.pipeline import TrainedModel, train
from modeling.ciri.selection import Signature, select_signature
from modeling.ciri.specification import Specification, SpecificationError, parse_specification
from modeling.ciri.storage import load_forest, save_forest
from modeling.ciri.templates import TEMPLATES, template

__all__ = [
    "TEMPLATES",
    "FrozenTable",
    "Signature",
    "Specification",
    "SpecificationError",
    "SurvivalForest",
    "TrainedModel",
    "concordance_index",
    "concordance_interval",
    "describe",
    "load_forest",
    "oob_permutation_importance",
    "parse_specification",
    "save_forest",
    "select_signature",
    "template",
    "train",
]
