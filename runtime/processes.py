"""Child processes that never outlive their parent, and the ends of those that did."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.paths import SOURCE

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Loaded before any fork: a child between fork and exec must not import or allocate much.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class ServerUser:
    """A user of this machine as whom a server runs."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """One process to supervise: how it starts, and how it is asked to end."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: int = signal.SIGTERM
    hurry_signal: int = signal.SIGKILL
    orphan_signal: int = signal.SIGKILL
    user: ServerUser | None = None
    inherit: tuple[int, ...] = ()
    ready: Callable[[], bool] = lambda: True
    before_start: Callable[[], None] = lambda: None


def die_with_parent(signum: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Let the kernel send `signum` to this process when its parent dies (on Linux; elsewhere the
    next start ends what is left). With `parent`, a parent that died before this call counts too.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signum)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signum)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent dies, so that they can be ended (Linux)."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to its log.

    Call it from the main thread only: the kernel counts the death of the starting *thread*.
    """
    program.before_start()
    parent = os.getpid()
    with open(program.log, "ab") as log:
        return subprocess.Popen(
            list(program.command),
            env=dict(program.environment),
            cwd="/" if program.user else SOURCE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=program.inherit,
            preexec_fn=lambda: die_with_parent(program.orphan_signal, parent),
            **_as_user(program.user),
        )


def run_as(user: ServerUser | None, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end as `user` (None: as ourselves), its output kept as text."""
    return subprocess.run(
        list(command),
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        **_as_user(user),
    )


def _as_user(user: ServerUser | None) -> dict[str, Any]:
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def how_it_ended(returncode: int) -> str:
    """A return code in words."""
    if returncode >= 0:
        return f"exit code {returncode}"
    return f"signal {signal.Signals(-returncode).name}"


def last_line(log: Path) -> str:
    """The last line that is not blank of a log, or nothing."""
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, log.stat().st_size - 4096))
            lines = stream.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def birth(pid: int) -> str | None:
    """When a living process began, in the system's own words; None when there is none.

    A process id alone names nobody after a while, for ids come around again.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return None
        return None if fields[0] in (b"Z", b"X") else fields[19].decode()
    started = run_as(None, ["ps", "-o", "lstart=", "-p", str(pid)]).stdout.strip()
    return started or None


def end_process(pid: int, born: str, signum: int, seconds: float) -> None:
    """Ask one process to end, wait, and end its whole group for certain when it does not."""
    with contextlib.suppress(ProcessLookupError):
        if birth(pid) == born:
            os.kill(pid, signum)
    deadline = time.monotonic() + seconds
    while birth(pid) == born:
        if time.monotonic() > deadline:
            end_group(pid)
            deadline += 5
        time.sleep(0.05)


def end_group(pid: int) -> None:
    """Kill the process group that a child started by `spawn` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    """The living direct children of a process (Linux; elsewhere none are known)."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            if int(fields[1]) == pid and fields[0] != b"Z":
                found.append(int(folder.name))
    return found
