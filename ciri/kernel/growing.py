"""Growing survival trees by log-rank splitting, with the arithmetic of scikit-survival's trees.

Bootstrap counts are weights; min_leaf counts distinct rows; every node knows the mortality of its rows.
Rows stay in the order of time in every node, so that its event times are read off in one pass.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from ciri.kernel.random import SAMPLING, below, stream
from ciri.kernel.sampling import draw_rows
from ciri.kernel.splitting import Node, Scratch, best_cut
from ciri.kernel.walking import goes_left


class Cohort(NamedTuple):
    """What all trees share of n training rows and p features.

    columns: (p, n) float32 values, NaN unknown. codes: (p, n) their dense ranks, levels: (p,) how many.
    passed: (n,) how many of the cohort's distinct event times each row lives to. event: (n,).
    by_time: (n,) rows by rising time. times: number of distinct event times.
    """

    columns: Any
    codes: Any
    levels: Any
    passed: Any
    event: Any
    by_time: Any
    times: int


class Rules(NamedTuple):
    """How trees grow. chance: cumulative probabilities of the rows, or empty. subsample: its size, or

    0 for a bootstrap sample."""

    features_tried: int
    min_leaf: int
    min_split: int
    subsample: int
    chance: Any


class Nodes(NamedTuple):
    """The nodes of one tree, each parent before its children, a left child right after its parent."""

    feature: Any
    threshold: Any
    right: Any
    unknown_left: Any
    mortality: Any


@njit(nogil=True, cache=True)
def event_times_of_node(cohort, node, m, deaths, later):
    """Fill the node's running sums from its rows: (event times, mortality, whether it may split)."""
    times, k = 0, 0
    while k < m:
        passed, died = cohort.passed[node.row[k]], 0.0
        first = k
        while k < m and cohort.passed[node.row[k]] == passed:
            if cohort.event[node.row[k]]:
                died += node.weight[k]
            k += 1
        if died > 0:
            deaths[times] = died
            # Mortality counts a hazard at its own and at every later event time of the cohort.
            later[times] = cohort.times - passed + 1
            times += 1
        for position in range(first, k):
            node.at_risk_at[position] = times
    node.hazard[0] = node.variance[0] = node.variance_at_risk[0] = 0.0
    mortality, present, left_out = 0.0, 0.0, 0
    for k in range(m):
        present += node.weight[k]
    for time in range(times):
        while left_out < m and node.at_risk_at[left_out] <= time:
            present -= node.weight[left_out]
            left_out += 1
        died = deaths[time]
        hazard = died / present
        mortality += hazard * later[time]
        step = 0.0
        if present > 1.0:
            step = died * (present - died) / ((present - 1.0) * present * present)
        node.hazard[time + 1] = node.hazard[time] + hazard
        node.variance[time + 1] = node.variance[time] + step
        node.variance_at_risk[time + 1] = node.variance_at_risk[time] + step * present
    return times, mortality, times > 0 and node.variance_at_risk[times] > 0.0


@njit(nogil=True, cache=True)
def choose_split(cohort, rules, state, node, m, times, features, scratch):
    """The best cut among features drawn without replacement: (feature or -1, threshold, unknown_left).

    As in scikit-learn, features that do not vary here count as drawn, but drawing goes on until one
    that varies was met.
    """
    best, chosen, threshold, unknown_left = -1.0, -1, np.float32(0), False
    remaining, drawn, varied = len(features), 0, False
    for k in range(remaining):
        features[k] = k
    while remaining > 0 and (drawn < rules.features_tried or not varied):
        place = below(state, remaining)
        feature = features[place]
        remaining -= 1
        features[place] = features[remaining]
        drawn += 1
        constant, statistic, cut, unknown = best_cut(
            cohort.columns[feature],
            cohort.codes[feature],
            cohort.levels[feature],
            cohort.event,
            node,
            m,
            times,
            rules.min_leaf,
            best,
            scratch,
        )
        if constant:
            continue
        varied = True
        if statistic > best:
            best, chosen, threshold, unknown_left = statistic, feature, cut, unknown
    return chosen, threshold, unknown_left


