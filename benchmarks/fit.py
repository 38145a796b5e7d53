"""Growing a forest: ours, scikit-survival's and R ranger's, on as many threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from benchmarks.cohort import simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import alternate
from benchmarks.peers import MIN_LEAF, MIN_NODE, Ranger, scikit_survival
from benchmarks.tables import Table, at_least, seconds, times
from ciri import SurvivalForest

TREES = 1000
THREADS = (1, 2)
GOALS = {222: 10, 2000: 20}  # times as fast as scikit-survival
FEWER = {2000: 25}  # trees that the peers grow of so many patients; time goes with their number
OURS, RANGER = "ours", "ranger"
USUAL, LOW_MEMORY = "scikit-survival", "scikit-survival, low_memory"


def measure(scale: Scale) -> list[Table]:
    """Every cohort of GOALS on one and on two threads."""
    sizes = {60: 10} if scale.quick else GOALS
    rows: list[list[str]] = []
    versions = ""
    for n, goal in sizes.items():
        trees = TREES if not scale.quick else 4
        peers = trees if scale.full else FEWER.get(n, trees)
        X, y = simulate(n)
        with Ranger(X, y) as ranger:
            versions = f"ranger {ranger.version}." if ranger.version else ranger.missing
            rows += _rows(n, goal, X, y, ranger, scale.runs, trees, peers)
    return [Table(("forest", "n", "threads", "seconds", "ours is", "goal"), rows, _notes(versions))]


def _rows(
    n: int, goal: int, X: Any, y: Any, ranger: Ranger, runs: int, trees: int, peers: int
) -> list[list[str]]:
    SurvivalForest(2, MIN_LEAF, random_state=0).fit(X, y)
    sides: dict[tuple[str, int], Callable[[], Any]] = {}
    for threads in THREADS:
        ours = SurvivalForest(trees, MIN_LEAF, random_state=0, n_jobs=threads)
        sides[OURS, threads] = partial(ours.fit, X, y)
        sides[USUAL, threads] = partial(scikit_survival(peers, threads).fit, X, y)
        if n < 1000:
            low = scikit_survival(peers, threads, low_memory=True)
            sides[LOW_MEMORY, threads] = partial(low.fit, X, y)
        if ranger.version:
            sides[RANGER, threads] = partial(ranger.seconds, peers, threads)
    taken = alternate(sides, runs)
    found = []
    for (forest, threads), passed in taken.items():
        whole = passed * (1 if forest == OURS else trees / peers)
        ratio = whole / taken[OURS, threads]
        wanted = {OURS: "", RANGER: at_least(1, ratio)}.get(forest, at_least(goal, ratio))
        grown = trees if forest == OURS else peers
        note = "" if grown == trees else f" ({grown} trees, times {trees // grown})"
        faster = "" if forest == OURS else f"{times(ratio)} as fast"
        found.append([forest + note, f"{n:,}", str(threads), seconds(whole), faster, wanted])
    return found


def _notes(versions: str) -> Sequence[str]:
    return [
        f"{TREES:,} trees, p = 93, leaves of at least {MIN_LEAF}, sqrt(p) features a node. Ours also "
        "gives every patient's out-of-bag score and its C, which the others were not asked for. ranger "
        f"counts drawn patients and not different ones: its min.node.size of {MIN_NODE} gives trees as "
        f"large as ours. {versions}"
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    run("fit", measure, ("scikit-survival", "scikit-learn"), arguments)


if __name__ == "__main__":
    main()
