"""What the three commands do: up, manage and test."""

import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from runtime import application
from runtime.errors import CannotStart
from runtime.paths import SOURCE, Places, default_data_dir, open_places
from runtime.processes import (
    adopt_orphans,
    children,
    die_with_parent,
    how_it_ended,
    last_line,
)
from runtime.services import Services, keep_state, start_services
from runtime.state import Held, end_leftovers, hold, read_state
from runtime.supervisor import Stopped, Supervisor, stop_signals

DEFAULT_PORT = 8000
SECONDS_TO_PREPARE = 900
SECONDS_TO_ANSWER = 120


def up(data: Path, port: int, *, demo: bool) -> int:
    """Serve an installation until somebody asks to stop; the exit code."""
    places = open_places(data)
    with hold(places, "up"), listening(port) as listener, stop_signals() as stop:
        for name in end_leftovers(places):
            _tell(f"Ended the {name} process that an earlier ./yogo left behind.")
        supervisor = Supervisor(stop, _tell)
        try:
            _serve(supervisor, places, listener, demo=demo)
            supervisor.wait(lambda: False)
        except Stopped:
            _tell("Stopping. A second Ctrl-C hurries it.")
        finally:
            supervisor.stop_all()
            places.state.unlink(missing_ok=True)
        _tell("Stopped.")
    return 0


def _serve(supervisor: Supervisor, places: Places, listener: socket.socket, *, demo: bool) -> None:
    port = listener.getsockname()[1]
    _tell("Starting PostgreSQL and the broker.")
    services = start_services(supervisor, places, os.environ, command="up", port=port)
    env = services.environment
    _tell("Preparing the database and the pages.")
    shown = _prepare(supervisor, services, demo=demo)
    _tell("Starting web, workers and beat.")
    supervisor.start(application.web(places, env, listener.fileno()))
    supervisor.wait(
        lambda: application.answers(port),
        SECONDS_TO_ANSWER,
        f"The first page (see {places.logs / 'web.log'})",
    )
    supervisor.start(application.worker(places, env))
    supervisor.start(application.short_worker(places, env))
    supervisor.start(application.beat(places, env))
    keep_state(supervisor, places, env, "up", ready=True)
    print(f"\nThe data lie in {places.data}", *shown.splitlines(), sep="\n")
    print(f"Yogo is ready at {application.address(port)}/ (Ctrl-C stops it)", flush=True)


def manage(data: Path, arguments: Sequence[str]) -> int:
    """Run a management command against the installation's services, started for it if need be.

    Nothing of ours goes to standard output, which is the command's alone.
    """
    places = open_places(data)
    told = False
    while True:
        try:
            with hold(places, f"manage {arguments[0]}"):
                return _manage_alone(places, arguments)
        except Held as holder:
            state = read_state(places)
            if holder.command == "up" and state and state.ready and state.pid == holder.pid:
                _join(state.environment, arguments)
            if not told:
                _warn(f"Waiting for ./yogo {holder.command} (process {holder.pid}).")
                told = True
            time.sleep(0.2)


def _join(environment: Mapping[str, str], arguments: Sequence[str]) -> None:
    """Become the command, in the environment of the services that are up."""
    command = application.management_command(*arguments)
    env = {**os.environ, **environment, "PYTHONPATH": str(SOURCE)}
    sys.stdout.flush()
    os.execve(command[0], command, env)  # noqa: S606


def _manage_alone(places: Places, arguments: Sequence[str]) -> int:
    with stop_signals() as stop:
        end_leftovers(places)
        supervisor = Supervisor(stop, _warn)
        try:
            services = start_services(
                supervisor, places, os.environ, command="manage", port=DEFAULT_PORT
            )
            sys.stderr.write(_prepare(supervisor, services, demo=False))
            supervisor.start(application.worker(places, services.environment))
            command = application.management_command(*arguments)
            return _in_foreground(supervisor, command, services.environment)
        except Stopped:
            return 128 + signal.SIGTERM
        finally:
            supervisor.stop_all()
            places.state.unlink(missing_ok=True)


def test(arguments: Sequence[str]) -> int:
    """Run the tests against services of their own in a temporary folder; pytest's exit code."""
    adopt_orphans()
    # What is compiled outlives the folder of one run.
    kernels = default_data_dir(os.environ) / "kernels"
    base = {"NUMBA_CACHE_DIR": str(kernels), **os.environ}
    with _temporary_places() as places, stop_signals() as stop:
        supervisor = Supervisor(stop, _warn)
        try:
            services = start_services(
                supervisor, places, base, command="test", port=DEFAULT_PORT, durable=False
            )
            command = [sys.executable, "-m", "pytest", *arguments]
            return _in_foreground(supervisor, command, services.environment, SOURCE)
        except Stopped:
            return 128 + signal.SIGTERM
        finally:
            _end_orphans(supervisor)
            supervisor.stop_all()


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket that listens on a port of this machine only, before anything else is started."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
        except (OSError, OverflowError) as error:
            raise CannotStart(_port_trouble(port, error)) from error
        yield listener


def _port_trouble(port: int, error: OSError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return f"There is no port {port}: choose one from 1024 to 65535 with --port."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: stop that one, or choose another with --port."
    return f"Port {port} cannot be opened ({error.strerror}): choose another with --port."


def _prepare(supervisor: Supervisor, services: Services, *, demo: bool) -> str:
    """Bring database and built files to what this version needs; what there is to show."""
    log = services.places.logs / "prepare.log"
    with tempfile.TemporaryFile("w+") as shown, open(log, "wb") as errors:
        command = application.prepare(demo=demo)
        process = _child(
            command, services.environment, SOURCE, stdout=shown, stderr=errors, new_session=True
        )
        with _end_at_last(process):
            supervisor.wait(
                lambda: process.poll() is not None,
                SECONDS_TO_PREPARE,
                f"Preparing the database (see {log})",
            )
        if process.returncode:
            raise CannotStart(
                f"Preparing the database ended with {how_it_ended(process.returncode)}: "
                f"{last_line(log)} (see {log})"
            )
        shown.seek(0)
        return shown.read()


def _in_foreground(
    supervisor: Supervisor,
    command: Sequence[str],
    environment: Mapping[str, str],
    cwd: Path | None = None,
) -> int:
    """Run a command that has the terminal, its exit code as a shell would give it."""
    # Ctrl-C reaches the command itself, which decides what it means (a Python shell goes on).
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    process = _child(command, environment, cwd)
    try:
        with _end_at_last(process):
            supervisor.wait(lambda: process.poll() is not None)
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _child(
    command: Sequence[str],
    environment: Mapping[str, str],
    cwd: Path | None,
    *,
    stdout: IO[Any] | None = None,
    stderr: IO[Any] | None = None,
    new_session: bool = False,
) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    return subprocess.Popen(
        list(command),
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL if new_session else None,
        stdout=stdout,
        stderr=stderr,
        start_new_session=new_session,
        preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),
    )


@contextmanager
def _end_at_last(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _temporary_places() -> Iterator[Places]:
    folder = Path(tempfile.mkdtemp(prefix="yogo-test-"))
    places = open_places(folder)
    try:
        yield places
    finally:
        shutil.rmtree(places.sockets, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _end_orphans(supervisor: Supervisor) -> None:
    """End what the tests left running: adopted, so our own children that we did not start."""
    ours = {one.process.pid for one in supervisor.running}
    while orphans := [pid for pid in children(os.getpid()) if pid not in ours]:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _tell(sentence: str) -> None:
    print(sentence, flush=True)


def _warn(sentence: str) -> None:
    print(f"yogo: {sentence}", file=sys.stderr, flush=True)
