"""TreeSHAP against Shapley values from their definition, over every coalition of features."""

import json
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from ciri import SurvivalForest
from ciri.figures import THEMES, render_svg
from ciri.figures.shap import (
    beeswarm_figure,
    shap_importance_figure,
    waterfall_figure,
)
from ciri.forest.explanation import shap_values
from ciri.survival.outcome import outcome
from ciri.survival.plain import plain_rows

from .cohorts import simulated

LEAF = -1


def goes_left(trees, node, value):
    return trees.unknown_left[node] if np.isnan(value) else value <= trees.threshold[node]


def followed(trees, tree, row):
    """The nodes that a row meets in a tree, root to leaf."""
    path = [trees.start[tree]]
    while trees.feature[path[-1]] != LEAF:
        node = path[-1]
        left = goes_left(trees, node, row[trees.feature[node]])
        path.append(node + 1 if left else trees.right[node])
    return path


def covers(trees, tree, X):
    """Training rows that met each node, counted as often as the tree's bootstrap drew them."""
    found = np.zeros(len(trees.feature))
    for row, times in zip(X, trees.in_bag[tree], strict=True):
        found[followed(trees, tree, row)] += times
    return found


def expected(trees, cover, node, row, coalition):
    """Lundberg's EXPVALUE: the coalition's features decide, any other node is averaged."""
    feature = trees.feature[node]
    if feature == LEAF:
        return trees.mortality[node]
    children = (node + 1, trees.right[node])
    if feature in coalition:
        side = 0 if goes_left(trees, node, row[feature]) else 1
        return expected(trees, cover, children[side], row, coalition)
    return sum(
        cover[child] / cover[node] * expected(trees, cover, child, row, coalition)
        for child in children
    )


def shapley_values(trees, tree, X, row):
    """Base and Shapley values of one row in one tree, by their definition."""
    cover, p = covers(trees, tree, X), X.shape[1]
    worth = {
        coalition: expected(trees, cover, trees.start[tree], row, coalition)
        for size in range(p + 1)
        for coalition in combinations(range(p), size)
    }
    found = np.zeros(p)
    for coalition, value in worth.items():
        for feature in set(range(p)) - set(coalition):
            joined = tuple(sorted((*coalition, feature)))
            size = len(coalition)
            weight = factorial(size) * factorial(p - size - 1) / factorial(p)
            found[feature] += weight * (worth[joined] - value)
    return worth[()], found


def grown(p, leaf, trees=5, gaps=0.1, seed=0, n=60):
    X, y = simulated(n=n, p=max(p, 2), seed=seed, gaps=gaps)
    X = X[:, :p]
    return SurvivalForest(trees, leaf, random_state=seed, max_features=None).fit(X, y), X, y


@pytest.mark.parametrize(("p", "leaf"), [(1, 4), (2, 3), (5, 4), (8, 6)])
def test_contributions_are_shapley_values_by_their_definition(p, leaf):
    forest, X, _ = grown(p, leaf)
    asked = np.vstack([X[:4], np.full((1, p), np.nan)])
    explained = shap_values(forest, asked)
    for row in range(len(asked)):
        by_tree = [shapley_values(forest.trees_, tree, X, asked[row]) for tree in range(5)]
        bases, values = zip(*by_tree, strict=True)
        np.testing.assert_allclose(explained.values[row], np.mean(values, axis=0), atol=1e-10)
        np.testing.assert_allclose(explained.base[row], np.mean(bases), atol=1e-10)


def test_the_reference_covers_a_feature_that_splits_again_on_its_own_path():
    forest, X, _ = grown(p=2, leaf=3)
    paths = [followed(forest.trees_, 0, row) for row in X]
    assert any(
        len(path) - 1 > len(set(forest.trees_.feature[path[:-1]].tolist())) for path in paths
    )


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_base_and_contributions_sum_to_the_score(gaps):
    forest, X, _ = grown(p=12, leaf=2, trees=40, gaps=gaps, n=150)
    new, _ = simulated(30, 12, seed=9, gaps=gaps)
    for asked in (X, new):
        np.testing.assert_allclose(shap_values(forest, asked).score, forest.predict(asked), 1e-12)


