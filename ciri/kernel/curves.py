"""Curves of the leaves of one tree, rebuilt from the training rows that each leaf holds."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def rows_by_leaf(root, nodes, in_bag, leaf, by_time, begins, rows):
    """Group the in-bag rows by leaf, rising in time: rows[begins[k]:begins[k + 1]] are of node k."""
    begins[:] = 0
    for row in by_time:
        if in_bag[row] > 0:
            begins[leaf[row] - root + 1] += 1
    for node in range(nodes):
        begins[node + 1] += begins[node]
    filled = begins[:nodes].copy()
    for row in by_time:
        if in_bag[row] > 0:
            node = leaf[row] - root
            rows[filled[node]] = row
            filled[node] += 1


@njit(nogil=True, cache=True)
def fill_curve(rows, counts, time, event, hazard, times, curve):
    """The curve of one leaf at rising `times`: cumulative hazard (Nelson-Aalen) if `hazard`, else

    survival (Kaplan-Meier). rows: its training rows by rising time, each counting counts[row] times.
    """
    present = 0.0
    for row in rows:
        present += counts[row]
    value = 0.0 if hazard else 1.0
    k, asked = 0, 0
    while k < len(rows):
        moment, died, gone = time[rows[k]], 0.0, 0.0
        while k < len(rows) and time[rows[k]] == moment:
            gone += counts[rows[k]]
            if event[rows[k]]:
                died += counts[rows[k]]
            k += 1
        while asked < len(times) and times[asked] < moment:
            curve[asked] = value
            asked += 1
        if died > 0:
            value = value + died / present if hazard else value * (1.0 - died / present)
        present -= gone
    while asked < len(times):
        curve[asked] = value
        asked += 1


@njit(nogil=True, cache=True)
def restricted_mean(rows, counts, time, event, horizon):
    """Area under one leaf's Kaplan-Meier curve up to `horizon`."""
    present = 0.0
    for row in rows:
        present += counts[row]
    area, value, before, k = 0.0, 1.0, 0.0, 0
    while k < len(rows) and time[rows[k]] <= horizon:
        moment, died, gone = time[rows[k]], 0.0, 0.0
        while k < len(rows) and time[rows[k]] == moment:
            gone += counts[rows[k]]
            if event[rows[k]]:
                died += counts[rows[k]]
            k += 1
        if died > 0:
            area += value * (moment - before)
            before = moment
            value *= 1.0 - died / present
        present -= gone
    return area + value * (horizon - before)


HAZARD, SURVIVAL, RESTRICTED_MEAN = 0, 1, 2


@njit(nogil=True, cache=True)
def fill_tables(start, in_bag, training_leaf, by_time, time, event, kind, times, table):
    """Curves of the leaves of len(in_bag) trees at rising `times`: `table` (nodes, times).

    start: (trees + 1,) first node of each; table row 0 is node start[0]. kind: HAZARD, SURVIVAL, or
    RESTRICTED_MEAN (then times are horizons). Rows of inner nodes are left as they are.
    """
    rows = np.empty(len(by_time), np.int32)
    for tree in range(len(in_bag)):
        root, nodes, counts = start[tree], start[tree + 1] - start[tree], in_bag[tree]
        begins = np.empty(nodes + 1, np.int64)
        rows_by_leaf(root, nodes, counts, training_leaf[tree], by_time, begins, rows)
        for node in range(nodes):
            inside = rows[begins[node] : begins[node + 1]]
            if len(inside) == 0:
                continue
            here = table[root - start[0] + node]
            if kind == RESTRICTED_MEAN:
                for k in range(len(times)):
                    here[k] = restricted_mean(inside, counts, time, event, times[k])
            else:
                fill_curve(inside, counts, time, event, kind == HAZARD, times, here)
