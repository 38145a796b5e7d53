"""Who holds a data folder, and what it runs: one lock, and one file that says how to join in."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from runtime.errors import CannotStart
from runtime.paths import Places
from runtime.processes import birth, end_process


@dataclass(frozen=True)
class Leftover:
    """A process as the state file remembers it: enough to end it if its supervisor was killed."""

    name: str
    pid: int
    born: str
    stop_signal: int


@dataclass(frozen=True)
class State:
    """What is running on a data folder."""

    pid: int
    command: str
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[Leftover] = field(default_factory=list)
    ready: bool = False


class Held(CannotStart):
    """Another command holds the data folder."""

    def __init__(self, places: Places, command: str, pid: int) -> None:
        self.command, self.pid = command, pid
        super().__init__(
            f"The data folder {places.data} is in use by ./yogo {command} (process {pid}): "
            "stop that one, or name another folder with --data-dir DIR."
        )


@contextmanager
def hold(places: Places, command: str) -> Iterator[None]:
    """Hold the data folder for a command; raises Held, naming the holder, when another does."""
    try:
        lock = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotStart(
            f"{places.lock} cannot be opened ({error.strerror}): the data folder belongs to another "
            "user; run as that user, or name another folder with --data-dir DIR."
        ) from error
    try:
        _take(lock, places)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {command}".encode(), 0)
        yield
    finally:
        os.close(lock)


def _take(lock: int, places: Places) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _, command = os.pread(lock, 200, 0).decode(errors="replace").partition(" ")
        raise Held(places, command, int(pid) if pid.isdigit() else 0) from None


def write_state(places: Places, state: State) -> None:
    """Put down what is running, whole or not at all; it holds passwords, so for the owner only."""
    draft = places.state.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(asdict(state), stream)
    draft.replace(places.state)


def read_state(places: Places) -> State | None:
    """What was last put down; None when nothing (readable) was."""
    try:
        stored: Mapping[str, object] = json.loads(places.state.read_text())
        processes = [Leftover(**each) for each in stored["processes"]]  # type: ignore[attr-defined]
        return State(**{**stored, "processes": processes})  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, KeyError):
        return None


def end_leftovers(places: Places) -> list[str]:
    """End what a killed supervisor left running (call it while holding the folder); their names."""
    state = read_state(places)
    ended = []
    for process in reversed(state.processes if state else []):
        if birth(process.pid) == process.born:
            end_process(process.pid, process.born, process.stop_signal, seconds=20)
            ended.append(process.name)
    with contextlib.suppress(OSError):
        places.state.unlink()
    return ended
