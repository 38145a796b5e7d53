"""The figures beyond the first four: they draw what they are given, and say so where they cannot."""

import json
import re

import numpy as np
import pytest

from ciri.figures import (
    THEMES,
    auc_figure,
    brier_figure,
    calibration_figure,
    decision_figure,
    evaluation_rows,
    forest_plot_figure,
    kaplan_meier_figure,
    minimal_depth_figure,
    render_svg,
    stability_figure,
    tradeoff_figure,
)
from ciri.figures.panels import SIDE
from tests.unit.ciri.drawings import auc, is_message, rows_of, survival, texts_of

MONTH = 30.4375


def drawn(report, theme):
    judged = evaluation_rows(report["evaluation"]["validation"], "validation")
    return {
        "stability": stability_figure(report["importance"], theme, min_frequency=0.5),
        "tradeoff": tradeoff_figure(report["tradeoff"], 3, theme),
        "auc": auc_figure(judged["auc"], theme),
        "brier": brier_figure(judged["brier"], theme),
        "calibration": calibration_figure(
            judged["calibration"], judged["calibration_groups"], theme, judged["ici"]
        ),
        "decision": decision_figure(judged["decision"], theme),
        "forest plot": forest_plot_figure(report["strata"]["validate"], theme),
        "Kaplan-Meier": kaplan_meier_figure(report["kaplan_meier"]["train"], theme),
        "minimal depth": minimal_depth_figure(report["minimal_depth"], theme),
    }


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_figure_is_drawn_from_a_report_in_every_theme(report, theme):
    for name, figure in drawn(report, theme).items():
        text = json.dumps(figure, allow_nan=False)
        assert '"url"' not in text, name
        assert figure["description"], name
        assert figure["width"] == "container", name
        assert "layer" in figure, f"{name} is a message"
        assert render_svg(figure).startswith("<svg"), name


@pytest.mark.parametrize("last", [4, 10, 57, 130])
def test_months_are_not_rounded_on_a_narrow_screen(last):
    table = survival([(0, 1.0), (last * MONTH, 0.5)])
    svg = render_svg(kaplan_meier_figure(table) | {"width": 200})
    assert not re.findall(r">\d+e\+\d+</text>", svg)


def analyte(number, frequency=0.5, **more):
    return {
        "feature": f"A{number}",
        "frequency": frequency,
        "mean": 0.01,
        "se": 0.002,
        "low": 0.006,
        "high": 0.014,
        "rank": number,
        "selected": False,
        "group": None,
    } | more


def test_the_stability_figure_draws_all_selected_analytes_though_they_are_many():
    rows = [analyte(number, selected=number <= 40) for number in range(1, 60)]
    names = {row["feature"] for row in rows_of(stability_figure(rows)) if "feature" in row}
    assert names == {f"A{number}" for number in range(1, 41)}
    few = [analyte(number, selected=number <= 2) for number in range(1, 60)]
    names = {row["feature"] for row in rows_of(stability_figure(few, limit=5)) if "feature" in row}
    assert names == {f"A{number}" for number in range(1, 6)}


def test_correlated_analytes_share_a_letter_and_name_each_other():
    rows = [analyte(1, group=7), analyte(2), analyte(3, group=7), analyte(4, group=9)]
    found = {row["feature"]: row for row in rows_of(stability_figure(rows)) if "feature" in row}
    assert [found[f"A{number}"]["letter"] for number in (1, 2, 3, 4)] == ["A", "", "A", ""]
    assert found["A1"]["others"] == "A3"
    assert found["A2"]["others"] == "none"
    assert "could stand in" in json.dumps(stability_figure(rows))
    assert "could stand in" not in json.dumps(stability_figure([analyte(1)]))


def test_a_partner_that_is_not_drawn_is_still_named():
    rows = [analyte(1, group=1), analyte(2), analyte(3, group=1)]
    found = [row for row in rows_of(stability_figure(rows, limit=1)) if "feature" in row]
    assert found[0]["others"] == "A3"


def test_the_threshold_is_drawn_where_the_rule_has_one():
    assert "threshold 60%" in json.dumps(stability_figure([analyte(1)], min_frequency=0.6))
    assert "threshold" not in json.dumps(stability_figure([analyte(1)]))


def test_selection_that_found_nothing_says_so():
    assert is_message(stability_figure([]), "nothing was counted")
    assert is_message(stability_figure([{"feature": "A", "rank": 1}]), "nothing was counted")
    assert is_message(stability_figure([analyte(1, 0.0)]), "none is better than chance")


def test_the_trade_off_marks_the_number_kept_and_says_that_it_is_optimistic():
    rows = [{"k": k, "c": 0.6, "low": None, "high": None} for k in (1, 2, 5)]
    figure = tradeoff_figure(rows, 2)
    assert "kept: 2" in texts_of(figure)
    assert "optimistic" in json.dumps(figure)
    assert not any("kept" in text for text in texts_of(tradeoff_figure(rows, None)))
    assert not any("kept" in text for text in texts_of(tradeoff_figure(rows, 6)))
    assert render_svg(figure).startswith("<svg")


def test_a_trade_off_of_one_number_is_a_sentence():
    assert is_message(tradeoff_figure([], 3), "No trade-off")
    assert is_message(tradeoff_figure([{"k": 3, "c": None}], 3), "No trade-off")
    one = [{"k": 3, "c": 0.614, "low": 0.5, "high": 0.7}]
    assert is_message(tradeoff_figure(one, 3), "3, with an out-of-bag C of 0.614")


