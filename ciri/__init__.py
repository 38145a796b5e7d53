"""The CIRI method: random survival forests that rank, select and score. No Django in here."""

from ciri import figures
from ciri.dataset.exported import read_export, widen
from ciri.dataset.frozen import FrozenTable
from ciri.dataset.wide import freeze_wide
from ciri.forest.explanation import Explanation, shap_values
from ciri.forest.forest import SurvivalForest
from ciri.forest.partial_dependence import partial_dependence
from ciri.forest.storage import load_forest, save_forest
from ciri.performance import Evaluation, evaluate, evaluate_predictions
from ciri.performance.comparison import Comparison, compare, compare_predictions
from ciri.signature.importance import oob_permutation_importance
from ciri.signature.minimal_depth import minimal_depth
from ciri.signature.selection import Signature, select_signature
from ciri.specification.description import describe
from ciri.specification.specification import Specification, SpecificationError, parse_specification
from ciri.specification.templates import TEMPLATES, template
from ciri.survival.concordance import concordance_index, concordance_interval
from ciri.survival.cox import fit_cox
from ciri.survival.curves import hazard_ratio, kaplan_meier, log_rank, median_survival
from ciri.survival.elastic_net import CoxElasticNet
from ciri.survival.strata import strata_table
from ciri.training.cross_validation import cross_validate_repeat, merge_repeats
from ciri.training.pipeline import train
from ciri.training.trained import TrainedModel

__all__ = [
    "TEMPLATES",
    "Comparison",
    "CoxElasticNet",
    "Evaluation",
    "Explanation",
    "FrozenTable",
    "Signature",
    "Specification",
    "SpecificationError",
    "SurvivalForest",
    "TrainedModel",
    "compare",
    "compare_predictions",
    "concordance_index",
    "concordance_interval",
    "cross_validate_repeat",
    "describe",
    "evaluate",
    "evaluate_predictions",
    "figures",
    "fit_cox",
    "freeze_wide",
    "hazard_ratio",
    "kaplan_meier",
    "load_forest",
    "log_rank",
    "median_survival",
    "merge_repeats",
    "minimal_depth",
    "oob_permutation_importance",
    "parse_specification",
    "partial_dependence",
    "read_export",
    "save_forest",
    "select_signature",
    "shap_values",
    "strata_table",
    "template",
    "train",
    "widen",
]
