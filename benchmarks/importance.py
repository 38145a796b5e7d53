"""Permutation importance of every feature: ours, and scikit-learn's on scikit-survival's forest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sklearn.inspection import permutation_importance

from benchmarks.cohort import simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import alternate
from benchmarks.peers import MIN_LEAF, scikit_survival
from benchmarks.tables import Table, at_least, seconds, times
from modeling.ciri import SurvivalForest, oob_permutation_importance

N, TREES, REPEATS = 222, 1000, 10
GOAL = 200
PEER = "scikit-learn on scikit-survival, low_memory"


def measure(scale: Scale) -> list[Table]:
    """One forest of each kind; then importance on two threads, and with --full on one too."""
    n, trees, repeats = (60, 10, 2) if scale.quick else (N, TREES, REPEATS)
    rows = []
    for threads in _threads(scale):
        taken = _seconds(n, trees, repeats, threads, scale.runs)
        ratio = taken[PEER] / taken["ours"]
        rows += [
            ["ours", str(threads), seconds(taken["ours"]), "", ""],
            [
                PEER,
                str(threads),
                seconds(taken[PEER]),
                f"{times(ratio)} as fast",
                at_least(GOAL, ratio),
            ],
        ]
    note = (
        f"n = {n}, p = 93, {trees:,} trees, {repeats} repeats. Ours permutes among the patients that a "
        "tree left out and scores by these trees alone; scikit-learn permutes the training patients and "
        "predicts with all trees."
    )
    return [Table(("importance", "threads", "seconds", "ours is", "goal"), rows, [note])]


def _threads(scale: Scale) -> tuple[int, ...]:
    if scale.quick:
        return (1,)
    return (1, 2) if scale.full else (2,)


def _seconds(n: int, trees: int, repeats: int, threads: int, runs: int) -> dict[str, float]:
    X, y = simulate(n)
    forest = SurvivalForest(trees, MIN_LEAF, random_state=0, n_jobs=threads).fit(X, y)
    # permutation_importance splits the features over processes; within one, predicting keeps to a thread.
    peer = scikit_survival(trees, 1, low_memory=True).fit(X, y)
    theirs = partial(permutation_importance, n_jobs=threads, random_state=0)
    theirs(scikit_survival(2, 1).fit(X[:, :4], y), X[:, :4], y, n_repeats=1)  # starts the processes
    oob_permutation_importance(forest, X, y, 1, 0)
    sides = {
        "ours": partial(oob_permutation_importance, forest, X, y, repeats, 0),
        PEER: partial(theirs, peer, X, y, n_repeats=repeats),
    }
    return alternate(sides, runs)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    run("importance", measure, ("scikit-survival", "scikit-learn"), arguments)


if __name__ == "__main__":
    main()
