"""The CIRI method: random survival forests that rank, select and score. No Django in here."""

from modeling.ciri import figures
from modeling.ciri.baseline import CoxElasticNet
from modeling.ciri.comparison import Comparison, compare, compare_predictions
from modeling.ciri.concordance import concordance_index, concordance_interval
from modeling.ciri.cox import fit_cox
from modeling.ciri.cross_validation import cross_validate_repeat, merge_repeats
from modeling.ciri.dataset import FrozenTable
from modeling.ciri.description import describe
from modeling.ciri.explanation import Explanation, shap_values
from modeling.ciri.exported import read_export, widen
from modeling.ciri.forest import SurvivalForest
from modeling.ciri.importance import oob_permutation_importance
from modeling.ciri.minimal_depth import minimal_depth
from modeling.ciri.partial_dependence import partial_dependence
from modeling.ciri.performance import Evaluation, evaluate, evaluate_predictions
from modeling.ciri.pipeline import train
from modeling.ciri.selection import Signature, select_signature
from modeling.ciri.specification import Specification, SpecificationError, parse_specification
from modeling.ciri.storage import load_forest, save_forest
from modeling.ciri.strata import strata_table
from modeling.ciri.survival import hazard_ratio, kaplan_meier, log_rank, median_survival
from modeling.ciri.templates import TEMPLATES, template
from modeling.ciri.trained import TrainedModel
from modeling.ciri.wide import freeze_wide

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