def test_a_training_patient_is_explained_by_the_trees_that_left_it_out():
    forest, X, _ = grown(p=5, leaf=5, trees=30)
    rows = np.arange(len(X))
    explained = shap_values(forest, X, training_rows=rows)
    np.testing.assert_allclose(explained.score, forest.oob_prediction_, 1e-12)
    assert len(np.unique(explained.base)) > 1
    outside = np.flatnonzero(forest.trees_.in_bag[:, 7] == 0)
    by_tree = [shapley_values(forest.trees_, tree, X, X[7])[1] for tree in outside]
    np.testing.assert_allclose(explained.values[7], np.mean(by_tree, axis=0), atol=1e-10)


def test_a_patient_in_every_bootstrap_sample_has_no_honest_explanation():
    forest, X, _ = grown(p=3, leaf=5, trees=1)
    explained = shap_values(forest, X, training_rows=np.arange(len(X)))
    held = forest.trees_.in_bag[0] > 0
    assert np.isnan(explained.values[held]).all()
    assert np.isfinite(explained.values[~held]).all()
    assert explained.waterfall(int(np.flatnonzero(held)[0])) == {
        "base": None, "score": None, "steps": [], "others": 0, "rest": 0.0,
    }  # fmt: skip


def test_a_column_that_never_splits_contributes_nothing():
    X, y = simulated(p=4)
    X[:, 3] = 1.0
    forest = SurvivalForest(20, 8, random_state=0).fit(X, y)
    assert (shap_values(forest, X).values[:, 3] == 0).all()


def test_trees_without_a_split_leave_everybody_at_the_base():
    X, y = simulated(n=20, p=3)
    forest = SurvivalForest(10, 15, random_state=0).fit(X, y)
    explained = shap_values(forest, X)
    assert (explained.values == 0).all()
    np.testing.assert_allclose(explained.base, forest.predict(X), 1e-12)


def test_contributions_are_the_same_bits_on_any_number_of_threads_and_in_any_company():
    forest, X, _ = grown(p=6, leaf=4, trees=30, n=150)
    one, two = (shap_values(forest, X, n_jobs=n) for n in (1, 2))
    assert np.array_equal(one.values, two.values)
    assert np.array_equal(one.values[70:71], shap_values(forest, X[70:71]).values)


def test_deep_paths_stay_exact():
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 30))
    time = np.exp(X.sum(axis=1) + random.normal(size=400))
    y = outcome(np.ones(400), time)
    forest = SurvivalForest(20, 1, max_features=2, random_state=0).fit(X, y)
    np.testing.assert_allclose(shap_values(forest, X).score, forest.predict(X), 1e-12)


def test_an_explanation_keeps_the_values_as_given_and_lists_the_strongest():
    X, y = simulated(p=4, gaps=0)
    frame = pd.DataFrame(X, columns=list("abcd"), index=[f"S{i}" for i in range(len(X))])
    forest = SurvivalForest(30, 8, random_state=0).fit(frame, y)
    explained = shap_values(forest, frame[list("dcba")])
    assert list(explained.features.columns) == list("abcd")
    long = explained.to_frame()
    assert long.columns.tolist() == ["row", "feature", "value", "contribution"]
    assert long.loc[5].tolist()[:3] == ["S1", "b", X[1, 1]]
    top = explained.top(3, k=2)
    assert len(top) == 2
    assert top["contribution"].abs().is_monotonic_decreasing
    assert explained.importance()["feature"][0] in ("a", "b")


