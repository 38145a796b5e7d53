"""Strata, curves of survival, and what all figures share: ticks, panels, numbers, colours."""

import json

import numpy as np
import pytest

from ciri.figures import (
    THEMES,
    evaluation_rows,
    forest_plot_figure,
    kaplan_meier_figure,
    render_svg,
)
from ciri.figures.axes import month_ticks, round_ticks
from ciri.figures.panels import Panels
from ciri.figures.words import horizon_text, p_text, ratio_text
from tests.unit.ciri.drawings import is_message, rows_of, survival, texts_of


def stratum(name, level, hr=2.0, low=1.0, high=4.0, **more):
    return {
        "stratum": name,
        "level": level,
        "n": 50,
        "events": 20,
        "hr": hr,
        "low": low,
        "high": high,
        "p": 0.04,
        "reason": None,
        "interaction_p": None,
    } | more


WITHOUT = {"hr": None, "low": None, "high": None, "p": None}


def test_all_patients_stand_on_top_and_strata_follow_with_their_interaction():
    rows = [
        stratum("PD-L1", "<1", interaction_p=0.31),
        stratum("PD-L1", None, interaction_p=0.31),
        stratum("overall", ""),
    ]
    figure = forest_plot_figure(rows)
    words = [row for row in rows_of(figure) if "column" in row]
    names = [row["text"] for row in sorted(words, key=lambda row: row["place"])]
    names = [name for name in names if name in ("All patients", "PD-L1", "<1", "unknown")]
    assert names == ["All patients", "PD-L1", "<1", "unknown"]
    assert [text for text in texts_of(figure) if "interaction" in text] == ["interaction p = 0.310"]
    assert "2.00 (1.00–4.00)" in texts_of(figure)


def test_a_level_without_a_hazard_ratio_gives_its_reason():
    rows = [stratum("overall", ""), stratum("Site", "B", **WITHOUT, reason="Only 2 events.")]
    figure = forest_plot_figure(rows)
    assert "Only 2 events." in texts_of(figure)
    assert len([row for row in rows_of(figure) if "from" in row]) == 1


def test_an_interval_that_goes_on_ends_in_an_arrow():
    rows = [stratum("overall", ""), stratum("Site", "B", 3000.0, 0.0001, 9e9)]
    figure = forest_plot_figure(rows)
    whiskers = [row for row in rows_of(figure) if "from" in row]
    edges = {row["end"] for row in rows_of(figure) if "end" in row}
    assert len(edges) == 2
    assert all(min(edges) <= row["from"] <= row["to"] <= max(edges) for row in whiskers)
    assert ">999 (0.00–>999)" in texts_of(figure)
    assert render_svg(figure).startswith("<svg")


def test_strata_without_any_hazard_ratio_are_a_sentence():
    assert is_message(forest_plot_figure([]), "no strata")
    alone = [stratum("overall", "", **WITHOUT, reason="There is only one group.")]
    assert is_message(forest_plot_figure(alone), "There is only one group.")


SLOW, FAST = [(0, 1.0), (300, 0.8), (900, 0.5)], [(0, 1.0), (60, 0.05), (900, 0.0)]


def test_three_groups_have_their_own_colour_and_dash():
    figure = kaplan_meier_figure(survival(SLOW, SLOW, SLOW))
    steps = next(layer for layer in figure["layer"] if "strokeDash" in layer["encoding"])
    for channel in ("color", "strokeDash"):
        scale = steps["encoding"][channel]["scale"]
        assert scale["domain"] == ["good", "intermediate", "poor"]
        assert len({json.dumps(one) for one in scale["range"]}) == 3


def test_the_hazard_ratio_stands_beside_the_log_rank_p():
    ratio = {"hr": 2.41, "low": 1.62, "high": 3.58}
    texts = texts_of(kaplan_meier_figure(survival(SLOW, SLOW, hazard_ratio=ratio)))
    assert "hazard ratio 2.41 (95 % 1.62–3.58) log-rank p = 0.012" in texts
    unknown = dict.fromkeys(ratio) | {"reason": "Nobody died."}
    for table in (survival(SLOW, SLOW), survival(SLOW, SLOW, hazard_ratio=unknown)):
        assert "log-rank p = 0.012" in texts_of(kaplan_meier_figure(table))


def test_the_note_makes_way_for_a_curve_that_falls_early():
    def note(figure):
        return figure["layer"][-1]["mark"]["align"]

    assert note(kaplan_meier_figure(survival(SLOW, SLOW))) == "left"
    assert note(kaplan_meier_figure(survival(SLOW, FAST))) == "right"


@pytest.mark.parametrize("high", [0.003, 0.1, 0.9, 1.0, 7.0, 100.0, 3500.0])
def test_ticks_are_round_few_and_inside(high):
    for low in (0.0, -0.3 * high):
        ticks = round_ticks(low, high)
        assert 2 <= len(ticks) <= 5
        assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)
        assert 0.0 in ticks
        assert np.ptp(np.diff(ticks)) < 1e-9 * high + 1e-12


@pytest.mark.parametrize("last", [0.2, 3.0, 7.9, 40.0, 120.0, 400.0])
def test_months_are_marked_from_zero_and_at_most_eight_times(last):
    ticks = month_ticks(last)
    assert ticks[0] == 0
    assert ticks[-1] <= last
    assert 2 <= len(ticks) <= 8


def test_panels_are_laid_out_in_reading_order():
    panels = Panels(["a", "b", "c"], (0, 1), [0, 1], [(0, 1), (0, 1)], columns=2, height=100)
    first, second, third = (panels.place(panel, 0, 0) for panel in range(3))
    assert first["across"] == third["across"] < second["across"]
    assert first["up"] == second["up"] > third["up"]
    assert panels.place(0, 9, -9) == panels.place(0, 1, 0)


def test_numbers_are_written_as_people_write_them():
    assert p_text(0.0004) == "p < 0.001"
    assert p_text(0.0345) == "p = 0.035"
    assert ratio_text({"hr": 0.841, "low": 12.34, "high": 123.4}) == "0.84 (12.3–123)"
    assert [horizon_text(months) for months in (1, 6.0, 6.53)] == [
        "1 month",
        "6 months",
        "6.5 months",
    ]


def test_a_report_without_an_evaluation_gives_no_rows():
    assert not any(evaluation_rows(None, "validation").values())


def test_horizons_of_a_report_become_months(report):
    rows = evaluation_rows(report["evaluation"]["out_of_bag"], "out-of-bag")
    assert {row["horizon"] for row in rows["decision"]} <= {6.0, 12.0, 24.0}
    assert {row["basis"] for row in rows["auc"]} == {"out-of-bag"}
    assert all(row["reference"] is not None for row in rows["brier"])


def luminance(colour):
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize(("theme", "ground"), [("light", "#ffffff"), ("dark", "#12171c")])
def test_marks_stand_out_from_the_page_as_wcag_asks(theme, ground):
    look = THEMES[theme]
    for colour in (look.ink, look.faint, look.good, look.middle, look.poor, look.other):
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3
