"""The numbers behind a version's figures as tables, for those who cannot see the figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from modeling.ciri.outcome import DAYS_IN_MONTH

Rows = list[dict[str, Any]]

HEADINGS = {
    "c": _("C-index"),
    "hr": _("hazard ratio"),
    "high": _("95 % to"),
    "interaction_p": _("p of interaction"),
    "k": _("analytes kept"),
    "low": _("95 % from"),
    "mean": _("loss of C"),
    "mean_abs": _("mean |contribution|"),
    "mean_depth": _("mean depth"),
    "n": _("patients"),
    "se": _("standard error"),
    "share_of_trees": _("share of trees"),
}
IN_DAYS = ("time", "horizon", "median", "median_low", "median_high")


@dataclass(frozen=True)
class Table:
    """Headings and cells, as text."""

    columns: list[str]
    rows: list[list[str]]


def table_of(rows: Rows, columns: Sequence[str] | None = None) -> Table:
    """Chosen (by default all) columns of rows; times, which are in days, become months."""
    chosen = list(columns or (rows[0] if rows else ()))
    return Table(
        [_heading(column) for column in chosen],
        [[_cell(column, row.get(column)) for column in chosen] for row in rows],
    )


def _heading(column: str) -> str:
    name = str(HEADINGS.get(column, column.replace("_", " ")))
    return f"{name} ({_('months')})" if column in IN_DAYS else name


def _cell(column: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if column in IN_DAYS:
        return f"{value / DAYS_IN_MONTH:.1f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def contributions_by_feature(rows: Rows) -> Rows:
    """Each feature's contributions over patients: feature, mean_abs, lowest, median, highest; the
    largest mean first.

    rows: feature, contribution (report["explanation"]).
    """
    by_feature: dict[str, list[float]] = {}
    for row in rows:
        if row["contribution"] is not None:
            by_feature.setdefault(row["feature"], []).append(row["contribution"])
    found = [_spread(feature, sorted(values)) for feature, values in by_feature.items()]
    return sorted(found, key=lambda row: (-row["mean_abs"], row["feature"]))


def _spread(feature: str, contributions: list[float]) -> dict[str, Any]:
    return {
        "feature": feature,
        "mean_abs": sum(map(abs, contributions)) / len(contributions),
        "lowest": contributions[0],
        "median contribution": contributions[len(contributions) // 2],
        "highest": contributions[-1],
    }


def correlated_groups(rows: Iterable[dict[str, Any]]) -> Rows:
    """Analytes that could stand in for each other: group, kept, could stand in.

    rows: feature, selected, group (report["importance"]); groups of one are left out.
    """
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("group") is not None:
            groups.setdefault(row["group"], []).append(row)
    return [
        {
            "group": number,
            "kept": ", ".join(row["feature"] for row in members if row["selected"]),
            "could stand in": ", ".join(row["feature"] for row in members if not row["selected"]),
        }
        for number, members in sorted(groups.items())
        if len(members) > 1
    ]
