"""Which errors of the database pass by themselves, and for how long a worker holds on."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from jobs import outages
from jobs.outages import hold_on, is_outage


def told(code: str | None, kind: type[Exception] = OperationalError) -> Exception:
    """An error as Django wraps the driver's."""

    class Driver(Exception):
        pgcode = code

    error = kind("told")
    error.__cause__ = Driver()
    return error


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (told(None), True),  # nobody answered
        (told("57P01"), True),  # an administrator shuts it down
        (told("57P03"), True),  # it starts
        (told("53300"), True),  # too many connections
        (told("08006"), True),  # connection failure
        (InterfaceError("connection already closed"), True),
        (told("53100"), False),  # its disk is full
        (told("55P03"), False),  # a lock was not to be had in time
        (told("40P01"), False),  # a deadlock
        (told("57014"), False),  # the query was cancelled
        (told(None, IntegrityError), False),
        (ValueError("told"), False),
    ],
)
def test_an_outage_is_told_from_other_errors(error: Exception, outage: bool) -> None:
    assert is_outage(error) is outage


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes by sleeping alone."""
    naps: list[float] = []
    monkeypatch.setattr(outages.time, "sleep", naps.append)
    monkeypatch.setattr(outages.time, "monotonic", lambda: sum(naps))
    monkeypatch.setattr(outages.connection, "close", lambda: None)
    return naps


def failing(*errors: Exception) -> Any:
    left = list(errors)

    def act() -> str:
        if left:
            raise left.pop(0)
        return "kept"

    return act


def test_a_worker_tries_again_later_and_later(naps: list[float]) -> None:
    gone = [told(None), told("57P03"), told("40P01"), InterfaceError(), told(None), told(None)]
    assert hold_on(failing(*gone)) == "kept"
    assert naps == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_worker_does_not_hold_on_for_ever(naps: list[float]) -> None:
    with pytest.raises(OperationalError):
        hold_on(failing(*[told(None)] * 1000))
    assert 590 <= sum(naps) <= 600


def test_what_will_not_pass_is_told_at_once(naps: list[float]) -> None:
    with pytest.raises(OperationalError):
        hold_on(failing(told("53100")))
    assert naps == []


def test_a_broken_connection_is_closed_before_the_next_try(
    naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next try would find the same one, and none would ever succeed."""
    closed: list[int] = []
    note = SimpleNamespace(close=lambda: closed.append(len(naps)))
    monkeypatch.setattr(outages, "connection", note)
    hold_on(failing(told(None), told("57P03")))
    assert closed == [0, 1]
