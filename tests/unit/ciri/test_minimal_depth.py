import numpy as np
import pytest

from ciri import SurvivalForest
from ciri.forest.trees import LEAF
from ciri.signature.minimal_depth import minimal_depth

from .cohorts import simulated


def depths(trees, node, depth=0):
    """(feature, depth) of every node under `node`, walked by recursion."""
    found = [(int(trees.feature[node]), depth)]
    if trees.feature[node] != LEAF:
        found += depths(trees, node + 1, depth + 1)
        found += depths(trees, int(trees.right[node]), depth + 1)
    return found


def null_depth(nodes, p):
    """Ishwaran's expectation for one tree, term by term (Theorem 1 of the paper)."""
    height = max(depth for _, depth in nodes)
    splits = [sum(f != LEAF and d == level for f, d in nodes) for level in range(height)]
    stay, chance, total = 1 - 1 / p, [], 0.0
    for level in range(height):
        chance.append(stay ** sum(splits[:level]) * (1 - stay ** splits[level]))
        total += level * chance[-1]
    return total + height * (1 - sum(chance))


def test_depths_are_those_of_the_definition():
    X, y = simulated(p=6)
    forest = SurvivalForest(25, 8, random_state=2).fit(X, y)
    found = minimal_depth(forest).set_index("feature")
    grown = [nodes for nodes in (depths(forest.trees_, root) for root in forest.trees_.start[:-1])
             if len(nodes) > 1]  # fmt: skip
    for feature in range(6):
        first = [min((d for f, d in nodes if f == feature), default=None) for nodes in grown]
        height = [max(d for _, d in nodes) for nodes in grown]
        mean = np.mean([h if d is None else d for d, h in zip(first, height, strict=True)])
        row = found.loc[f"x{feature}"]
        assert row["mean_depth"] == pytest.approx(mean)
        assert row["share_of_trees"] == pytest.approx(np.mean([d is not None for d in first]))
        assert row["share_at_root"] == pytest.approx(np.mean([d == 0 for d in first]))
    expected = np.mean([null_depth(nodes, 6) for nodes in grown])
    assert found["threshold"].to_numpy() == pytest.approx(np.full(6, expected))
    assert (found["shallow"] == (found["mean_depth"] <= expected)).all()


def test_features_that_drive_the_outcome_split_first():
    X, y = simulated(n=200, p=10)
    found = minimal_depth(SurvivalForest(100, 10, random_state=0).fit(X, y))
    assert set(found["feature"][:2]) == {"x0", "x1"}
    assert found["mean_depth"].is_monotonic_increasing
    assert set(found.loc[found["shallow"], "feature"]) >= {"x0", "x1"}


def test_a_feature_that_never_splits_counts_as_the_depth_of_each_tree():
    X, y = simulated(p=3)
    X[:, 2] = 4.0
    forest = SurvivalForest(20, 8, random_state=0).fit(X, y)
    height = [max(d for _, d in depths(forest.trees_, root)) for root in forest.trees_.start[:-1]]
    row = minimal_depth(forest).set_index("feature").loc["x2"]
    assert row["mean_depth"] == pytest.approx(np.mean([h for h in height if h]))
    assert row["share_of_trees"] == 0


def test_trees_without_a_split_tell_nothing():
    X, y = simulated(n=20, p=3)
    found = minimal_depth(SurvivalForest(10, 15, random_state=0).fit(X, y))
    assert found["mean_depth"].isna().all()
    assert found["threshold"].isna().all()
    assert not found["shallow"].any()
    assert found["feature"].tolist() == ["x0", "x1", "x2"]


def test_one_feature_alone_is_at_the_root():
    X, y = simulated(p=2)
    found = minimal_depth(SurvivalForest(10, 15, random_state=0).fit(X[:, :1], y))
    assert found.loc[0, ["mean_depth", "share_at_root", "threshold"]].tolist() == [0, 1, 0]