def test_a_forest_without_splits_has_no_minimal_depth():
    row = {"feature": "A", "mean_depth": None, "share_of_trees": 0.0, "threshold": None}
    assert is_message(minimal_depth_figure([row | {"shallow": False}]), "No tree")


def test_times_are_drawn_in_months_and_unknown_values_left_out():
    figure = auc_figure([auc(12 * MONTH, 0.7), auc(24 * MONTH, None)])
    months = {row["months"] for row in rows_of(figure) if "months" in row}
    assert months == {12.0}


def test_a_basis_with_one_time_has_a_whisker_and_others_bands():
    rows = [auc(30, 0.7, low=0.6, high=0.8), auc(30, 0.7, "out-of-bag", 0.6, 0.8)]
    rows.append(auc(60, 0.7, "out-of-bag", 0.6, 0.8))
    figure = auc_figure(rows)
    rules = [
        figure["datasets"][layer["data"]["name"]]
        for layer in figure["layer"]
        if layer["mark"]["type"] == "rule" and "y2" in layer["encoding"]
    ]
    assert [[row["basis"] for row in found] for found in rules] == [["validation"]]


def test_an_interval_below_chance_stays_in_the_picture():
    figure = auc_figure([auc(30, 0.45, low=0.12, high=0.8)])
    domains = [
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in figure["layer"]
        if "scale" in layer["encoding"].get("y", {})
    ]
    assert domains
    assert all(domain == [0.1, 1] for domain in domains)


def test_no_time_to_judge_at_is_a_sentence():
    assert is_message(auc_figure([]), "no time at which")
    assert is_message(auc_figure([auc(30, None)]), "no time at which")
    assert is_message(brier_figure([]), "no time at which")


def test_the_brier_score_stands_beside_its_reference():
    row = {"time": 30, "value": 0.1, "low": 0.08, "high": 0.12, "reference": 0.15}
    drawn_values = {row["value"] for row in rows_of(brier_figure([row])) if "value" in row}
    assert drawn_values == {0.1, 0.15}
    assert render_svg(brier_figure([row | {"reference": None}])).startswith("<svg")


def calibrated(horizon, predicted, observed, low=None, high=None):
    return {
        "horizon": horizon,
        "predicted": predicted,
        "observed": observed,
        "low": low,
        "high": high,
    }


def test_each_horizon_has_a_panel_with_its_ici():
    curve = [calibrated(h, p, p) for h in (6.0, 12.0) for p in (0.1, 0.5)]
    ici = [{"horizon": 6.0, "ici": 0.031}, {"horizon": 12.0, "ici": None}]
    figure = calibration_figure(curve, [], "light", ici)
    titles = [row["title"] for row in rows_of(figure) if "title" in row]
    assert titles == ["6 months", "12 months"]
    assert [text for text in texts_of(figure) if "ICI" in text] == ["ICI 0.031"]


def test_a_perfect_prediction_lies_on_the_diagonal():
    curve = [calibrated(12.0, p, p) for p in np.linspace(0.05, 0.95, 9).tolist()]
    placed = [row for row in rows_of(calibration_figure(curve, [])) if "predicted" in row]
    assert placed
    assert all(row["across"] == pytest.approx(row["up"], abs=0.01) for row in placed)


def test_bands_beyond_the_axis_end_at_its_edge():
    rows = [calibrated(12.0, 0.3, 0.3, 0.0, 1.0), calibrated(12.0, 0.1, 0.1, 0.0, 0.2)]
    placed = [row for row in rows_of(calibration_figure(rows, [])) if "up_high" in row]
    assert max(row["up_high"] for row in placed) == SIDE
    assert min(row["up_low"] for row in placed) == 0


def test_calibration_that_cannot_be_judged_is_a_sentence():
    assert is_message(calibration_figure([], []), "cannot be compared")
    unknown = calibrated(12.0, 0.4, None)
    assert is_message(calibration_figure([], [unknown]), "cannot be compared")


def benefit(threshold, model, everybody, horizon=12.0):
    return {
        "horizon": horizon,
        "threshold": threshold,
        "model": model,
        "all": everybody,
        "none": 0.0,
    }


def test_a_decision_curve_breaks_where_the_benefit_is_unknown_or_far_below_zero():
    rows = [benefit(0.1, 0.3, 0.3), benefit(0.2, None, -0.5), benefit(0.3, 0.1, -2.0)]
    placed = [row for row in rows_of(decision_figure(rows)) if "strategy" in row]
    model = [row["up"] for row in placed if row["strategy"] == "treat by model"]
    everybody = {row["benefit"] for row in placed if row["up"] is not None} - {0.0}
    assert None in model
    assert everybody == {0.3, 0.1}


def test_the_decision_figure_stops_where_no_strategy_is_worth_anything():
    rows = [benefit(t / 100, max(0.2 - t / 100, 0), 0.2 - t / 50) for t in range(1, 100)]
    thresholds = [row["threshold"] for row in rows_of(decision_figure(rows)) if "threshold" in row]
    assert 0.2 <= max(thresholds) <= 0.3


def test_worthless_models_are_drawn_and_unknown_ones_told():
    worthless = [benefit(t / 10, -t / 10, -t / 10) for t in range(1, 10)]
    assert render_svg(decision_figure(worthless)).startswith("<svg")
    assert is_message(decision_figure([]), "Net benefit cannot")
    assert is_message(decision_figure([benefit(0.1, None, 0.2)]), "Net benefit cannot")
