"""How long the first training after an installation waits for the compiler, and the ones after it.

With the argument "here" it trains twice in this process and tells the seconds of both.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from statistics import median

import numpy as np

from benchmarks.cohort import freeze_study
from benchmarks.command import Scale, run
from benchmarks.measuring import in_new_process, seconds_of
from benchmarks.tables import Table, at_most, seconds
from ciri import concordance_index, parse_specification, template, train
from ciri.compiling.ahead import compile_ahead
from ciri.survival.outcome import outcome

GOAL, NOTHING = 20, 1  # seconds that the first waits, and that later ones may
CACHE = "NUMBA_CACHE_DIR"


def measure(scale: Scale) -> list[Table]:
    """An empty cache, then a second process on the same cache; both train twice."""
    work = "little" if scale.quick else "here"
    firsts, seconds_after, warm = [], [], []
    for _ in range(scale.runs):
        with tempfile.TemporaryDirectory() as folder:
            new = in_new_process("benchmarks.compile", work, **{CACHE: folder})
            later = in_new_process("benchmarks.compile", work, **{CACHE: folder})
        firsts.append(new["ahead"] + new["first"] - new["second"])
        seconds_after.append(later["first"] - later["second"])
        warm.append(later["second"])
    rows = [
        _row("first training after installation", firsts, GOAL),
        _row("first training of a later process", seconds_after, NOTHING),
        ["the training itself (second in its process)", seconds(median(warm)), ""],
    ]
    note = (
        "preCIRI14 with 123 training and 99 validation patients, whole report. The wait is the time of the "
        "compiling ahead, as a worker does it, and of the first training in a process less that of the second one. `python -m ciri.compiling` "
        "compiles everything beforehand, as the image's build does."
    )
    return [Table(("what", "seconds waited", "goal"), rows, [note])]


def _row(name: str, waits: list[float], goal: float) -> list[str]:
    wait = max(0.0, median(waits))
    return [name, seconds(wait), at_most(goal, wait)]


def train_twice() -> dict[str, float]:
    """Seconds of compiling ahead, as a worker does, and of two trainings in this process."""
    specification, table = parse_specification(template("preCIRI14")), freeze_study()
    ahead = {"ahead": seconds_of(lambda: (compile_ahead(),))}
    trainings = ("first", "second")
    return ahead | {name: seconds_of(lambda: train(specification, table)) for name in trainings}


def compare_twice() -> dict[str, float]:
    """The same of something that compiles quickly, to see that the command works."""
    y = outcome(np.arange(30) % 2, np.arange(30) + 1.0)
    work = {name: lambda: (concordance_index(y, y["time"]),) for name in ("first", "second")}
    return {"ahead": 0.0} | {name: seconds_of(one) for name, one in work.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    here = {"here": train_twice, "little": compare_twice}
    if words and words[0] in here:
        print(json.dumps(here[words[0]]()))
    else:
        run("compile", measure, (), words)


if __name__ == "__main__":
    main()
