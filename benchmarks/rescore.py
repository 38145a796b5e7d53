"""Scoring very many patients by a model of few: risk, and survival at three horizons.

With arguments "side n" it measures the peak memory of one side, in a process of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cohort import simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import alternate, in_new_process, peak_of
from benchmarks.peers import MIN_LEAF, scikit_survival
from benchmarks.tables import Table, at_least, seconds, times
from ciri import SurvivalForest
from ciri.survival.outcome import DAYS_IN_MONTH

N, TREES, THREADS = 222, 1000, 2
PATIENTS, FEWER = 100_000, 10_000  # FEWER: what slow peers score unless --full
HORIZONS = np.array([6, 12, 24]) * DAYS_IN_MONTH
GOALS = {"usual": 25, "low_memory": 1, "curves": 15}
NAMES = {
    "risk": "risk, ours",
    "usual": "risk, scikit-survival",
    "low_memory": "risk, scikit-survival, low_memory",
    "survival": "survival at 6, 12, 24 months, ours",
    "curves": "survival at 6, 12, 24 months, scikit-survival",
}
Score = Callable[[NDArray[np.float32]], Any]


def scorer(side: str, trees: int) -> Score:
    """What scores patients: a model of N patients, fitted."""
    X, y = simulate(N)
    if side in ("risk", "survival"):
        ours = SurvivalForest(trees, MIN_LEAF, random_state=0, n_jobs=THREADS).fit(X, y)
        if side == "risk":
            return ours.predict
        return lambda patients: ours.predict_survival_function(patients, HORIZONS)
    peer = scikit_survival(trees, THREADS, low_memory=side == "low_memory").fit(X, y)
    if side != "curves":
        return peer.predict
    place = np.searchsorted(peer.unique_times_, HORIZONS, side="right") - 1
    return lambda patients: peer.predict_survival_function(patients, return_array=True)[:, place]


def measure(scale: Scale) -> list[Table]:
    """Seconds of all sides in turn, then the memory of each."""
    patients, trees = (300, 10) if scale.quick else (PATIENTS, TREES)
    few = patients if scale.full or scale.quick else FEWER
    sizes = {side: few if side in ("usual", "curves") else patients for side in NAMES}
    X, _ = simulate(patients, seed=1)
    scorers = {side: scorer(side, trees) for side in NAMES}
    for score in scorers.values():
        score(X[:100])
    sides = {
        side: lambda score=score, some=X[: sizes[side]]: score(some)
        for side, score in scorers.items()
    }
    taken = alternate(sides, scale.runs)
    measured = ("risk",) if scale.quick else tuple(NAMES)  # each takes a process of its own
    memory = {
        side: in_new_process("benchmarks.rescore", side, patients, trees) for side in measured
    }
    rows = [
        [*_row(side, taken, sizes[side], patients), *_memory_cells(memory.get(side))]
        for side in NAMES
    ]
    columns = ("what", "seconds", "ours is", "goal", "memory it takes (MB)", "peak (MB)")
    note = (
        f"{patients:,} patients, a model of n = {N}, p = 93, {trees:,} trees, {THREADS} threads. "
        "Memory: how far a process rises above what it holds with the model and all the patients, and "
        "its peak. low_memory gives up survival curves. "
        "scikit-survival's curves are asked for as an array, which is its quickest way."
    )
    return [Table(columns, rows, [note])]


def _row(side: str, taken: dict[str, float], scored: int, patients: int) -> list[str]:
    whole = taken[side] * patients / scored
    note = "" if scored == patients else f" ({scored:,} patients, times {patients // scored})"
    faster, goal = "", ""
    if side in GOALS:
        ratio = whole / taken["survival" if side == "curves" else "risk"]
        faster, goal = f"{times(ratio)} as fast", at_least(GOALS[side], ratio)
    return [NAMES[side] + note, seconds(whole), faster, goal]


def _memory_cells(found: dict[str, float] | None) -> list[str]:
    return [f"{found['risen']:.0f}", f"{found['peak']:.0f}"] if found else ["", ""]


def memory(side: str, patients: int, trees: int) -> dict[str, float]:
    """Peak memory of scoring in this process, and how far it rose: megabytes."""
    score = scorer(side, trees)
    X, _ = simulate(patients, seed=1)
    score(X[:100])
    peak, risen = peak_of(lambda: score(X))
    return {"peak": peak, "risen": risen}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in NAMES:
        print(json.dumps(memory(words[0], int(words[1]), int(words[2]))))
    else:
        run("rescore", measure, ("scikit-survival", "scikit-learn"), words)


if __name__ == "__main__":
    main()
