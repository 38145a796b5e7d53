import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import supervisor as module
from runtime.errors import CannotStart
from runtime.paths import Places
from runtime.supervisor import Stopped, StopRequest, Supervisor, stop_signals
from tests.unit.runtime.programs import python_program

LASTING = "import time; time.sleep(60)"


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_process_that_dies_is_started_again_and_that_is_said(places: Places) -> None:
    said: list[str] = []
    supervisor = Supervisor(StopRequest(), said.append)
    supervisor.start(python_program(places, "web", LASTING))
    first = supervisor.running[0].process
    first.kill()
    supervisor.wait(lambda: supervisor.running[0].process is not first)
    second = supervisor.running[0].process
    assert second.poll() is None
    supervisor.stop_all()
    assert second.poll() is not None
    assert "The web process ended (signal SIGKILL); starting it again in 0.5 s" in said[0]
    assert said[1] == "The web process runs again."


def test_a_process_that_keeps_dying_waits_longer_each_time(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY", 0.01)
    said: list[str] = []
    supervisor = Supervisor(StopRequest(), said.append)
    supervisor.start(python_program(places, "beat", "raise SystemExit('no clock')"))
    with pytest.raises(CannotStart, match=r"The beat process ended .*exit code 1.*: no clock"):
        supervisor.wait(lambda: False, seconds=30)
    supervisor.stop_all()
    delays = [line.split(" in ")[1].split(" s.")[0] for line in said if "again in" in line]
    assert delays == ["0.01", "0.02", "0.04"]


def test_a_program_that_ends_before_it_is_ready_is_told_with_its_last_words(places: Places) -> None:
    supervisor = Supervisor(StopRequest(), print)
    program = python_program(places, "broker", "raise SystemExit('no room')", ready=lambda: False)
    with pytest.raises(CannotStart, match=r"The broker process ended \(exit code 1\): no room"):
        supervisor.start(program)
    supervisor.stop_all()


def test_a_program_that_cannot_be_started_is_a_sentence(places: Places) -> None:
    program = python_program(places, "web", "")
    missing = Path("/nowhere/at/all")
    with pytest.raises(CannotStart, match="/nowhere/at/all could not be started"):
        Supervisor(StopRequest(), print).start(
            program.__class__("web", [str(missing)], {}, places.logs / "web.log")
        )


def test_what_takes_too_long_is_named(places: Places) -> None:
    supervisor = Supervisor(StopRequest(), print)
    with pytest.raises(CannotStart, match=r"^The first page took more than 0 s\.$"):
        supervisor.wait(lambda: False, seconds=0, what="The first page")


def test_services_stop_after_those_that_use_them(places: Places) -> None:
    order = places.data / "order"
    noting = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep({delay}); open({order!r}, 'a').write('{name} '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open({ready!r}, 'w').close(); time.sleep(60)"
    )
    supervisor = Supervisor(StopRequest(), print)
    for name, delay in (("PostgreSQL", 0), ("broker", 0), ("web", 0.3)):
        ready = places.data / f"{name} is ready"
        code = noting.format(name=name, delay=delay, order=str(order), ready=str(ready))
        supervisor.start(python_program(places, name, code, ready=ready.exists))
    supervisor.stop_all()
    assert order.read_text().split() == ["web", "broker", "PostgreSQL"]


def test_a_second_request_hurries_a_process_that_does_not_end(places: Places) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open({ready!r}, 'w').close(); time.sleep(60)"
    )
    ready = places.data / "ready"
    supervisor = Supervisor(StopRequest(asked=2), print)
    program = python_program(places, "web", deaf.format(ready=str(ready)))
    supervisor.running.append(supervisor._launch(program))
    until(ready.exists)
    began = time.monotonic()
    supervisor.stop_all()
    assert time.monotonic() - began < 3


def test_signals_that_end_a_program_become_a_request() -> None:
    with stop_signals() as request:
        supervisor = Supervisor(request, print)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.wait(lambda: False, seconds=5)


def test_a_log_that_has_grown_large_is_put_aside(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_LOG", 10)
    log = places.logs / "web.log"
    log.write_text("more than ten bytes")
    supervisor = Supervisor(StopRequest(), print)
    supervisor.start(python_program(places, "web", LASTING))
    supervisor.stop_all()
    assert log.read_text() == ""
    assert (places.logs / "web.log.1").read_text() == "more than ten bytes"
