"""The numbers behind a version's figures as tables, for those who cannot see the figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ciri.survival.outcome import DAYS_IN_MONTH

Rows = list[dict[str, Any]]

HEADINGS = {
    "c": _("C-index"),
    "folds": _("share of folds"),
    "hr": _("hazard ratio"),
    "high": _("95 % to"),
    "interaction_p": _("p of interaction"),
    "k": _("analytes kept"),
    "low": _("95 % from"),
    "mean": _("loss of C"),
    "mean_abs": _("mean |contribution|"),
    "mean_depth": _("mean depth"),
    "median_high": _("median, 95 % to"),
    "median_low": _("median, 95 % from"),
    "n": _("patients"),
    "se": _("standard error"),
    "rho": _("Spearman's rho"),
    "share_of_trees": _("share of trees"),
}
IN_DAYS = ("time", "median", "median_low", "median_high")


@dataclass(frozen=True)
class Table:
    """Headings and cells, as text; `numeric` says which columns hold numbers, `patients` on whom they
    rest (modeling.presentation.provenance)."""

    columns: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    patients: str = ""

    @property
    def headings(self) -> list[tuple[str, bool]]:
        """Each heading, and whether numbers stand under it."""
        return list(zip(self.columns, self.numeric, strict=True))

    @property
    def lines(self) -> list[list[tuple[str, bool]]]:
        """Rows of cells, each with whether it is in a column of numbers."""
        return [list(zip(row, self.numeric, strict=True)) for row in self.rows]


def table_of(rows: Rows, columns: Sequence[str] | None = None, patients: str = "") -> Table:
    """Chosen (by default all) columns of rows; times, which are in days, become months."""
    chosen = list(columns or (rows[0] if rows else ()))
    return Table(
        [_heading(column) for column in chosen],
        [[_cell(column, row.get(column)) for column in chosen] for row in rows],
        [_is_numeric([row.get(column) for row in rows]) for column in chosen],
        patients,
    )


def _heading(column: str) -> str:
    name = str(HEADINGS.get(column, column.replace("_", " ")))
    return f"{name} ({_('months')})" if column in IN_DAYS else name


def _is_numeric(values: list[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in known
    )


def _cell(column: str, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if column in IN_DAYS:
        return f"{value / DAYS_IN_MONTH:.1f}"
    if not isinstance(value, float):
        return str(value)
    if value < 0.001 and (column in ("p", "q", "interaction_p") or column.startswith("p of ")):
        return "< 0.001"
    return number(value)


def number(value: float) -> str:
    """Three digits after the point below ten, four in all above, with a true minus sign."""
    digits = f"{value:.3f}" if abs(value) < 10 else f"{value:.4g}"
    return digits.replace("-", "\N{MINUS SIGN}")


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


def list_correlated_groups(rows: Iterable[dict[str, Any]]) -> Rows:
    """Analytes that could stand in for each other: group, kept, could stand in.

    rows: feature, selected, group (report["importance"]); groups of one are left out.
    """
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get("group") is not None:
            groups.setdefault(row["group"], []).append(row)
    return [
        {
            gettext("group"): number,
            gettext("kept"): ", ".join(row["feature"] for row in members if row["selected"]),
            gettext("could stand in"): ", ".join(
                row["feature"] for row in members if not row["selected"]
            ),
        }
        for number, members in sorted(groups.items())
        if len(members) > 1
    ]
