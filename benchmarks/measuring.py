"""Taking times: every side warmed up once, then all in turn, so that a busy moment meets each alike."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")

Name = TypeVar("Name")
Side = Callable[[], Any]


def seconds_of(work: Side) -> float:
    """How long `work` takes; where it returns a float, that is the time it took of itself."""
    start = time.perf_counter()
    found = work()
    passed = time.perf_counter() - start
    return found if isinstance(found, float) else passed


def alternate(sides: Mapping[Name, Side], runs: int) -> dict[Name, float]:
    """Median seconds of each side over `runs` rounds, every side once in a round."""
    taken: dict[Name, list[float]] = {name: [] for name in sides}
    for _ in range(runs):
        for name, work in sides.items():
            taken[name].append(seconds_of(work))
    return {name: median(times) for name, times in taken.items()}


def peak_of(work: Side) -> tuple[float, float]:
    """Peak memory of this process while `work` runs, and how far it rose: megabytes.

    Where the kernel does not let the mark be set back (elsewhere than on Linux), it is the peak of the
    process so far.
    """
    with suppress(OSError):
        CLEAR_REFS.write_text("5")
    before = _peak()
    work()
    after = _peak()
    return after, after - before


def _peak() -> float:
    if STATUS.exists():
        words = STATUS.read_text().split("VmHWM:")[1].split()
        return int(words[0]) / 1024
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def in_new_process(module: str, *words: object, **environment: str) -> dict[str, Any]:
    """What `python -m module words` prints as JSON on its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
