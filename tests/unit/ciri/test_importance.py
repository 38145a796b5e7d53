import numpy as np
import pytest
from sksurv.metrics import concordance_index_censored

from ciri import SurvivalForest, oob_permutation_importance, select_signature
from ciri.kernel.importance import shuffle_rows

from .cohorts import simulated


def by_definition(forest, X, y, repeats, seed):
    """Every out-of-bag row of every tree predicted anew for every feature and repeat."""
    trees, (n, p) = forest.trees_, X.shape
    X = X.astype(np.float32)
    seen, base, permuted = np.zeros(n), np.zeros(n), np.zeros((repeats, p, n))
    for tree in range(trees.count):
        outside, *orders = shuffle_rows(seed, tree, trees.in_bag[tree], repeats)
        seen[outside] += 1
        base[outside] += trees.mortality[trees.leaves(X[outside], tree)]
        for repeat in range(repeats):
            for feature in range(p):
                rows = X[outside].copy()
                rows[:, feature] = X[orders[repeat], feature]
                leaf = trees.leaves(rows, tree)
                permuted[repeat, feature, outside] += trees.mortality[leaf]
    known = seen > 0

    def concordance(score):
        fields = y["event"][known], y["time"][known], score[known] / seen[known]
        return concordance_index_censored(*fields)[0]

    loss = [[concordance(base) - concordance(column) for column in one] for one in permuted]
    return np.mean(loss, axis=0)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_importance_equals_its_definition(seed):
    X, y = simulated(60, 5, seed)
    forest = SurvivalForest(25, 6, random_state=seed).fit(X, y)
    found = oob_permutation_importance(forest, X, y, 3, seed)
    np.testing.assert_allclose(found["mean"], by_definition(forest, X, y, 3, seed), atol=1e-12)


def test_other_rows_than_the_training_rows_are_refused():
    X, y = simulated()
    forest = SurvivalForest(25, 6, random_state=1).fit(X, y)
    with pytest.raises(ValueError, match="trained on"):
        oob_permutation_importance(forest, X, y[::-1])
    with pytest.raises(ValueError, match="trained on"):
        oob_permutation_importance(forest, X[::-1], y)


def test_the_columns_that_drive_the_outcome_are_selected():
    X, y = simulated(200, 10)
    signature = select_signature(X, y, 2, n_estimators=200, n_repeats=3, random_state=1)
    assert set(signature.features) == {"x0", "x1"}
    assert signature.ranking["selected"].sum() == 2


def test_more_features_than_there_are_cannot_be_kept():
    X, y = simulated()
    with pytest.raises(ValueError, match="9 features cannot be kept of 8"):
        select_signature(X, y, 9)
