"""Every kernel against an earlier commit's, in one run: `python -m benchmarks.kernels --before REV`.

The earlier sources are taken out of git into a temporary folder. Each round times both sides, each in a
process of its own, and compares what they found to the bit. With the argument "here" it measures the
sources that the process imports.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.cohort import simulate
from benchmarks.command import Scale, run
from benchmarks.measuring import ROOT
from benchmarks.tables import Table, seconds
from ciri import (
    SurvivalForest,
    concordance_interval,
    evaluate_predictions,
    oob_permutation_importance,
    shap_values,
)
from ciri.survival.cox import fit_cox

BEFORE = "--before"
Work = Callable[[], Any]
Found = dict[str, dict[str, Any]]


def workloads(little: bool) -> Mapping[str, Work]:
    """What is timed, by the kernel that does most of it; each returns what it found."""
    n, trees, resamples = (60, 40, 5) if little else (222, 400, 1000)
    X, y = simulate(n)
    large, outcomes = simulate(60 if little else 1000)
    many, _ = simulate(60 if little else 20_000)
    forest = SurvivalForest(trees, 15, random_state=0, n_jobs=1).fit(X, y)
    risk, days = forest.oob_prediction_, [200.0, 400.0, 600.0]
    survival = forest.predict_survival_function(X, days)

    def grow(rows: Any, outcome: Any, number: int) -> Any:
        grown = SurvivalForest(number, 15, random_state=0, n_jobs=1).fit(rows, outcome).trees_
        return grown.feature, grown.threshold, grown.mortality

    return {
        f"growing, n = {n}": lambda: grow(X, y, trees),
        f"growing, n = {len(large):,}": lambda: grow(large, outcomes, max(5, trees // 8)),
        "importance": lambda: oob_permutation_importance(forest, X, y, n_repeats=5, random_state=0),
        "shap": lambda: shap_values(forest, X[:60]),
        "walking": lambda: forest.predict(many),
        "curves": lambda: forest.predict_survival_function(X, np.arange(30.0, 1500.0, 15.0)),
        "restricted mean": lambda: forest.predict_restricted_mean(X, 700.0),
        "concordance": lambda: concordance_interval(y, risk, n_resamples=resamples),
        "auc, brier, calibration": lambda: evaluate_predictions(
            y, risk, survival, days, n_resamples=resamples // 4
        ),
        "cox": lambda: [fit_cox(X[:, first : first + 6], y).coef for first in range(0, 60, 2)],
    }


def here(little: bool) -> Found:
    """Seconds of processor for each workload, and a digest of what it found."""
    long = 0.0 if little else 0.5
    return {
        name: {"bits": digest(work()), "seconds": seconds_of_processor(work, long)}
        for name, work in workloads(little).items()
    }


def seconds_of_processor(work: Work, long: float) -> float:
    """Of one call, among as many as take `long` seconds together."""
    calls, start = 0, time.process_time()
    while calls == 0 or time.process_time() - start < long:
        work()
        calls += 1
    return (time.process_time() - start) / calls


def digest(answer: Any) -> str:
    """SHA-256 of the numbers in an answer, whatever holds them."""
    whole = hashlib.sha256()
    for array in _arrays(answer):
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


def _arrays(answer: Any) -> Iterator[Any]:
    if isinstance(answer, np.ndarray | float | int | bool | str):
        found = np.asarray(answer)
        yield found if found.dtype != object else np.array(repr(found.tolist()))
    elif hasattr(answer, "to_numpy"):
        yield from _arrays(answer.to_numpy())
    elif isinstance(answer, Mapping):
        yield from _arrays(list(answer.values()))
    elif isinstance(answer, tuple | list):
        for part in answer:
            yield from _arrays(part)
    elif answer is not None:
        yield from _arrays(vars(answer))


def sources_of(revision: str, folder: Path) -> Path:
    """The sources of a commit, taken out of git into `folder`."""
    packed = subprocess.run(
        ["git", "archive", revision], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def measure_in(sources: Path, cache: Path, *words: str) -> Found:
    """What this file finds with the method of `sources`, in a new process."""
    done = subprocess.run(
        [sys.executable, "-P", __file__, "here", *words],
        cwd=sources,
        env={
            **os.environ,
            "PYTHONPATH": str(sources),
            "NUMBA_CACHE_DIR": str(cache),
            "YOGO_THREADS": "1",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(scale: Scale, revision: str = "HEAD") -> list[Table]:
    """Both sides in turn, in `scale.runs` rounds."""
    words = ("little",) if scale.quick else ()
    with tempfile.TemporaryDirectory() as folder:
        before, cache = sources_of(revision, Path(folder) / "before"), Path(folder) / "compiled"
        rounds = [
            (measure_in(before, cache, *words), measure_in(ROOT, cache, *words))
            for _ in range(scale.runs)
        ]
    rows = [_row(name, rounds) for name in rounds[0][0]]
    note = "Seconds of processor, one thread. The ratio is the median of the rounds' ratios."
    columns = ("kernel", "before", "now", "now / before", "same bits")
    return [Table(columns, rows, [f"Against {revision}. {note}"])]


def _row(name: str, rounds: Sequence[tuple[Found, Found]]) -> list[str]:
    ratios = [now[name]["seconds"] / before[name]["seconds"] for before, now in rounds]
    same = all(now[name]["bits"] == before[name]["bits"] for before, now in rounds)
    sides = [median(one[side][name]["seconds"] for one in rounds) for side in (0, 1)]
    return [name, *map(seconds, sides), f"{median(ratios):.2f}", "yes" if same else "no"]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["here"]:
        print(json.dumps(here("little" in words)))
        return
    revision = "HEAD"
    if BEFORE in words:
        place = words.index(BEFORE)
        revision = words[place + 1]
        del words[place : place + 2]
    run("kernels", lambda scale: measure(scale, revision), (), words)


if __name__ == "__main__":
    main()
