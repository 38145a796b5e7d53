import json

import numpy as np
import pandas as pd
import pytest

from ciri import SurvivalForest
from ciri.figures import THEMES, render_svg
from ciri.figures.partial_dependence import partial_dependence_figure
from ciri.forest.partial_dependence import partial_dependence

from .cohorts import simulated

NAMES = ["a", "b", "c", "stage"]


@pytest.fixture(scope="module")
def cohort():
    X, y = simulated(n=140, p=4, seed=3, gaps=0.0)
    X[:, 3] = np.arange(len(X)) % 3
    frame = pd.DataFrame(X, columns=NAMES, index=[f"S{i}" for i in range(len(X))])
    frame.loc[frame.index[::9], "b"] = np.nan
    return SurvivalForest(60, 8, random_state=1).fit(frame, y), frame


def test_the_curve_is_the_mean_prediction_with_the_feature_set(cohort):
    forest, frame = cohort
    found = partial_dependence(forest, frame, "a", grid=[-1.0, 0.0, 1.5])
    by_hand = [forest.predict(frame.assign(a=value)).mean() for value in (-1.0, 0.0, 1.5)]
    assert found.curve["value"].tolist() == [-1.0, 0.0, 1.5]
    np.testing.assert_allclose(found.curve["mean"], by_hand, rtol=1e-12)
    assert found.curve["mean"].iloc[-1] > found.curve["mean"].iloc[0]


def test_it_can_be_asked_of_survival_at_a_horizon(cohort):
    forest, frame = cohort
    found = partial_dependence(forest, frame, "a", grid=[-1.0, 1.0], horizon=200)
    for value, mean in found.curve.itertuples(index=False):
        curve = forest.predict_survival_function(frame.assign(a=value), [200])
        assert mean == pytest.approx(curve.mean())
    assert found.curve["mean"].is_monotonic_decreasing
    with pytest.raises(ValueError, match="follow-up ends"):
        partial_dependence(forest, frame, "a", horizon=1e6)


def test_the_grid_stays_inside_the_middle_of_what_was_observed(cohort):
    forest, frame = cohort
    points = partial_dependence(forest, frame, "a", grid=15).curve["value"]
    low, high = frame["a"].quantile([0.05, 0.95])
    assert len(points) == 15
    assert points.min() == pytest.approx(low)
    assert points.max() == pytest.approx(high)


def test_a_feature_of_few_values_is_asked_at_each_of_them(cohort):
    forest, frame = cohort
    assert partial_dependence(forest, frame, "stage").curve["value"].tolist() == [0, 1, 2]


def test_unknown_is_an_answer_of_its_own_where_the_column_has_gaps(cohort):
    forest, frame = cohort
    found = partial_dependence(forest, frame, "b")
    assert found.unknown == pytest.approx(forest.predict(frame.assign(b=np.nan)).mean())
    assert found.curve["value"].notna().all()
    assert partial_dependence(forest, frame, "a").unknown is None


def test_a_feature_that_nobody_knows_has_no_curve(cohort):
    forest, frame = cohort
    found = partial_dependence(forest, frame.assign(c=np.nan), "c")
    assert (len(found.curve), len(found.lines)) == (0, 0)
    assert found.unknown is not None


def test_lines_are_patients_from_the_lowest_to_the_highest(cohort):
    forest, frame = cohort
    found = partial_dependence(forest, frame, "a", grid=[0.0, 1.0], ice=5)
    lines = found.lines.pivot(index="row", columns="value", values="predicted")
    assert len(lines) == 5
    alone = forest.predict(frame.loc[lines.index].assign(a=1.0))
    np.testing.assert_allclose(lines[1.0], alone, rtol=1e-12)
    everybody = np.mean([forest.predict(frame.assign(a=v)) for v in (0.0, 1.0)], axis=0)
    assert lines.mean(axis=1).max() == pytest.approx(everybody.max())
    assert lines.mean(axis=1).min() == pytest.approx(everybody.min())
    assert len(partial_dependence(forest, frame[:3], "a", ice=30).lines["row"].unique()) == 3
    assert partial_dependence(forest, frame, "a", ice=0).lines.empty


def test_it_can_be_written_as_json(cohort):
    forest, frame = cohort
    written = json.dumps(partial_dependence(forest, frame, "b").to_dict(), allow_nan=False)
    assert json.loads(written)["n"] == len(frame)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"feature": "IL-6"}, "knows no feature 'IL-6'"),
        ({"grid": 1}, "at least 2"),
        ({"grid": [0.0, 50.0]}, "between the least and the greatest"),
        ({"grid": [np.nan]}, "between the least and the greatest"),
        ({"grid": []}, "between the least and the greatest"),
        ({"ice": -1}, "ice must be"),
        ({"X": pd.DataFrame(columns=NAMES, dtype=float)}, "no rows"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(cohort, changes, sentence):
    forest, frame = cohort
    asked = {"X": frame, "feature": "a", **changes}
    with pytest.raises(ValueError, match=sentence):
        partial_dependence(forest, **asked)


def shown(figure):
    """A figure as words, after it was drawn without a fault."""
    assert render_svg(figure).startswith("<svg")
    return json.dumps(figure, allow_nan=False)


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_the_picture_is_drawn_in_every_theme(cohort, theme):
    forest, frame = cohort
    risk = partial_dependence(forest, frame, "b").to_dict()
    survival = partial_dependence(forest, frame, "stage", horizon=200).to_dict()
    assert "unknown" in shown(partial_dependence_figure(risk, theme))
    assert "Survival at 200 days" in shown(
        partial_dependence_figure(survival, theme, answer="Survival at 200 days")
    )


def test_pictures_of_nothing_are_sentences(cohort):
    forest, frame = cohort
    nobody = partial_dependence(forest, frame.assign(c=np.nan), "c").to_dict()
    same = partial_dependence(forest, frame.assign(c=1.0), "c").to_dict()
    assert "c is unknown in every patient" in shown(partial_dependence_figure(nobody))
    assert "the same value in every patient" in shown(partial_dependence_figure(same))
