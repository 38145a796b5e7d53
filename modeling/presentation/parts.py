"""What a version's page shows under its headline, part by part: figures, tables and sentences."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciri.performance.verdict import verdict_of
from ciri.survival.outcome import DAYS_IN_MONTH
from ciri.training.yardsticks import IN_A_SENTENCE, THIS_MODEL
from modeling.models import ModelVersion
from modeling.presentation import provenance
from modeling.presentation.figures import (
    OLDER,
    PERFORMANCE,
    SELECTION,
    STRATA,
    THE_FOUR,
    WHY,
    Drawing,
    choose_evaluation,
)
from modeling.presentation.tables import Rows, Table, list_correlated_groups, table_of
from modeling.sentences import in_words, of_method

Titled = tuple[str, Table]


@dataclass(frozen=True)
class Part:
    """A part of the page: its title, figures, and what stands with them."""

    title: Promise
    drawings: dict[str, Drawing] = field(default_factory=dict)
    sentences: Callable[[ModelVersion], list[str]] = lambda version: []
    tables: Callable[[ModelVersion], list[Titled]] = lambda version: []


METRICS = {
    "harrell_c": gettext_lazy("Harrell's C"),
    "uno_c": gettext_lazy("Uno's C"),
    "mean_auc": gettext_lazy("mean time-dependent AUC"),
    "integrated_brier": gettext_lazy("integrated Brier score"),
    "scaled_brier": gettext_lazy("scaled Brier score (0: as Kaplan-Meier, 1: perfect)"),
    "ici": gettext_lazy("calibration error, mean (ICI)"),
    "e50": gettext_lazy("calibration error, median (E50)"),
    "e90": gettext_lazy("calibration error, 90th percentile (E90)"),
    "calibration_slope": gettext_lazy("calibration slope"),
    "observed_expected": gettext_lazy("observed / expected"),
}

BASES = {"validation": gettext_lazy("validation"), "out-of-bag": gettext_lazy("out-of-bag")}


def _performance_sentences(version: ModelVersion) -> list[str]:
    found = choose_evaluation(version)
    if found is None:
        return [_("No performance could be judged: nobody with an outcome was scored.")]
    basis, evaluation = found
    where = (
        _("Calibration, net benefit and Brier score are those of the validation cohort")
        if basis == "validation"
        else _(
            "Calibration, net benefit and Brier score are out-of-bag, for lack of a validation cohort"
        )
    )
    counts = _("%(n)d patients, %(events)d events") % evaluation
    return [f"{where} ({counts}).", *in_words(evaluation["notes"])]


def _performance_tables(version: ModelVersion) -> list[Titled]:
    evaluation = version.report.get("evaluation") or {}
    values: dict[tuple[str, float | None], dict[str, str | None]] = {}
    for basis in ("out_of_bag", "validation"):
        for row in (evaluation.get(basis) or {}).get("metrics", []):
            if row["metric"] in METRICS:
                values.setdefault((row["metric"], row["time"]), {})[basis] = _with_interval(row)
    rows: Rows = [
        {
            "figure": str(METRICS[metric]),
            "at": "" if time is None else _("%(m).0f months") % {"m": time / DAYS_IN_MONTH},
            "out-of-bag": by_basis.get("out_of_bag"),
            "validation": by_basis.get("validation"),
        }
        for (metric, time), by_basis in sorted(
            values.items(), key=lambda item: (list(METRICS).index(item[0][0]), item[0][1] or 0)
        )
    ]
    return [
        (
            _("All figures of performance, with intervals"),
            table_of(rows, patients=provenance.everybody(version)),
        )
    ]


def _with_interval(row: dict[str, Any]) -> str | None:
    if row["value"] is None:
        return None
    if row["low"] is None:
        return f"{row['value']:.3f}"
    return f"{row['value']:.3f} ({row['low']:.3f}–{row['high']:.3f})"


def _selection_tables(version: ModelVersion) -> list[Titled]:
    groups = list_correlated_groups(version.report.get("importance") or [])
    selected = (version.cross_validation or {}).get("selected", [])
    return [
        (
            _("Correlated analytes, which could have stood in for each other"),
            table_of(groups, patients=provenance.ranking(version)),
        ),
        (
            _("How often the nested cross-validation selected each analyte"),
            table_of(selected, ("analyte", "folds"), provenance.nested(version)),
        ),
    ]


def _why_sentences(version: ModelVersion) -> list[str]:
    return [
        _(
            "Contributions are in expected deaths and explain the model: they do not tell what "
            "causes the disease, nor what changing a value would do."
        )
    ]


def _strata_sentences(version: ModelVersion) -> list[str]:
    return [
        _(
            "Poor against good prognosis. Strata are small: a difference between them is shown only "
            "where the p of interaction says so."
        )
    ]


def _yardsticks(version: ModelVersion) -> list[dict[str, Any]]:
    """What the model has to beat, as the report tells it; empty for versions trained before."""
    added = version.report.get("added_value") or {}
    others = [one for key, one in added.items() if key != "clinical"]
    found = [version.report.get("baseline"), added.get("clinical"), *others]
    return [one for one in found if one]


def _baseline_sentences(version: ModelVersion) -> list[str]:
    found = _yardsticks(version)
    if not found:
        return [str(OLDER)]
    return [
        *_compare_with_cox(version),
        *(
            f"{_(one['name'])}: {in_words(one['reason'])}"
            if "reason" in one
            else _("%(name)s, on %(basis)s patients (%(n)d, %(events)d events). %(sentence)s")
            % (
                one
                | {"name": _(one["name"]), "basis": BASES[one["basis"]], "sentence": _verdict(one)}
            )
            for one in found
        ),
    ]


def _verdict(one: dict[str, Any]) -> str:
    """Which of the two orders the patients better, said anew from what the report holds."""
    difference = next(row for row in one["c"] if row["of"] == "difference")
    said = str(of_method(verdict_of(difference, (IN_A_SENTENCE[one["name"]], THIS_MODEL))))
    return said[0].upper() + said[1:]


def _compare_with_cox(version: ModelVersion) -> list[str]:
    nested = version.cross_validation or {}
    cox, difference = nested.get("cox") or {}, nested.get("difference") or {}
    if None in (nested.get("c"), cox.get("c"), difference.get("low")):
        return []
    return [
        _(
            "In the nested cross-validation the forest has a C of %(forest).3f and a penalised Cox "
            "model of the same candidates one of %(cox).3f (difference %(value)+.3f, 95 %% CI "
            "%(low)+.3f to %(high)+.3f)."
        )
        % {"forest": nested["c"], "cox": cox["c"], **difference}
    ]


def _baseline_tables(version: ModelVersion) -> list[Titled]:
    compared = [one for one in _yardsticks(version) if "c" in one]
    rows: Rows = [_beside(one) for one in compared]
    return [
        (
            _("This model beside what it has to beat"),
            table_of(rows, patients=_of_yardsticks(version)),
        )
    ]


def _of_yardsticks(version: ModelVersion) -> str:
    bases = {one["basis"] for one in _yardsticks(version) if "c" in one}
    if len(bases) == 1:
        return provenance.choose(bases.pop())(version)
    return provenance.everybody(version)


def _beside(one: dict[str, Any]) -> dict[str, Any]:
    """A row: C of both, the difference with its p, and what this model's score adds."""
    c = {row["of"]: row for row in one["c"]}
    gained = next(row for row in one["added"] if row["added"] == "b")
    return {
        _("beside"): _(one["name"]),
        _("basis"): str(BASES[one["basis"]]),
        _("its C"): _with_interval(c["a"]),
        _("this model's C"): _with_interval(c["b"]),
        _("difference"): _with_interval(c["difference"]),
        _("p of difference"): c["difference"]["p"],
        _("p of added value (likelihood ratio)"): gained["p"],
    }


PARTS = {
    "figures": Part(gettext_lazy("The four figures"), THE_FOUR),
    "performance": Part(
        gettext_lazy("Performance"), PERFORMANCE, _performance_sentences, _performance_tables
    ),
    "selection": Part(gettext_lazy("Selection"), SELECTION, tables=_selection_tables),
    "why": Part(gettext_lazy("Why"), WHY, _why_sentences),
    "strata": Part(gettext_lazy("Strata"), STRATA, _strata_sentences),
    "baseline": Part(
        gettext_lazy("Baseline and added value"),
        sentences=_baseline_sentences,
        tables=_baseline_tables,
    ),
}
