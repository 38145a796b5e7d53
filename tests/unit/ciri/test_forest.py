import numpy as np
import pandas as pd
import pytest
from sksurv.ensemble import RandomSurvivalForest
from sksurv.tree import SurvivalTree

from ciri import SurvivalForest, evaluate
from ciri.survival.outcome import outcome

from .cohorts import simulated


@pytest.mark.parametrize("gaps", [0.0, 0.1])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_tree_predicts_what_scikit_survivals_predicts(seed, gaps):
    X, y = simulated(seed=seed, gaps=gaps)
    new, _ = simulated(40, seed=seed + 100, gaps=gaps)
    forest = SurvivalForest(30, 8, max_features=None, random_state=seed).fit(X, y)
    times, new = forest.unique_times_, new.astype(np.float32)
    compared = 0
    for number, counts in enumerate(forest.trees_.in_bag):
        tree = SurvivalTree(min_samples_leaf=8, random_state=0).fit(X, y, counts.astype(float))
        leaf = forest.trees_.leaves(new, number)
        if not np.array_equal(tree.apply(new), leaf - forest.trees_.start[number]):
            continue  # two splits were exactly as good: see test_trees_against_scikit_survival
        compared += 1
        leaf = leaf - forest.trees_.start[number]
        np.testing.assert_allclose(forest.trees_.tree_values(new, forest.trees_.mortality)[number],
                                   tree.predict(new), atol=1e-10)  # fmt: skip
        for kind, theirs in (
            ("hazard", tree.predict_cumulative_hazard_function(new, return_array=True)),
            ("survival", tree.predict_survival_function(new, return_array=True)),
        ):
            ours = forest.trees_.curves(number, number + 1, times, kind)[leaf]
            np.testing.assert_allclose(ours, theirs, atol=1e-10)
    assert compared >= 20


def test_an_ensemble_curve_is_the_mean_of_its_trees():
    X, y = simulated(gaps=0.1)
    forest = SurvivalForest(30, 8, random_state=3).fit(X, y)
    trees, times = forest.trees_, forest.unique_times_
    values = X.astype(np.float32)
    for kind, found in (
        ("hazard", forest.predict_cumulative_hazard_function(X, times)),
        ("survival", forest.predict_survival_function(X, times)),
    ):
        each = [trees.curves(t, t + 1, times, kind)[trees.leaves(values, t) - trees.start[t]]
                for t in range(30)]  # fmt: skip
        np.testing.assert_allclose(found, np.mean(each, axis=0), atol=1e-12)


def test_forests_are_as_good_as_scikit_survivals():
    # Not the same random numbers, so not the same forests: the same figures but for their noise.
    X, y = simulated(400, 10, seed=4, gaps=0.02)
    new, outcomes = simulated(2000, 10, seed=104)
    ours = SurvivalForest(300, 8, random_state=1).fit(X, y)
    theirs = RandomSurvivalForest(
        300, min_samples_leaf=8, random_state=1, oob_score=True, low_memory=True
    ).fit(X, y)
    assert ours.oob_score_ == pytest.approx(theirs.oob_score_, abs=0.01)
    assert ours.score(new, outcomes) == pytest.approx(theirs.score(new, outcomes), abs=0.01)
    np.testing.assert_allclose(ours.predict(new).mean(), theirs.predict(new).mean(), rtol=0.01)


def test_out_of_bag_prediction_is_the_mean_of_the_trees_without_the_row():
    X, y = simulated(gaps=0)
    forest = SurvivalForest(30, 8, random_state=3).fit(X, y)
    each = np.array([forest.trees_.mortality[leaf] for leaf in forest.trees_.training_leaf])
    outside = forest.trees_.in_bag == 0
    np.testing.assert_allclose(
        forest.oob_prediction_, (each * outside).sum(axis=0) / outside.sum(axis=0), atol=1e-12
    )


def test_rows_are_drawn_as_often_as_their_weight_says():
    X, y = simulated(gaps=0)
    weight = np.r_[np.zeros(10), np.linspace(0.5, 2, len(X) - 10)]
    forest = SurvivalForest(500, 8, random_state=3).fit(X, y, weight)
    drawn = forest.trees_.in_bag.sum(axis=0)
    assert not drawn[:10].any()
    expected = weight / weight.sum() * drawn.sum()
    assert np.abs(drawn - expected).max() < 5 * np.sqrt(expected.max())


def test_a_subsample_holds_63_percent_of_the_rows_once():
    X, y = simulated()
    forest = SurvivalForest(20, 8, random_state=3, bootstrap=False).fit(X, y)
    assert set(np.unique(forest.trees_.in_bag)) == {0, 1}
    assert (forest.trees_.in_bag.sum(axis=1) == round(0.632 * len(X))).all()


def test_trees_depend_on_the_seed_and_their_number_alone():
    X, y = simulated()
    few, many = (SurvivalForest(n, 8, random_state=9).fit(X, y).trees_ for n in (7, 40))
    assert np.array_equal(few.in_bag, many.in_bag[:7])
    assert np.array_equal(few.threshold, many.threshold[: len(few.threshold)])


def test_restricted_mean_is_the_area_under_the_survival_curve():
    X, y = simulated()
    forest = SurvivalForest(25, 8, random_state=2).fit(X, y)
    grid = np.arange(1, 301, 1.0)  # times are whole numbers: steps of one are exact
    curves = forest.predict_survival_function(X[:9], grid)
    area = 1.0 + curves[:, :-1].sum(axis=1)
    np.testing.assert_allclose(forest.predict_restricted_mean(X[:9], [300])[:, 0], area, rtol=1e-9)


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
    with pytest.raises(ValueError, match="lacks columns the model reads: b"):
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


@pytest.mark.parametrize("times", [[0], [-5], [np.nan], [1e6], []])
def test_times_outside_follow_up_are_refused(times):
    X, y = simulated()
    forest = SurvivalForest(20, 8, random_state=1).fit(X, y)
    with pytest.raises(ValueError, match="times"):
        forest.predict_survival_function(X, times)


def test_a_seed_beyond_what_fits_is_refused():
    with pytest.raises(ValueError, match="random_state is 9223372036854775808"):
        SurvivalForest(5, random_state=2**63).fit(*simulated())


def test_dates_are_not_taken_for_numbers():
    X, y = simulated(p=2)
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(seen=pd.date_range("2020", periods=len(X)))
    with pytest.raises(ValueError, match="but seen does not"):
        SurvivalForest(5).fit(frame, y)


def test_a_forest_that_was_not_grown_is_told():
    X, y = simulated()
    with pytest.raises(ValueError, match="not fitted yet"):
        evaluate(SurvivalForest(), X, y)
