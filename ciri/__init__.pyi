from . import figures as figures
from .covariates.columns import read_covariates as read_covariates
from .covariates.covariate import Covariate as Covariate
from .dataset.exported import widen as widen
from .dataset.files import read_export as read_export
from .dataset.frozen import FrozenTable as FrozenTable
from .dataset.wide import freeze_wide as freeze_wide
from .errors import CiriError as CiriError
from .errors import NotEstimated as NotEstimated
from .errors import NotInstalled as NotInstalled
from .errors import Refused as Refused
from .forest.explanation import Explanation as Explanation
from .forest.explanation import shap_values as shap_values
from .forest.forest import SurvivalForest as SurvivalForest
from .forest.partial_dependence import partial_dependence as partial_dependence
from .forest.storage import load_forest as load_forest
from .forest.storage import save_forest as save_forest
from .performance import Evaluation as Evaluation
from .performance import evaluate as evaluate
from .performance import evaluate_predictions as evaluate_predictions
from .performance.comparison import Comparison as Comparison
from .performance.comparison import compare as compare
from .performance.comparison import compare_predictions as compare_predictions
from .signature.importance import oob_permutation_importance as oob_permutation_importance
from .signature.minimal_depth import minimal_depth as minimal_depth
from .signature.selection import Signature as Signature
from .signature.selection import select_signature as select_signature
from .specification.description import describe as describe
from .specification.specification import Specification as Specification
from .specification.specification import SpecificationError as SpecificationError
from .specification.specification import parse_specification as parse_specification
from .specification.templates import TEMPLATES as TEMPLATES
from .specification.templates import template as template
from .survival.concordance import concordance_index as concordance_index
from .survival.concordance import concordance_interval as concordance_interval
from .survival.cox import fit_cox as fit_cox
from .survival.curves import hazard_ratio as hazard_ratio
from .survival.curves import kaplan_meier as kaplan_meier
from .survival.curves import log_rank as log_rank
from .survival.curves import median_survival as median_survival
from .survival.elastic_net import CoxElasticNet as CoxElasticNet
from .survival.strata import strata_table as strata_table
from .training.cross_validation import cross_validate_repeat as cross_validate_repeat
from .training.cross_validation import merge_repeats as merge_repeats
from .training.pipeline import train as train
from .training.trained import TrainedModel as TrainedModel

__all__ = [
    "TEMPLATES",
    "CiriError",
    "Comparison",
    "Covariate",
    "CoxElasticNet",
    "Evaluation",
    "Explanation",
    "FrozenTable",
    "NotEstimated",
    "NotInstalled",
    "Refused",
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
    "read_covariates",
    "read_export",
    "save_forest",
    "select_signature",
    "shap_values",
    "strata_table",
    "template",
    "train",
    "widen",
]