@njit(nogil=True, cache=True)
def part_rows(rows, first, last, column, threshold, unknown_left, spare):
    """Put the rows that go left first, both sides keeping their order: where the right side begins."""
    middle, aside = first, 0
    for k in range(first, last):
        row = rows[k]
        if goes_left(column[row], threshold, unknown_left):
            rows[middle] = row
            middle += 1
        else:
            spare[aside] = row
            aside += 1
    for k in range(aside):
        rows[middle + k] = spare[k]
    return middle


@njit(nogil=True, cache=True)
def grow_tree(cohort, rules, state, counts, nodes, work):
    """Grow one tree on the rows with counts > 0; `nodes` is filled, its number of nodes returned."""
    node, scratch, rows, spare, features, deaths, later, stack = work
    inside = 0
    for row in cohort.by_time:
        if counts[row] > 0:
            rows[inside] = row
            inside += 1
    made, waiting = 0, 1
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, inside, -1
    while waiting > 0:
        waiting -= 1
        first, last, parent = stack[waiting, 0], stack[waiting, 1], stack[waiting, 2]
        here, m = made, last - first
        made += 1
        if parent >= 0:
            nodes.right[parent] = here
        for k in range(m):
            node.row[k] = rows[first + k]
            node.weight[k] = counts[rows[first + k]]
        times, mortality, may_split = event_times_of_node(cohort, node, m, deaths, later)
        nodes.mortality[here] = mortality
        nodes.feature[here], nodes.right[here] = -1, -1
        nodes.threshold[here], nodes.unknown_left[here] = 0.0, False
        if not may_split or m < rules.min_split or m < 2 * rules.min_leaf:
            continue
        chosen, threshold, unknown_left = choose_split(
            cohort, rules, state, node, m, times, features, scratch
        )
        if chosen < 0:
            continue
        nodes.feature[here], nodes.threshold[here] = chosen, threshold
        nodes.unknown_left[here] = unknown_left
        middle = part_rows(
            rows, first, last, cohort.columns[chosen], threshold, unknown_left, spare
        )
        stack[waiting, 0], stack[waiting, 1], stack[waiting, 2] = middle, last, here
        stack[waiting + 1, 0], stack[waiting + 1, 1], stack[waiting + 1, 2] = first, middle, -1
        waiting += 2
    return made


@njit(nogil=True, cache=True)
def workspace(n, p, times):
    """The space that growing one tree after the other uses again."""
    node = Node(
        np.empty(n, np.uint32),
        np.empty(n),
        np.empty(n, np.uint32),
        np.empty(times + 1),
        np.empty(times + 1),
        np.empty(times + 1),
    )
    scratch = Scratch(
        np.empty(n, np.uint32),
        np.empty(n, np.uint32),
        np.empty(256, np.uint64),
        np.empty(times + 2),
        np.empty(times + 2),
    )
    return (
        node,
        scratch,
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(p, np.int32),
        np.empty(times + 1),
        np.empty(times + 1),
        np.empty((n + 2, 3), np.int64),
    )


@njit(nogil=True, cache=True)
def grow_trees(cohort, rules, seed, first_tree, in_bag, nodes, sizes):
    """Grow len(in_bag) trees, numbered from `first_tree`, one after the other into `nodes`.

    in_bag (trees, n) and sizes (trees,) are filled; the number of nodes in use is returned.
    """
    p, n = cohort.columns.shape
    work = workspace(n, p, cohort.times)
    used = 0
    for tree in range(len(in_bag)):
        state = stream(seed, first_tree + tree, SAMPLING)
        draw_rows(state, rules.chance, rules.subsample, in_bag[tree])
        rest = Nodes(
            nodes.feature[used:],
            nodes.threshold[used:],
            nodes.right[used:],
            nodes.unknown_left[used:],
            nodes.mortality[used:],
        )
        sizes[tree] = grow_tree(cohort, rules, state, in_bag[tree], rest, work)
        used += sizes[tree]
    return used


@njit(nogil=True, cache=True)
def grow_given(cohort, rules, seed, counts, nodes):
    """Grow one tree on rows with given counts (n,): its number of nodes."""
    p, n = cohort.columns.shape
    state = stream(seed, 0, SAMPLING)
    return grow_tree(cohort, rules, state, counts, nodes, workspace(n, p, cohort.times))
