import json

import pandas as pd
import pytest

from ciri import parse_specification, train
from ciri.figures import (
    THEMES,
    comparison_figure,
    correlation_figure,
    importance_figure,
    kaplan_meier_figure,
    render_png,
    render_svg,
)
from ciri.training.tables import comparison_tables, kaplan_meier_tables

from .cohorts import SMALL, frozen

NAMES = ("signature", "signature and factors")


@pytest.fixture(scope="module")
def reports():
    table = frozen()
    clinical = {**SMALL, "covariates": []}
    return [train(parse_specification(body), table).report for body in (clinical, SMALL)]


def drawn(reports, theme):
    first, second = reports
    return [
        importance_figure(first["importance"], theme),
        kaplan_meier_figure(first["kaplan_meier"]["validate"], theme),
        comparison_figure(comparison_tables(first, second, NAMES), NAMES, theme),
        correlation_figure(first["correlations"], theme),
    ]


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_all_four_figures_are_drawn_in_every_theme(reports, theme):
    for figure in drawn(reports, theme):
        json.dumps(figure, allow_nan=False)
        assert render_svg(figure).startswith("<svg")


def test_a_figure_asks_for_nothing_from_outside(reports):
    for figure in drawn(reports, "light"):
        assert '"url"' not in json.dumps(figure)


def test_a_figure_is_also_a_png(reports):
    assert render_png(drawn(reports, "print")[1]).startswith(b"\x89PNG")


def words(figure):
    return json.dumps(figure)


def survival_of(events, times, groups):
    subjects = frozen(n=len(times), train=len(times)).subjects
    subjects = subjects.assign(event=events, time=times)
    by_subject = pd.Series(groups, index=subjects["subject"], dtype=object)
    return kaplan_meier_tables(subjects, by_subject)


def test_degenerate_cohorts_give_a_sentence_or_a_sound_picture():
    assert "Nobody has had an event" in words(
        kaplan_meier_figure(survival_of([False] * 3, [5.0, 6.0, 7.0], ["good", "good", "poor"]))
    )
    three = survival_of([True, False, True], [5.0, 6.0, 7.0], ["good", "good", "poor"])
    one_group = survival_of([True, False, True], [5.0, 6.0, 7.0], ["good"] * 3)
    quiet = survival_of([False, False, True], [5.0, 6.0, 7.0], ["good", "good", "poor"])
    for tables in (three, one_group, quiet):
        assert render_svg(kaplan_meier_figure(tables)).startswith("<svg")
    assert "only one group" in words(kaplan_meier_figure(one_group))
    assert "No patient with an outcome" in words(kaplan_meier_figure(None))


def test_a_model_without_analytes_or_with_one_score_for_all_says_so():
    assert "no analytes" in words(correlation_figure([]))
    flat = {"analyte": "IL-6", "rho": None, "low": None, "high": None, "p": None, "q": None, "n": 3}
    assert "same for everybody" in words(correlation_figure([flat]))
    row = {"feature": "IL-6", "mean": 0.0, "low": 0.0, "high": 0.0, "rank": 1, "selected": True}
    assert "changes nothing" in words(importance_figure([row]))
    assert "no patients in common" in words(
        comparison_figure({"performance": [], "scores": []}, NAMES)
    )
