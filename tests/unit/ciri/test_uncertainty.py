import numpy as np
import pytest

from ciri import SurvivalForest
from ciri.forest.uncertainty import survival_interval

from .cohorts import simulated

TIMES = np.array([300.0, 150.0])


def width_on_logs(low, high):
    return np.log(-np.log(low)) - np.log(-np.log(high))


def test_an_interval_holds_its_probability_and_keeps_to_0_and_1():
    X, y = simulated(150, gaps=0.1)
    new, _ = simulated(60, seed=5, gaps=0.1)
    forest = SurvivalForest(300, 10, random_state=1).fit(X, y)
    low, high = survival_interval(forest.trees_, new.astype(np.float32), TIMES)
    found = forest.predict_survival_function(new, TIMES)
    assert ((low < found) & (found < high)).all()
    assert ((low > 0) & (high < 1)).all()


@pytest.mark.parametrize("bootstrap", [True, False])
def test_its_width_is_how_far_forests_on_other_patients_scatter(bootstrap):
    # 40 forests on 40 other cohorts of the same kind: what the interval wants to tell.
    new, _ = simulated(80, seed=77, gaps=0)
    found, stated = [], []
    for seed in range(40):
        X, y = simulated(150, seed=seed, gaps=0)
        forest = SurvivalForest(400, 15, random_state=seed, bootstrap=bootstrap).fit(X, y)
        found.append(forest.predict_survival_function(new, TIMES[:1])[:, 0])
        if seed < 4:
            low, high = survival_interval(forest.trees_, new.astype(np.float32), TIMES[:1])
            stated.append((low[:, 0], high[:, 0]))
    found = np.array(found)
    scatter = np.log(-np.log(found)).std(axis=0).mean()
    width = np.mean([width_on_logs(low, high) for low, high in stated]) / (2 * 1.96)
    assert width == pytest.approx(scatter, rel=0.25)
    held = [(low <= found.mean(axis=0)) & (found.mean(axis=0) <= high) for low, high in stated]
    assert np.mean(held) > 0.8


def test_a_training_patients_interval_comes_from_the_trees_that_left_the_patient_out():
    X, y = simulated(80, gaps=0)
    forest = SurvivalForest(200, 10, random_state=1).fit(X, y)
    rows = np.arange(len(X))
    values = X.astype(np.float32)
    low, high = survival_interval(forest.trees_, values, TIMES, rows)
    found = forest.predict_survival_function(X, TIMES, rows)
    assert ((low <= found) & (found <= high)).all()
    assert not np.array_equal(low, survival_interval(forest.trees_, values, TIMES)[0])


def test_one_patients_interval_does_not_depend_on_who_else_is_there():
    X, y = simulated(80, gaps=0)
    forest = SurvivalForest(100, 10, random_state=1).fit(X, y)
    values = X.astype(np.float32)
    all_of_them = survival_interval(forest.trees_, values, TIMES)
    alone = survival_interval(forest.trees_, values[7:8], TIMES)
    np.testing.assert_allclose(alone[0][0], all_of_them[0][7], atol=2e-6)


def test_where_survival_is_certain_there_is_no_interval():
    X, y = simulated(80, gaps=0)
    y["event"][y["time"] < 200] = False
    forest = SurvivalForest(50, 10, random_state=1).fit(X, y)
    low, high = survival_interval(forest.trees_, X.astype(np.float32), np.array([100.0]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()
