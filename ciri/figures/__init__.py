"""The figures of a model, as Vega-Lite specifications: page, file and notebook draw the same one."""

from ciri.figures.calibration import calibration_figure
from ciri.figures.comparison import comparison_figure
from ciri.figures.correlation import correlation_figure
from ciri.figures.decision import decision_figure
from ciri.figures.evaluation import evaluation_rows
from ciri.figures.forest_plot import forest_plot_figure
from ciri.figures.importance import importance_figure
from ciri.figures.kaplan_meier import kaplan_meier_figure
from ciri.figures.minimal_depth import minimal_depth_figure
from ciri.figures.over_time import auc_figure, brier_figure
from ciri.figures.partial_dependence import partial_dependence_figure
from ciri.figures.rendering import render_pdf, render_png, render_svg
from ciri.figures.shap import beeswarm_figure, shap_importance_figure, waterfall_figure
from ciri.figures.stability import stability_figure
from ciri.figures.theme import THEMES, Figure, message_figure
from ciri.figures.tradeoff import tradeoff_figure

__all__ = [
    "THEMES",
    "Figure",
    "auc_figure",
    "beeswarm_figure",
    "brier_figure",
    "calibration_figure",
    "comparison_figure",
    "correlation_figure",
    "decision_figure",
    "evaluation_rows",
    "forest_plot_figure",
    "importance_figure",
    "kaplan_meier_figure",
    "message_figure",
    "minimal_depth_figure",
    "partial_dependence_figure",
    "render_pdf",
    "render_png",
    "render_svg",
    "shap_importance_figure",
    "stability_figure",
    "tradeoff_figure",
    "waterfall_figure",
]
