"""Thousands of small random cohorts: every tree of the kernel against scikit-survival's SurvivalTree.

Same rows, same weights, all features at every node. Where the two split a node differently, two splits
were exactly as good (scikit-survival breaks the tie by its own random order of features): then the
log-rank statistic of both, computed here from its definition, must be equal.
"""

import numpy as np
import pytest
from sksurv.tree import SurvivalTree

from ciri.forest.growing import empty_nodes, lay_out, rules_for
from ciri.kernel.growing import grow_given
from ciri.survival.outcome import outcome

COHORTS = 2500


def random_cohort(random):
    """X with ties, constant columns and gaps; tied times; light to heavy censoring; counts."""
    n, p = int(random.integers(8, 120)), int(random.integers(1, 7))
    X = random.normal(size=(n, p))
    if random.random() < 0.5:
        X = np.round(X, int(random.integers(0, 2)))
    if random.random() < 0.3:
        X[:, random.integers(p)] = 1.0
    if random.random() < 0.5:
        X[random.random((n, p)) < random.choice([0.05, 0.3, 0.8])] = np.nan
    time = random.exponential(1, n)
    if random.random() < 0.6:
        time = np.ceil(time * random.integers(2, 12))
    event = random.random(n) < random.choice([0.05, 0.5, 0.95])
    event[0] |= not event.any()
    counts = np.bincount(random.integers(0, n, n), minlength=n)
    return X.astype(np.float32), event, time + 0.01, counts, int(random.integers(1, 12))


def log_rank(event, time, weight, left):
    """The absolute standardized log-rank statistic of a split, term by term."""
    difference, variance = 0.0, 0.0
    for moment in np.unique(time[event]):
        at_risk, died = time >= moment, event & (time == moment)
        n, d = weight[at_risk].sum(), weight[died].sum()
        share = weight[at_risk & left].sum() / n
        difference += weight[died & left].sum() - d * share
        if n > 1:
            variance += share * (1 - share) * (n - d) / (n - 1) * d
    return abs(difference) / np.sqrt(variance)


class Comparison:
    """Walks down two trees side by side and counts nodes that are the same, and exact ties."""

    def __init__(self, X, event, time, counts, leaf):
        self.X, self.event, self.time, self.counts = X, event, time, counts
        tree = SurvivalTree(min_samples_leaf=leaf, low_memory=True, random_state=0)
        self.theirs = tree.fit(X, outcome(event, time), counts.astype(float)).tree_
        self.ours = empty_nodes(2 * len(X))
        rules = rules_for(len(X), min_samples_leaf=leaf, features_tried=X.shape[1])
        grow_given(lay_out(X, event, time), rules, 1, counts.astype(np.uint16), self.ours)
        self.same = self.ties = 0
        self.compare(0, 0, np.flatnonzero(counts))

    def compare(self, theirs, ours, rows):
        mortality = self.theirs.value[theirs].ravel()[0]
        assert self.ours.mortality[ours] == pytest.approx(mortality, rel=1e-9, abs=1e-9)
        feature, other = self.theirs.feature[theirs], self.ours.feature[ours]
        is_leaf = self.theirs.children_left[theirs] < 0
        assert is_leaf == (other < 0)
        if is_leaf:
            self.same += 1
            return
        cut, unknown = self.theirs.threshold[theirs], bool(self.theirs.missing_go_to_left[theirs])
        left = self.left(rows, feature, cut, unknown)
        our_left = self.left(rows, other, self.ours.threshold[ours], self.ours.unknown_left[ours])
        if feature == other and np.array_equal(left, our_left):
            assert unknown == self.ours.unknown_left[ours]
            assert self.ours.threshold[ours] == pytest.approx(cut, rel=1e-6, abs=1e-6)
            self.same += 1
            self.compare(self.theirs.children_left[theirs], ours + 1, rows[left])
            self.compare(self.theirs.children_right[theirs], self.ours.right[ours], rows[~left])
            return
        self.ties += 1
        node = self.event[rows], self.time[rows], self.counts[rows].astype(float)
        assert log_rank(*node, our_left) == pytest.approx(log_rank(*node, left), rel=1e-9)

    def left(self, rows, feature, threshold, unknown_left):
        values = self.X[rows, feature]
        return np.where(np.isnan(values), unknown_left, values <= threshold)


def test_trees_are_scikit_survivals_but_for_exact_ties():
    random = np.random.default_rng(20231)
    compared = [Comparison(*random_cohort(random)) for _ in range(COHORTS)]
    same, ties = sum(c.same for c in compared), sum(c.ties for c in compared)
    assert same > 15_000
    assert ties < 0.02 * same
