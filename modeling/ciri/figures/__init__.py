"""The figures of a model, as Vega-Lite specifications: page, file and notebook draw the same one."""

from modeling.ciri.figures.comparison import comparison_figure
from modeling.ciri.figures.correlation import correlation_figure
from modeling.ciri.figures.importance import importance_figure
from modeling.ciri.figures.kaplan_meier import kaplan_meier_figure
from modeling.ciri.figures.rendering import render_png, render_svg
from modeling.ciri.figures.theme import THEMES, Figure, message_figure

__all__ = [
    "THEMES",
    "Figure",
    "comparison_figure",
    "correlation_figure",
    "importance_figure",
    "kaplan_meier_figure",
    "message_figure",
    "render_png",
    "render_svg",
]
