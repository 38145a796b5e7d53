import numpy as np
import pandas as pd
import pytest
from sksurv.ensemble import RandomSurvivalForest

from modeling.ciri import SurvivalForest
from modeling.ciri.outcome import outcome

from .cohorts import simulated


@pytest.mark.parametrize("gaps", [0.0, 0.1])
@pytest.mark.parametrize("seed", [0, 1])
def test_everything_predicted_equals_scikit_survival(seed, gaps):
    X, y = simulated(seed=seed, gaps=gaps)
    new, _ = simulated(40, seed=seed + 100, gaps=gaps)
    ours = SurvivalForest(50, 8, random_state=seed).fit(X, y)
    theirs = RandomSurvivalForest(50, min_samples_leaf=8, random_state=seed, oob_score=True)
    theirs.fit(X, y)
    times = ours.unique_times_
    np.testing.assert_allclose(ours.predict(new), theirs.predict(new), atol=1e-10)
    np.testing.assert_allclose(
        ours.predict_survival_function(new, times),
        theirs.predict_survival_function(new, return_array=True),
        atol=1e-10,
    )
    np.testing.assert_allclose(
        ours.predict_cumulative_hazard_function(new, times),
        theirs.predict_cumulative_hazard_function(new, return_array=True),
        atol=1e-10,
    )
    np.testing.assert_allclose(ours.oob_prediction_, theirs.oob_prediction_, atol=1e-10)
    assert ours.oob_score_ == pytest.approx(theirs.oob_score_, abs=1e-12)


def test_sample_weights_are_scikit_survivals():
    X, y = simulated(gaps=0)
    weight = np.linspace(0.5, 2, len(X))
    ours = SurvivalForest(30, 8, random_state=3).fit(X, y, weight)
    theirs = RandomSurvivalForest(30, min_samples_leaf=8, random_state=3).fit(X, y, weight)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-10)
    np.testing.assert_allclose(
        ours.predict_survival_function(X, ours.unique_times_),
        theirs.predict_survival_function(X, return_array=True),
        atol=1e-10,
    )


def test_a_forest_is_the_same_bits_on_any_number_of_threads():
    X, y = simulated()
    one, two = (SurvivalForest(40, 8, random_state=5, n_jobs=n).fit(X, y) for n in (1, 2))
    assert np.array_equal(one.trees_.threshold, two.trees_.threshold)
    assert np.array_equal(one.predict(X), two.predict(X))


def test_a_prediction_does_not_depend_on_who_else_is_predicted():
    X, y = simulated()
    forest = SurvivalForest(40, 8, random_state=5).fit(X, y)
    assert forest.predict(X)[7] == forest.predict(X[7:8])[0]


def test_training_rows_can_be_predicted_out_of_bag_again():
    X, y = simulated()
    forest = SurvivalForest(60, 8, random_state=5).fit(X, y)
    rows = np.arange(len(X))
    assert np.array_equal(forest.predict_out_of_bag(X, rows), forest.oob_prediction_)
    assert np.array_equal(forest.predict_out_of_bag(X, np.full(len(X), -1)), forest.predict(X))


def test_columns_of_a_frame_may_come_in_any_order_but_must_be_known():
    X, y = simulated(p=3)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    forest = SurvivalForest(20, 8, random_state=1).fit(frame, y)
    assert np.array_equal(forest.predict(frame[["c", "a", "b"]]), forest.predict(frame))
    with pytest.raises(ValueError, match="does not know: d"):
        forest.predict(frame.assign(d=1.0))
    with pytest.raises(ValueError, match="lacks columns the forest reads: b"):
        forest.predict(frame[["a", "c"]])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda X, y: (X[:5], y), "must agree"),
        (lambda X, y: (X[:, 0], y), "rows by columns"),
        (lambda X, y: (np.where(X > 1, np.inf, X), y), "infinite"),
        (lambda X, y: (X, outcome(y["event"], -y["time"])), "positive"),
        (lambda X, y: (X, outcome(np.zeros(len(y)), y["time"])), "one event"),
        (lambda X, y: (X, y["time"]), "structured array"),
        (lambda X, y: ([["a", "b"]], y), "numbers only"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        SurvivalForest(20, 8).fit(*change(*simulated()))


@pytest.mark.parametrize("times", [[0], [-5], [np.nan], [1e6]])
def test_times_outside_follow_up_are_refused(times):
    X, y = simulated()
    forest = SurvivalForest(20, 8, random_state=1).fit(X, y)
    with pytest.raises(ValueError, match="times"):
        forest.predict_survival_function(X, times)
