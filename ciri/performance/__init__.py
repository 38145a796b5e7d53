"""How good a model is: discrimination, accuracy, calibration and net benefit, with intervals."""

from ciri.performance.evaluation import Evaluation, evaluate, evaluate_predictions

__all__ = ["Evaluation", "evaluate", "evaluate_predictions"]
