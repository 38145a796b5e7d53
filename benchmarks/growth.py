"""How the time and memory of our forest grow with the patients, from 200 to 50,000.

With arguments "n trees threads rounds" it measures one forest, in a process of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import altair as alt
import numpy as np
import vl_convert

from benchmarks.cohort import CYTOKINES, simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import in_new_process, peak_of, seconds_of
from benchmarks.peers import MIN_LEAF
from benchmarks.tables import DOCUMENT, Table, at_most, seconds
from ciri import SurvivalForest

# Patients, and trees enough for a round to last about a second.
TREES = {
    200: 1000,
    500: 500,
    1000: 200,
    2000: 100,
    5000: 40,
    10_000: 20,
    20_000: 10,
    50_000: 4,
}
LARGE, WHOLE = 20_000, 1000  # patients and trees of the forest that is grown whole
MEMORY_GOAL = 2000  # megabytes
MEASURED = "measured"
CHART = DOCUMENT.with_name("benchmarks-growth.svg")


def measure(scale: Scale) -> list[Table]:
    """Time a tree on one thread, each size in a process of its own; the chart beside the document."""
    sizes = {60: 4, 120: 4} if scale.quick else TREES
    grown = one_forest if scale.quick else partial(in_new_process, "benchmarks.growth")
    found = [grown(n, trees, 1, scale.runs) for n, trees in sizes.items()]
    if scale.quick:
        return [_curve(found)]
    draw(found, CHART)
    return [_curve(found), _whole(in_new_process("benchmarks.growth", LARGE, WHOLE, 2, 1))]


def _curve(found: list[dict[str, Any]]) -> Table:
    rows = [
        [
            f"{one['n']:,}",
            f"{one['trees']:,}",
            seconds(_nanoseconds(one) / 1e6),
            f"{one['leaves']:.0f}",
            f"{_nanoseconds(one) / _n_log_n(one['n']):.0f}",
            f"{_nanoseconds(one) / _n_log_n(one['n']) / np.log2(one['leaves']):.0f}",
            f"{one['peak']:.0f}",
        ]
        for one in found
    ]
    columns = (
        "n",
        "trees grown",
        "ms a tree",
        "leaves a tree",
        "ns / (n log n)",
        "ns / (n log n) a level",
        "peak of the process (MB)",
    )
    n = np.array([one["n"] for one in found], dtype=float)
    note = (
        f"p = {CYTOKINES}, leaves of at least {MIN_LEAF}, sqrt(p) features a node, one thread; logarithms "
        "to base 2. Every level of a tree costs n log n, and there are about log(leaves) levels. Over the "
        f"whole range time grows as n to the power {_power(n, [_nanoseconds(one) for one in found]):.2f}; "
        f"n log n would be {_power(n, n * np.log2(n)):.2f} there."
    )
    return Table(columns, rows, [note])


def _nanoseconds(one: dict[str, Any]) -> float:
    """Of one tree."""
    return float(1e9 * one["seconds"] / one["trees"])


def _power(n: Any, grows: Any) -> float:
    """The exponent of n by which something grows, by least squares on logarithms."""
    return float(np.polyfit(np.log(n), np.log(grows), 1)[0])


def _n_log_n(n: int) -> float:
    return float(n * np.log2(n))


def _whole(one: dict[str, Any]) -> Table:
    peak = one["peak"]
    row = [
        f"{one['n']:,} x {one['trees']:,} trees, {one['threads']} threads",
        seconds(one["seconds"]),
        f"{peak:.0f}",
        at_most(MEMORY_GOAL, peak, "MB"),
    ]
    return Table(
        ("forest grown whole (once)", "seconds", "peak of the process (MB)", "goal"), [row]
    )


def one_forest(n: int, trees: int, threads: int, rounds: int) -> dict[str, float]:
    """Median seconds of growing, leaves a tree, and the peak of memory: megabytes."""
    SurvivalForest(2, MIN_LEAF, random_state=0).fit(*simulate(60))
    X, y = simulate(n)
    forest = SurvivalForest(trees, MIN_LEAF, random_state=0, n_jobs=threads)
    taken: list[float] = []
    peak, _ = peak_of(lambda: taken.append(seconds_of(lambda: forest.fit(X, y))))
    taken += [seconds_of(lambda: forest.fit(X, y)) for _ in range(rounds - 1)]
    leaves = float((forest.trees_.feature < 0).sum()) / trees
    return {
        "n": n,
        "trees": trees,
        "threads": threads,
        "seconds": median(taken),
        "leaves": leaves,
        "peak": peak,
    }


def draw(found: list[dict[str, Any]], path: Path) -> None:
    """Milliseconds a tree against n, both logarithmic; n log n, once and a level, through the first point."""
    rows, unit = [], {}
    for one in found:
        n_log_n = _n_log_n(one["n"])
        expected = {"n log n a level": n_log_n * np.log2(one["leaves"]), "n log n": n_log_n}
        for what, cost in {MEASURED: _nanoseconds(one), **expected}.items():
            if one is found[0]:
                unit[what] = _nanoseconds(one) / cost
            rows.append({"n": one["n"], "ms": unit[what] * cost / 1e6, "what": what})
    names = list(unit)
    ticks = alt.Axis(values=[one["n"] for one in found], grid=False)
    colours = ["#0072b2", "#d55e00", "#767e87"]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("n:Q", scale=alt.Scale(type="log"), title="Patients", axis=ticks),
        y=alt.Y("ms:Q", scale=alt.Scale(type="log"), title="Milliseconds a tree"),
    )
    lines = base.mark_line().encode(
        color=alt.Color("what:N", title=None, scale=alt.Scale(domain=names, range=colours)),
        strokeDash=alt.StrokeDash("what:N", title=None, scale=alt.Scale(domain=names)),
    )
    points = base.transform_filter(f"datum.what == '{MEASURED}'").mark_point(
        filled=True, size=50, color=colours[0]
    )
    chart = (lines + points).properties(width=460, height=280, background="white")
    path.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0].isdigit():
        print(json.dumps(one_forest(*map(int, words))))
    else:
        run("growth", measure, (), words)


if __name__ == "__main__":
    main()
