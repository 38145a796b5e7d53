"""The figures of a version, in parts: how each is drawn from the stored report, and its table.

A version that was trained before a table was part of the report gets a sentence instead of a picture.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ciri.figures import (
    THEMES,
    Figure,
    auc_figure,
    beeswarm_figure,
    brier_figure,
    calibration_figure,
    comparison_figure,
    correlation_figure,
    decision_figure,
    evaluation_rows,
    forest_plot_figure,
    importance_figure,
    kaplan_meier_figure,
    message_figure,
    minimal_depth_figure,
    shap_importance_figure,
    stability_figure,
    tradeoff_figure,
)
from ciri.training.tables import comparison_tables
from clinical.selectors.visits import visits_of
from modeling.models import ModelVersion
from modeling.presentation import provenance
from modeling.presentation.provenance import Provenance
from modeling.presentation.tables import Rows, Table, contributions_by_feature, table_of
from modeling.selectors.visits import read_alike
from modeling.sentences import in_words
from studies.models import Study

SIMULATED = _("Simulated data")
OUTCOMES = {"OS": _("Overall survival"), "PFS": _("Progression-free survival")}
OLDER = _("This version was trained before Yogo drew this figure; train the model again to see it.")
BASES = {"out_of_bag": "out-of-bag", "validation": "validation"}


@dataclass(frozen=True)
class Drawing:
    """A figure: its title, on whom it rests, how it is drawn in a theme, and the numbers under it."""

    title: Promise
    patients: Provenance
    draw: Callable[[ModelVersion, str], Figure]
    numbers: Callable[[ModelVersion], Table]

    def table(self, version: ModelVersion) -> Table:
        """The numbers, with whom they rest on."""
        return replace(self.numbers(version), patients=self.patients(version))


def counterpart_of(version: ModelVersion) -> ModelVersion | None:
    """The version in use of the model that differs by clinical factors: preCIRI14 for preCIRI21 and
    the other way round; failing that, another model of the same endpoint and timepoint."""
    visits = visits_of(version.model.study_id)
    others = [
        other
        for other in ModelVersion.objects.filter(
            model__study=version.model.study, status=ModelVersion.Status.CHAMPION
        )
        .exclude(model=version.model)
        .select_related("model", "specification")
        .defer("content", "cross_validation")
        .order_by("model__name")
        if read_alike(visits, other, version)
    ]
    same_analytes = [
        other
        for other in others
        if set(other.report["selected"]) == set(version.report["selected"])
        and other.report["covariates"] != version.report["covariates"]
    ]
    return next(iter([*same_analytes, *others]), None)


def choose_evaluation(version: ModelVersion) -> tuple[str, dict[str, Any]] | None:
    """The evaluation that calibration and net benefit are shown of, with its basis: on the validation
    patients where there are any, else out-of-bag."""
    evaluation = version.report.get("evaluation") or {}
    for key in ("validation", "out_of_bag"):
        if evaluation.get(key):
            return BASES[key], evaluation[key]
    return None


def _say_basis(version: ModelVersion) -> str:
    """On whom calibration, net benefit and Brier score rest."""
    basis, _evaluation = choose_evaluation(version) or ("out-of-bag", None)
    return provenance.choose(basis)(version)


def figure_specification(version: ModelVersion, figure: str, *, theme: str) -> Figure:
    """The Vega-Lite specification of one figure, as page and file draw it."""
    drawing = DRAWINGS[figure]
    drawn = drawing.draw(version, theme)
    return tell(drawn, drawing.patients(version), version.model.study, theme)


def tell(drawn: Figure, patients: str, study: Study, theme: str) -> Figure:
    """A figure that holds on whom it rests, and whose title says that they do not exist where that is so.

    A page writes `patients` beside it; `render_svg`, `render_png` and `render_pdf` write it into the file.
    Raises ValueError where it does not say on whom.
    """
    if not patients.strip():
        raise ValueError("A figure must say on whom it rests (modeling.presentation.provenance).")
    described = " ".join(filter(None, [drawn.get("description", ""), patients]))
    told = drawn | {"description": described, "usermeta": {"patients": patients}}
    if not study.is_simulated:
        return told
    title: Any = drawn.get("title")
    found = title if isinstance(title, dict) else {"text": title or ""}
    marked = {
        "anchor": "start",
        "color": THEMES[theme].faint,
        "fontSize": 11,
        "fontWeight": "normal",
        **found,
        "text": " · ".join(filter(None, [str(SIMULATED), str(found["text"])])),
    }
    return told | {"title": marked}


def _rows(version: ModelVersion, key: str) -> Rows:
    found: Rows = version.report.get(key) or []
    return found


def _importance(version: ModelVersion) -> Rows:
    return _rows(version, "importance") or _rows(version, "final_importance")


def _kaplan_meier(role: str) -> tuple[Callable[..., Figure], Callable[..., Table]]:
    def draw(version: ModelVersion, theme: str) -> Figure:
        outcome = str(OUTCOMES[version.dataset.endpoint])
        return kaplan_meier_figure(version.report["kaplan_meier"][role], theme, outcome=outcome)

    def table(version: ModelVersion) -> Table:
        groups = (version.report["kaplan_meier"][role] or {}).get("groups", [])
        rows = [
            {**group, "median_low": group["low"], "median_high": group["high"]} for group in groups
        ]
        return table_of(rows, ("group", "n", "events", "median", "median_low", "median_high"))

    return draw, table


def _comparison(version: ModelVersion, theme: str) -> Figure:
    other = counterpart_of(version)
    if other is None:
        return message_figure(
            gettext(
                "There is no other model of this endpoint and timepoint in use to compare with. "
                "Train preCIRI14 and preCIRI21 to see what clinical factors add."
            ),
            theme,
        )
    names = (version.model.name, other.model.name)
    return comparison_figure(comparison_tables(version.report, other.report, names), names, theme)


def _comparison_table(version: ModelVersion) -> Table:
    other = counterpart_of(version)
    if other is None:
        return table_of([])
    names = (version.model.name, other.model.name)
    rows = comparison_tables(version.report, other.report, names)["performance"]
    return table_of(rows, ("model", "basis", "c", "low", "high", "n", "events"))


def _of_key(
    key: str, draw: Callable[[ModelVersion, Rows, str], Figure], *columns: str
) -> tuple[Callable[..., Figure], Callable[..., Table]]:
    """A figure drawn from the rows under one key of the report, and its table of some columns."""

    def draw_version(version: ModelVersion, theme: str) -> Figure:
        if key not in version.report:
            return message_figure(str(OLDER), theme)
        return draw(version, _rows(version, key), theme)

    return draw_version, lambda version: table_of(_rows(version, key), columns)


def _of_performance(
    name: str, draw: Callable[[dict[str, Rows], str], Figure], *columns: str
) -> tuple[Callable[..., Figure], Callable[..., Table]]:
    """A figure of the judged evaluation, and the table of one kind of its rows."""

    def rows(version: ModelVersion) -> dict[str, Rows]:
        basis, evaluation = choose_evaluation(version) or ("", None)
        return evaluation_rows(evaluation, basis)

    def draw_version(version: ModelVersion, theme: str) -> Figure:
        if "evaluation" not in version.report:
            return message_figure(str(OLDER), theme)
        return draw(rows(version), theme)

    return draw_version, lambda version: table_of(_in_months(rows(version)[name]), columns)


def _in_months(rows: Rows) -> Rows:
    """Horizons, which evaluation_rows gives in months, under a heading that says so."""
    return [
        {**row, "horizon (months)": row["horizon"]} if "horizon" in row else row for row in rows
    ]


def _auc_rows(version: ModelVersion) -> Rows:
    evaluation = version.report.get("evaluation") or {}
    return [
        row
        for key, basis in BASES.items()
        for row in evaluation_rows(evaluation.get(key), basis)["auc"]
    ]


def _auc(version: ModelVersion, theme: str) -> Figure:
    if "evaluation" not in version.report:
        return message_figure(str(OLDER), theme)
    return auc_figure(_auc_rows(version), theme)


def _stability(version: ModelVersion, rows: Rows, theme: str) -> Figure:
    rules = version.specification.body.get("selection", {})
    return stability_figure(rows, theme, rules.get("min_frequency"))


def _contributions(version: ModelVersion) -> Rows:
    return contributions_by_feature(_rows(version, "explanation"))


def _forest_plot(role: str) -> tuple[Callable[..., Figure], Callable[..., Table]]:
    columns = (
        "stratum",
        "level",
        "n",
        "events",
        "hr",
        "low",
        "high",
        "p",
        "interaction_p",
        "reason",
    )

    def draw(version: ModelVersion, theme: str) -> Figure:
        if "strata" not in version.report:
            return message_figure(str(OLDER), theme)
        return forest_plot_figure(version.report["strata"].get(role) or [], theme)

    def table(version: ModelVersion) -> Table:
        return table_of(in_words((version.report.get("strata") or {}).get(role) or []), columns)

    return draw, table


THE_FOUR = {
    "importance": Drawing(
        _("1. Importance ranking"),
        provenance.ranking,
        lambda version, theme: importance_figure(_importance(version), theme),
        lambda version: table_of(_importance(version), ("feature", "mean", "se", "low", "high")),
    ),
    "kaplan-meier": Drawing(
        _("2a. Survival by risk group, training patients (out-of-bag)"),
        provenance.out_of_bag,
        *_kaplan_meier("train"),
    ),
    "kaplan-meier-validation": Drawing(
        _("2b. Survival by risk group, validation cohort"),
        provenance.validation,
        *_kaplan_meier("validate"),
    ),
    "comparison": Drawing(
        _("3. With and without clinical factors"),
        provenance.everybody,
        _comparison,
        _comparison_table,
    ),
    "correlation": Drawing(
        _("4. Correlation of the score with each cytokine"),
        provenance.everybody,
        lambda version, theme: correlation_figure(version.report["correlations"], theme),
        lambda version: table_of(
            _rows(version, "correlations"), ("analyte", "rho", "low", "high", "p", "q", "n")
        ),
    ),
}
PERFORMANCE = {
    "auc": Drawing(
        _("Time-dependent AUC"),
        provenance.everybody,
        _auc,
        lambda version: table_of(_auc_rows(version), ("basis", "time", "value", "low", "high")),
    ),
    "calibration": Drawing(
        _("Calibration: predicted and observed risk"),
        _say_basis,
        *_of_performance(
            "calibration_groups",
            lambda rows, theme: calibration_figure(
                rows["calibration"], rows["calibration_groups"], theme, rows["ici"]
            ),
            *("horizon (months)", "group", "n", "predicted", "observed", "low", "high"),
        ),
    ),
    "decision": Drawing(
        _("Net benefit (decision curve)"),
        _say_basis,
        *_of_performance(
            "decision",
            lambda rows, theme: decision_figure(rows["decision"], theme),
            *("horizon (months)", "threshold", "model", "all", "none"),
        ),
    ),
    "brier": Drawing(
        _("Brier score over follow-up"),
        _say_basis,
        *_of_performance(
            "brier",
            lambda rows, theme: brier_figure(rows["brier"], theme),
            *("time", "value", "low", "high", "reference"),
        ),
    ),
}
SELECTION = {
    "stability": Drawing(
        _("Stability of the selection over resamples"),
        provenance.ranking,
        *_of_key(
            "importance",
            _stability,
            *("rank", "feature", "frequency", "mean", "low", "high", "selected", "group"),
        ),
    ),
    "tradeoff": Drawing(
        _("What each further analyte buys"),
        provenance.ranking,
        *_of_key(
            "tradeoff",
            lambda version, rows, theme: tradeoff_figure(
                rows, len(version.report["selected"]), theme
            ),
            *("k", "c", "low", "high"),
        ),
    ),
    "minimal-depth": Drawing(
        _("Minimal depth, a second view of importance"),
        provenance.ranking,
        *_of_key(
            "minimal_depth",
            lambda version, rows, theme: minimal_depth_figure(rows, theme),
            *("feature", "mean_depth", "share_of_trees", "threshold", "shallow"),
        ),
    ),
}
WHY = {
    "beeswarm": Drawing(
        _("What moves each patient's score"),
        provenance.everybody,
        _of_key("explanation", lambda version, rows, theme: beeswarm_figure(rows, theme))[0],
        lambda version: table_of(_contributions(version)),
    ),
    "contributions": Drawing(
        _("Mean contribution of each feature"),
        provenance.everybody,
        _of_key(
            "explanation",
            lambda version, rows, theme: shap_importance_figure(
                contributions_by_feature(rows), theme
            ),
        )[0],
        lambda version: table_of(_contributions(version), ("feature", "mean_abs")),
    ),
}
STRATA = {
    "strata": Drawing(
        _("Hazard ratio within strata, training patients (out-of-bag)"),
        provenance.out_of_bag,
        *_forest_plot("train"),
    ),
    "strata-validation": Drawing(
        _("Hazard ratio within strata, validation cohort"),
        provenance.validation,
        *_forest_plot("validate"),
    ),
}
DRAWINGS = {**THE_FOUR, **PERFORMANCE, **SELECTION, **WHY, **STRATA}
