"""Splitting work over threads, and how many there may be.

Compiled functions release Python's lock, so plain threads run them side by side; they survive a fork
and do not mind several callers, which numba's own parallel loops do. Every result here is the same to
the bit for any number of threads: each piece of work is computed whole by one of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")

LIMIT = "YOGO_THREADS"


def thread_count(n_jobs: int | None = None) -> int:
    """Threads to use for an `n_jobs` of scikit-learn: None and -1 mean as many as there may be.

    That is the number of cores this process may run on, or what the environment variable
    YOGO_THREADS says if it is less (a worker with several processes divides the cores with it).
    """
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else (os.cpu_count() or 1)
    limit = os.environ.get(LIMIT, "")
    most = min(cores, int(limit)) if limit.isdigit() and int(limit) > 0 else cores
    if n_jobs is None or n_jobs == 0:
        return most
    return max(1, min(n_jobs if n_jobs > 0 else most + 1 + n_jobs, most))


def in_threads(
    work: Callable[[Piece], Result], pieces: Iterable[Piece], n_jobs: int | None = None
) -> list[Result]:
    """`work` of each piece, in the order of the pieces."""
    pieces = list(pieces)
    threads = min(thread_count(n_jobs), len(pieces))
    if threads <= 1:
        return [work(piece) for piece in pieces]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, pieces))


def spans(total: int, size: int) -> list[tuple[int, int]]:
    """Consecutive (first, last) pieces of `range(total)`, of at most `size` each."""
    return [(first, min(first + size, total)) for first in range(0, total, max(1, size))]


def even_spans(total: int, n_jobs: int | None, per_thread: int = 1) -> list[tuple[int, int]]:
    """`range(total)` in about as many consecutive pieces as there are threads, times per_thread."""
    return spans(total, -(-total // (thread_count(n_jobs) * per_thread))) if total else []
