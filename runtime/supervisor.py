"""Starts processes in order, restarts those that die and says so, and stops them all in order."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from runtime.errors import CannotStart
from runtime.processes import (
    Program,
    birth,
    end_group,
    how_it_ended,
    last_line,
    spawn,
)
from runtime.state import Leftover

GRACE_SECONDS = 10.0
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_SECONDS = 60.0
DEATHS_TO_GIVE_UP = 3
LARGEST_LOG = 20 * 1024 * 1024
SECONDS_BETWEEN_LOG_CHECKS = 60.0
PAUSE = 0.1


@dataclass
class Supervised:
    """A program, its present process, and how often in a row it has died soon after its start."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    born: str
    deaths: int = 0
    restart_at: float | None = None


@dataclass
class StopRequest:
    """Whether somebody asked to stop (Ctrl-C, SIGTERM, a closed terminal), and how often."""

    asked: int = 0

    def note(self, signum: int, frame: FrameType | None) -> None:
        self.asked += 1


class Stopped(Exception):
    """Somebody asked to stop while something was awaited."""


@contextmanager
def stop_signals() -> Iterator[StopRequest]:
    """Within, the signals that end a program are noted instead of obeyed."""
    request = StopRequest()
    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [(number, signal.signal(number, request.note)) for number in wanted]
    try:
        yield request
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@dataclass
class Supervisor:
    """The processes of one installation, in the order of their start."""

    stop: StopRequest
    say: Callable[[str], None]
    changed: Callable[[list[Leftover]], None] = lambda processes: None
    running: list[Supervised] = field(default_factory=list)
    logs_checked: float = field(default_factory=time.monotonic)

    def start(self, program: Program, seconds: float = 60) -> None:
        """Start a program and wait until it is ready; CannotStart, with its last words, if it ends."""
        _bound_log(program.log)
        one = self._launch(program)
        self.running.append(one)
        self.tell()
        deadline = time.monotonic() + seconds
        while not program.ready():
            if one.process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(_failure(one))
            self.check()
            time.sleep(0.03)

    def wait(
        self, done: Callable[[], bool], seconds: float | None = None, what: str = "The start"
    ) -> None:
        """Keep everything running until `done`; Stopped when asked to stop. With `seconds`, CannotStart
        when they are over, saying `what` took so long, or when a process keeps dying meanwhile."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not done():
            self.check()
            self.restart_dead()
            self._bound_logs()
            if deadline is not None:
                self._refuse_to_wait_for_the_dying()
                if time.monotonic() > deadline:
                    raise CannotStart(f"{what} took more than {seconds:g} s.")
            time.sleep(PAUSE)

    def check(self) -> None:
        """Raise Stopped when somebody asked to stop."""
        if self.stop.asked:
            raise Stopped

    def restart_dead(self) -> None:
        """Notice which processes have died, and start them again, later each time."""
        now = time.monotonic()
        for one in self.running:
            if one.restart_at is not None:
                if now >= one.restart_at:
                    self._restart(one)
            elif one.process.poll() is not None:
                self._plan_restart(one, now)

    def stop_all(self) -> None:
        """Stop everything: first what uses the services, then the services, last started first."""
        users = [one for one in self.running if one.program.name not in ("PostgreSQL", "broker")]
        for one in reversed(users):
            _signal(one, one.program.stop_signal)
        for one in reversed(users):
            self._await_end(one)
        for one in reversed([one for one in self.running if one not in users]):
            _signal(one, one.program.stop_signal)
            self._await_end(one)
        self.running.clear()

    def _launch(self, program: Program) -> Supervised:
        try:
            process = spawn(program)
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotStart(f"{program.command[0]} could not be started: {error}.") from error
        return Supervised(program, process, time.monotonic(), birth(process.pid) or "")

    def _plan_restart(self, one: Supervised, now: float) -> None:
        steady = now - one.started > STEADY_SECONDS
        one.deaths = 1 if steady else one.deaths + 1
        delay = min(FIRST_DELAY * 2 ** (one.deaths - 1), LONGEST_DELAY)
        one.restart_at = now + delay
        end_group(one.process.pid)  # what it may have left in its group
        self.say(
            f"The {one.program.name} process ended ({how_it_ended(one.process.returncode)}); "
            f"starting it again in {delay:g} s. Its log: {one.program.log}"
        )

    def _restart(self, one: Supervised) -> None:
        _bound_log(one.program.log)
        again = self._launch(one.program)
        one.process, one.started, one.born = again.process, again.started, again.born
        one.restart_at = None
        self.say(f"The {one.program.name} process runs again.")
        self.tell()

    def _await_end(self, one: Supervised) -> None:
        """Wait for a process that was asked to end; press on after the grace, or when hurried."""
        deadline = time.monotonic() + GRACE_SECONDS
        while one.process.poll() is None:
            if self.stop.asked > 1 or time.monotonic() > deadline:
                _signal(one, one.program.hurry_signal)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    one.process.wait(GRACE_SECONDS)
                break
            time.sleep(0.03)
        end_group(one.process.pid)
        one.process.wait()

    def _refuse_to_wait_for_the_dying(self) -> None:
        for one in self.running:
            if one.deaths >= DEATHS_TO_GIVE_UP:
                raise CannotStart(_failure(one))

    def _bound_logs(self) -> None:
        now = time.monotonic()
        if now - self.logs_checked > SECONDS_BETWEEN_LOG_CHECKS:
            self.logs_checked = now
            for one in self.running:
                _bound_log(one.program.log)

    def tell(self) -> None:
        """Pass on what is running."""
        self.changed(
            [
                Leftover(one.program.name, one.process.pid, one.born, int(one.program.stop_signal))
                for one in self.running
            ]
        )


def _signal(one: Supervised, signum: int) -> None:
    if one.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one.process.pid, signum)


def _failure(one: Supervised) -> str:
    ended = one.process.poll()
    how = "is not ready in time" if ended is None else f"ended ({how_it_ended(ended)})"
    words = last_line(one.program.log)
    return f"The {one.program.name} process {how}{': ' + words if words else ''} (see {one.program.log})."


def _bound_log(log: Path) -> None:
    """Put a log that has grown large aside, in place of the one before it."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
