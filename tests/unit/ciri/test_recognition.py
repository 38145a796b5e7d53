"""Patients that a forest was grown on are known wherever they stand, and are spoken of out-of-bag."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ciri import (
    CoxElasticNet,
    SurvivalForest,
    compare,
    concordance_index,
    evaluate,
    shap_values,
)
from ciri.performance.predictions import UNKNOWN_TRAINING
from ciri.survival.outcome import outcome

from .cohorts import simulated

X, Y = simulated(120, 6, seed=3)
NAMES = [f"A{j}" for j in range(6)]
FRAME = pd.DataFrame(X, columns=NAMES)
FOREST = SurvivalForest(80, 6, random_state=0).fit(FRAME, Y)
NEW_X, NEW_Y = simulated(50, 6, seed=11)


def known(values, y):
    return FOREST.recognise(values, y)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 119), min_size=1, max_size=150),
    st.lists(st.integers(0, 49), max_size=40),
    st.randoms(use_true_random=False),
)
def test_any_mixture_of_training_and_new_patients_in_any_order_is_told_apart(old, new, random):
    rows = [(k, X[k], Y[k]) for k in old] + [(-1, NEW_X[k], NEW_Y[k]) for k in new]
    random.shuffle(rows)
    values = np.array([row[1] for row in rows])
    found = known(values, np.array([row[2] for row in rows], dtype=Y.dtype))
    assert found.rows.tolist() == [row[0] for row in rows]
    risk = FOREST.predict_out_of_bag(values, found.rows)
    for got, (row, x, _) in zip(risk, rows, strict=True):
        expected = FOREST.oob_prediction_[row] if row >= 0 else FOREST.predict(x[None])[0]
        assert got == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("part", [np.arange(120)[::-1], np.arange(0, 120, 2), np.arange(90)])
@pytest.mark.parametrize("form", ["frame", "columns mixed", "array"])
def test_another_order_part_or_form_gives_the_out_of_bag_figure(part, form):
    values = {
        "frame": FRAME.iloc[part],
        "columns mixed": FRAME.iloc[part][NAMES[::-1]],
        "array": X[part],
    }[form]
    out_of_bag = concordance_index(Y[part], FOREST.oob_prediction_[part])
    found = evaluate(FOREST, values, Y[part], n_resamples=0)
    assert found.value("harrell_c") == pytest.approx(out_of_bag, abs=1e-12)
    assert found.notes[0].startswith("The forest was grown on these patients")
    assert FOREST.score(values, Y[part]) == pytest.approx(out_of_bag, abs=1e-12)
    assert out_of_bag < concordance_index(Y[part], FOREST.predict(values)) - 0.03


def test_a_mixture_is_judged_each_in_its_own_way_and_said_in_numbers():
    both = outcome(np.r_[Y["event"], NEW_Y["event"]], np.r_[Y["time"], NEW_Y["time"]])
    found = evaluate(FOREST, np.vstack([X, NEW_X]), both, n_resamples=0)
    risk = np.r_[FOREST.oob_prediction_, FOREST.predict(NEW_X)]
    assert found.value("harrell_c") == pytest.approx(concordance_index(both, risk), abs=1e-12)
    assert found.notes[0] == (
        "The forest was grown on 120 of these 170 patients: those are predicted out-of-bag, the others "
        "as new patients."
    )


def test_whoever_has_been_followed_up_for_longer_is_still_known():
    longer = outcome(Y["event"], Y["time"] + np.where(Y["event"], 0, 30))
    found = known(X[::-1], longer[::-1])
    assert found.rows.tolist() == list(range(119, -1, -1))
    assert found.followed == (~Y["event"]).sum()
    assert (
        f"{found.followed} of 120 patients have the values of a training patient but" in found.note
    )


def test_values_that_changed_under_the_same_outcomes_are_told():
    moved = X + np.where(np.arange(120) < 7, 3.0, 0.0)[:, None]
    found = known(moved, Y)
    assert found.rows.tolist() == list(range(120))
    assert found.altered == 7
    assert "7 of 120 patients have the outcome of a training patient, row by row" in found.note


def test_who_cannot_be_told_apart_is_counted():
    """Two classes and times in half-years: patients share values, and some of them outcomes too."""
    random = np.random.default_rng(0)
    sex = random.integers(0, 2, 80).astype(float)[:, None]
    y = outcome(random.integers(0, 2, 80), random.integers(1, 6, 80) * 182.0)
    forest = SurvivalForest(30, 5, random_state=0).fit(sex, y)
    found = forest.recognise(sex[::-1], y[::-1])
    counts = pd.DataFrame({"sex": sex[:, 0], "event": y["event"], "time": y["time"]}).value_counts()
    assert sorted(found.rows.tolist()) == list(range(80))
    assert found.twins == counts[counts > 1].sum()
    other = forest.recognise(sex[:3], outcome([1, 1, 1], [1.5, 2.5, 3.5]))
    assert (other.rows.tolist(), other.doubtful) == ([-1, -1, -1], 3)
    assert "predicted as new patients, which is optimistic if" in other.note


def test_twins_of_the_training_take_turns():
    doubled = np.vstack([X[:40], X[:40]])
    y = outcome(np.tile(Y["event"][:40], 2), np.tile(Y["time"][:40], 2))
    forest = SurvivalForest(40, 5, random_state=0).fit(doubled, y)
    found = forest.recognise(doubled[1:], y[1:])
    assert len(set(found.rows.tolist())) == 79
    assert found.twins == 79


def test_nobody_new_is_taken_for_a_training_patient():
    found = evaluate(FOREST, NEW_X, NEW_Y, n_resamples=0)
    risk = FOREST.predict(NEW_X)
    assert found.value("harrell_c") == pytest.approx(concordance_index(NEW_Y, risk), abs=1e-12)
    assert not any("grown on" in note for note in found.notes)


def test_a_comparison_and_an_explanation_know_them_too():
    mixed = np.random.default_rng(5).permutation(120)[:100]
    other = SurvivalForest(60, 6, random_state=1).fit(FRAME[NAMES[:3]], Y)
    found = compare(other, FOREST, FRAME.iloc[mixed], Y[mixed], n_resamples=0)
    c = found.c.set_index("of")["value"]
    for name, forest in (("a", other), ("b", FOREST)):
        expected = concordance_index(Y[mixed], forest.oob_prediction_[mixed])
        assert c[name] == pytest.approx(expected, abs=1e-12)
    rows = known(X[mixed], Y[mixed]).rows
    explained = shap_values(FOREST, X[mixed], rows)
    np.testing.assert_allclose(explained.score, FOREST.oob_prediction_[mixed], atol=1e-9)


def test_a_forest_inside_a_pipeline_or_a_search_is_found():
    whole = make_pipeline(StandardScaler(), SurvivalForest(40, 6, random_state=0)).fit(X, Y)
    search = GridSearchCV(whole, {"survivalforest__min_samples_leaf": [6]}, cv=2).fit(X, Y)
    for model in (whole, search):
        found = evaluate(model, X[::-1], Y[::-1], n_resamples=0)
        assert found.notes[0].startswith("The forest was grown on these patients")


def test_a_model_without_out_of_bag_predictions_says_whom_it_has_seen():
    cox = CoxElasticNet().fit(X, Y)
    both = outcome(np.r_[Y["event"], NEW_Y["event"]], np.r_[Y["time"], NEW_Y["time"]])
    found = evaluate(cox, np.vstack([X, NEW_X]), both, n_resamples=0)
    assert found.notes[0].startswith("The model was fitted on 120 of these 170 patients")
    assert not any("fitted on" in note for note in evaluate(cox, NEW_X, NEW_Y, n_resamples=0).notes)

    class Sum:
        def predict(self, values):
            return np.nansum(values, axis=1)

    assert evaluate(Sum(), X, Y, n_resamples=0).notes[0] == UNKNOWN_TRAINING
    with pytest.raises(ValueError, match="object has no predict"):
        evaluate(object(), X, Y)
