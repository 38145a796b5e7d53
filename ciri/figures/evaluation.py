"""The rows of the figures of performance, out of an Evaluation as a report holds it."""

from __future__ import annotations

from typing import Any

from ciri.survival.outcome import DAYS_IN_MONTH

Rows = list[dict[str, Any]]


def evaluation_rows(evaluation: dict[str, Any] | None, basis: str) -> dict[str, Rows]:
    """The rows of the figures of performance, out of an evaluation as a report holds it.

    Parameters
    ----------
    evaluation : dict or None
        `Evaluation.to_dict` with times in days, or None where nothing could be judged.
    basis : {"out-of-bag", "cross-validated", "validation"}
        What the predictions were.

    Returns
    -------
    dict of list of dict
        Rows for `auc_figure`, `brier_figure`, `calibration_figure` (curve, groups, ici) and
        `decision_figure` under auc, brier, calibration, calibration_groups, ici, decision; horizons become
        months.
    """
    found = evaluation or {}
    metrics = found.get("metrics", [])
    reference = {row["time"]: row["value"] for row in _metric(metrics, "brier_reference")}
    return {
        "auc": [{**row, "basis": basis} for row in _metric(metrics, "auc")],
        "brier": [
            {**row, "reference": reference.get(row["time"])} for row in _metric(metrics, "brier")
        ],
        "ici": [
            {"horizon": _months(row["time"]), "ici": row["value"]}
            for row in _metric(metrics, "ici")
        ],
        **{
            name: [{**row, "horizon": _months(row["horizon"])} for row in found.get(name, [])]
            for name in ("calibration", "calibration_groups", "decision")
        },
    }


def _metric(metrics: Rows, name: str) -> Rows:
    keys = ("time", "value", "low", "high")
    return [{key: row[key] for key in keys} for row in metrics if row["metric"] == name]


def _months(days: float) -> float:
    return round(days / DAYS_IN_MONTH, 2)
