"""Compiling the kernels before they are needed, once after an installation.

numba compiles under one lock for the whole process, so one process keeps one core busy for half a minute;
two processes, each with its half of the kernels, take the time of one half.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

from numba import config

from ciri.kernel import sources_digest

PARTS = ("growing", "reading")
ROOT = Path(__file__).resolve().parents[2]


def is_compiled() -> bool:
    """Whether everything has been compiled into the cache of these sources."""
    return _marker().exists()


def compile_ahead() -> None:
    """Compile all kernels into the cache, unless they are there. Who asks meanwhile waits for it.

    A part that cannot be compiled ahead, and everything where no cache can be kept, is compiled when it
    is used; nothing is lost but the time.
    """
    if is_compiled() or _place().name != sources_digest():
        return
    with (_marker().parent / "compiling").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_compiled():
            return
        commands = [[sys.executable, "-m", "ciri.compiling", part] for part in PARTS]
        running = [
            subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for command in commands
        ]
        failed = sum(process.wait() != 0 for process in running)
        if not failed:
            _marker().touch()


def _marker() -> Path:
    return _place() / "all"


def _place() -> Path:
    return Path(config.CACHE_DIR)  # type: ignore[attr-defined]