def test_a_waterfall_leads_from_base_to_score():
    forest, X, _ = grown(p=8, leaf=4, trees=30)
    table = shap_values(forest, X).waterfall(0, k=3)
    json.dumps(table, allow_nan=False)
    total = table["base"] + sum(step["contribution"] for step in table["steps"]) + table["rest"]
    assert total == pytest.approx(table["score"])
    assert (len(table["steps"]), table["others"]) == (3, 5)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda forest, X: shap_values(forest, X[:, :2]), "2 (columns|features)"),
        (lambda forest, X: shap_values(forest, X, training_rows=[0]), "one for each row"),
        (lambda forest, X: shap_values(forest, X, [0.5] * len(X)), "whole numbers"),
        (lambda forest, X: shap_values(forest, X, [len(X)] * len(X)), "must lie between"),
        (lambda forest, X: shap_values(forest, X).top(0, k=0), "at least 1"),
        (lambda forest, X: shap_values(forest, X).top(500), "no row 500"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_sentence(call, sentence):
    forest, X, _ = grown(p=3, leaf=8)
    with pytest.raises(ValueError, match=sentence):
        call(forest, X)


@pytest.fixture(scope="module")
def explained():
    forest, X, _ = grown(p=8, leaf=4, trees=30)
    return shap_values(forest, X)


def shown(figure):
    """A figure as words, after it was drawn without a fault."""
    assert render_svg(figure).startswith("<svg")
    return json.dumps(figure, allow_nan=False)


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_the_pictures_are_drawn_in_every_theme(explained, theme):
    rows = plain_rows(explained.to_frame())
    assert "5 other features" in shown(waterfall_figure(explained.waterfall(0, k=3), theme))
    assert "unknown" in shown(beeswarm_figure(rows, theme))
    importance = shown(shap_importance_figure(plain_rows(explained.importance()), theme))
    assert explained.importance()["feature"][0] in importance


def test_a_waterfall_tells_each_value_and_never_cuts_it(explained):
    table = explained.waterfall(0, k=3)
    table["steps"][0] |= {"feature": "neutrophil to lymphocyte ratio", "text": "4.1 pg/mL"}
    table["steps"][1] |= {"feature": "neutrophil to lymphocyte count", "value": None}
    words = json.loads(shown(waterfall_figure(table)))
    drawn = json.dumps(words, ensure_ascii=False)
    assert "… = 4.1 pg/mL" in drawn
    assert "… unknown" in drawn


def test_pictures_of_nothing_are_sentences(explained):
    forest, X, _ = grown(p=3, leaf=50)
    flat = shap_values(forest, X)
    nobody = {"base": None, "score": None, "steps": [], "others": 0, "rest": 0.0}
    rows = plain_rows(explained.to_frame())
    assert "every patient the same" in shown(waterfall_figure(flat.waterfall(0)))
    assert "did not know it" in shown(waterfall_figure(nobody))
    assert "did not know it" in shown(waterfall_figure(None))
    assert "every patient the same" in shown(beeswarm_figure(plain_rows(flat.to_frame())))
    assert "at least two patients" in shown(beeswarm_figure(rows[:8]))
    assert "at least two patients" in shown(beeswarm_figure([]))
    assert "nothing to rank" in shown(shap_importance_figure(plain_rows(flat.importance())))


def test_two_patients_and_a_feature_nobody_knows_can_be_drawn():
    rows = [
        {"row": patient, "feature": feature, "value": value, "contribution": contribution}
        for patient, contribution in (("S1", 2.0), ("S2", 2.0))
        for feature, value in (("IL-6", None), ("stage", 4.0))
    ]
    assert "IL-6" in shown(beeswarm_figure(rows))


def test_a_large_cohort_is_thinned_to_points_that_can_be_drawn():
    rows = [
        {"row": k, "feature": "IL-6", "value": float(k), "contribution": k / 100}
        for k in range(1000)
    ]
    figure = beeswarm_figure(rows)
    assert max(len(points) for points in figure["datasets"].values()) == 300
