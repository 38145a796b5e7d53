"""Permutation importance of every feature: ours, and scikit-learn's on scikit-survival's forest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from joblib import parallel_config
from sklearn.inspection import permutation_importance

from benchmarks.cohort import simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import Side, alternate
from benchmarks.peers import MIN_LEAF, scikit_survival
from benchmarks.tables import Table, at_least, seconds, times
from ciri import SurvivalForest, oob_permutation_importance

N, TREES, REPEATS = 222, 1000, 10
THREADS = (1, 2)
GOAL = 200
PEER = "scikit-learn on scikit-survival, low_memory"


def measure(scale: Scale) -> list[Table]:
    """One forest of each kind; importance on one thread and on two."""
    n, trees, repeats = (60, 10, 2) if scale.quick else (N, TREES, REPEATS)
    taken = alternate(_sides(n, trees, repeats), scale.runs)
    rows = []
    for threads in THREADS:
        ours, theirs = taken["ours", threads], taken[PEER, threads]
        ratio = theirs / ours
        rows += [
            ["ours", str(threads), seconds(ours), "", ""],
            [PEER, str(threads), seconds(theirs), f"{times(ratio)} as fast", at_least(GOAL, ratio)],
        ]
    note = (
        f"n = {n}, p = 93, {trees:,} trees, {repeats} repeats. Ours permutes among the patients that a "
        "tree left out and scores by these trees alone; scikit-learn permutes the training patients and "
        "predicts with all trees. It splits the features over threads here, which is quicker than its "
        "processes, to each of which the forest would have to be sent."
    )
    return [Table(("importance", "threads", "seconds", "ours is", "goal"), rows, [note])]


def _sides(n: int, trees: int, repeats: int) -> dict[tuple[str, int], Side]:
    X, y = simulate(n)
    peer = scikit_survival(trees, 1, low_memory=True).fit(X, y)

    def theirs(threads: int) -> None:
        with parallel_config("threading", n_jobs=threads):
            permutation_importance(peer, X, y, n_repeats=repeats, n_jobs=threads, random_state=0)

    sides: dict[tuple[str, int], Side] = {}
    for threads in THREADS:
        forest = SurvivalForest(trees, MIN_LEAF, random_state=0, n_jobs=threads).fit(X, y)
        oob_permutation_importance(forest, X, y, 1, 0)
        sides["ours", threads] = partial(oob_permutation_importance, forest, X, y, repeats, 0)
        sides[PEER, threads] = partial(theirs, threads)
    return sides


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    run("importance", measure, ("scikit-survival", "scikit-learn"), arguments)


if __name__ == "__main__":
    main()
