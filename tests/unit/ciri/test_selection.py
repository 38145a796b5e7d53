import numpy as np
import pandas as pd
import pytest

from ciri import select_signature
from ciri.forest.forest import count_tried_features
from ciri.forest.growing import grow
from ciri.signature.importance import permutation_losses
from ciri.signature.selection import SUBSAMPLE, importance_table, subsample_importance

from .cohorts import simulated

FEW = {"n_resamples": 20, "n_estimators": 60, "min_samples_leaf": 10}


def test_the_columns_that_drive_the_outcome_are_selected_in_every_subsample():
    X, y = simulated(250, 10)
    signature = select_signature(X, y, 2, random_state=1, **FEW)
    assert set(signature.features) == {"x0", "x1"}
    assert list(signature.ranking["selected"]) == [True] * 2 + [False] * 8
    assert (signature.frequencies[["x0", "x1"]] == 1).all()
    assert signature.frequencies.drop(["x0", "x1"]).max() < 0.5


def test_a_minimum_frequency_may_keep_more_or_fewer_than_k():
    X, y = simulated(250, 10)
    strict = select_signature(X, y, 5, random_state=1, min_frequency=0.95, **FEW)
    loose = select_signature(X, y, 5, random_state=1, min_frequency=0.1, **FEW)
    assert set(strict.features) >= {"x0", "x1"}
    assert len(strict.features) < len(loose.features)
    assert (loose.frequencies[loose.features] >= 0.1).all()


def test_the_ranking_is_the_same_on_any_number_of_threads_and_in_any_process():
    X, y = simulated(150, 6)
    one, two = (select_signature(X, y, 2, random_state=3, n_jobs=n, **FEW) for n in (1, 2))
    pd.testing.assert_frame_equal(one.ranking, two.ranking)
    pd.testing.assert_frame_equal(one.tradeoff, two.tradeoff)


def test_each_subsample_is_a_forest_on_63_percent_of_events_and_of_the_censored():
    X, y = simulated(120, 5)
    losses, size = subsample_importance(X, y, 3, n_estimators=40, min_samples_leaf=8, seed=7)
    random = np.random.default_rng([7, 2])
    rows = np.sort(
        np.concatenate(
            [
                random.choice(part, round(SUBSAMPLE * len(part)), replace=False)
                for part in (np.flatnonzero(y["event"]), np.flatnonzero(~y["event"]))
            ]
        )
    )
    assert size == len(rows)
    values = np.ascontiguousarray(X[rows].astype(np.float32))
    trees = grow(
        values,
        y["event"][rows],
        y["time"][rows],
        n_estimators=40,
        min_samples_leaf=8,
        features_tried=count_tried_features("sqrt", 5),
        seed=int(random.integers(2**31)),
    )
    by_hand = permutation_losses(trees, values, 1, int(random.integers(2**31)))[0]
    np.testing.assert_array_equal(losses[2], by_hand)


def test_the_standard_error_of_importance_is_the_delete_d_jackknifes():
    # Of a mean of n values on subsamples of b the delete-d jackknife gives s / sqrt(n).
    random = np.random.default_rng(0)
    values = random.normal(size=200)
    b = 126
    means = [random.choice(values, b, replace=False).mean() for _ in range(20_000)]
    table = importance_table(["mean"], np.array(means)[:, None], (200 - b) / b)
    assert table["se"][0] == pytest.approx(values.std(ddof=1) / np.sqrt(200), rel=0.03)


def test_correlated_candidates_are_reported_as_a_group():
    X, y = simulated(200, 4, gaps=0)
    twin = np.column_stack([X, X[:, 0] + 0.1 * np.random.default_rng(1).normal(size=len(X))])
    frame = pd.DataFrame(twin, columns=["a", "b", "c", "d", "twin of a"])
    ranking = select_signature(frame, y, 2, random_state=1, **FEW).ranking.set_index("feature")
    assert ranking["group"]["a"] == ranking["group"]["twin of a"] == 1
    assert ranking["group"][["b", "c", "d"]].isna().all()


def test_the_trade_off_shows_the_chosen_size_and_rises_to_it():
    X, y = simulated(300, 12)
    signature = select_signature(X, y, 2, random_state=1, **FEW)
    curve = signature.tradeoff.set_index("k")
    assert {1, 2, 12} <= set(curve.index)
    assert curve["c"][2] > curve["c"][1]
    assert ((curve["low"] <= curve["c"]) & (curve["c"] <= curve["high"])).all()


def test_a_constant_column_is_never_important():
    X, y = simulated(120, 4)
    X[:, 3] = 5.0
    signature = select_signature(X, y, 1, random_state=1, **FEW)
    last = signature.ranking.set_index("feature").loc["x3"]
    assert (last["mean"], last["frequency"]) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"k": 9}, "9 features cannot be kept of 8"),
        ({"k": 0}, "0 features"),
        ({"k": 2, "n_resamples": 1}, "at least 2"),
    ],
)
def test_what_cannot_be_selected_is_told(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        select_signature(*simulated(), **arguments)
