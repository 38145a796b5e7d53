"""The four figures of a version: their tables from the stored report, and their specifications."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from modeling.ciri.figures import (
    THEMES,
    Figure,
    comparison_figure,
    correlation_figure,
    importance_figure,
    kaplan_meier_figure,
    message_figure,
)
from modeling.ciri.report import comparison_tables
from modeling.models import ModelVersion

FIGURES = {
    "importance": _("1. Importance ranking"),
    "kaplan-meier": _("2a. Survival by risk group, training patients (out-of-bag)"),
    "kaplan-meier-validation": _("2b. Survival by risk group, validation cohort"),
    "comparison": _("3. With and without clinical factors"),
    "correlation": _("4. Correlation of the score with each cytokine"),
}
SIMULATED = "Simulated data"
OUTCOMES = {"OS": "Overall survival", "PFS": "Progression-free survival"}


@dataclass(frozen=True)
class Table:
    """The numbers of a figure for those who cannot see it."""

    columns: list[str]
    rows: list[list[str]]


def counterpart_of(version: ModelVersion) -> ModelVersion | None:
    """The version in use of the model that differs by clinical factors: preCIRI14 for preCIRI21 and
    the other way round; failing that, another model of the same endpoint and timepoint."""
    others = [
        other
        for other in ModelVersion.objects.filter(
            model__study=version.model.study, status=ModelVersion.Status.CHAMPION
        )
        .exclude(model=version.model)
        .select_related("model", "specification")
        .defer("content")
        .order_by("model__name")
        if all(
            other.specification.body[key] == version.specification.body[key]
            for key in ("endpoint", "timepoint")
        )
    ]
    same_analytes = [
        other
        for other in others
        if set(other.report["selected"]) == set(version.report["selected"])
        and other.report["covariates"] != version.report["covariates"]
    ]
    return next(iter([*same_analytes, *others]), None)


def figure_specification(version: ModelVersion, figure: str, *, theme: str) -> Figure:
    """The Vega-Lite specification of one figure, as page and file draw it."""
    drawn = _drawn(version, figure, theme)
    if version.model.study.is_simulated:
        drawn = drawn | {"title": _marked(drawn.get("title"), theme)}
    return drawn


def _marked(title: Any, theme: str) -> dict[str, Any]:
    """The figure's title with the word that its patients do not exist."""
    found = title if isinstance(title, dict) else {"text": title or ""}
    return {
        "anchor": "start",
        "color": THEMES[theme].faint,
        "fontSize": 11,
        "fontWeight": "normal",
        **found,
        "text": " · ".join(filter(None, [SIMULATED, str(found["text"])])),
    }


def _drawn(version: ModelVersion, figure: str, theme: str) -> Figure:
    report = version.report
    if figure == "importance":
        return importance_figure(report["importance"] or report["final_importance"], theme)
    if figure in ("kaplan-meier", "kaplan-meier-validation"):
        role = "train" if figure == "kaplan-meier" else "validate"
        outcome = OUTCOMES[version.dataset.endpoint]
        return kaplan_meier_figure(report["kaplan_meier"][role], theme, outcome=outcome)
    if figure == "correlation":
        return correlation_figure(report["correlations"], theme)
    return _comparison(version, theme)


def _comparison(version: ModelVersion, theme: str) -> Figure:
    other = counterpart_of(version)
    if other is None:
        return message_figure(
            "There is no other model of this endpoint and timepoint in use to compare with. "
            "Train preCIRI14 and preCIRI21 to see what clinical factors add.",
            theme,
        )
    names = (version.model.name, other.model.name)
    return comparison_figure(comparison_tables(version.report, other.report, names), names, theme)


def figure_tables(version: ModelVersion) -> dict[str, Table]:
    """The table under each figure."""
    report = version.report
    km = report["kaplan_meier"]
    other = counterpart_of(version)
    names = (version.model.name, other.model.name) if other else ("", "")
    compared = comparison_tables(report, other.report, names)["performance"] if other else []
    return {
        "importance": _table(
            report["importance"] or report["final_importance"],
            ["feature", "mean", "se", "low", "high"],
        ),
        "kaplan-meier": _table((km["train"] or {}).get("groups", [])),
        "kaplan-meier-validation": _table((km["validate"] or {}).get("groups", [])),
        "comparison": _table(compared),
        "correlation": _table(report["correlations"]),
    }


def _table(rows: list[dict[str, Any]], columns: list[str] | None = None) -> Table:
    columns = columns or (list(rows[0]) if rows else [])
    return Table(columns, [[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
