"""Worker processes share the cores, unless somebody says otherwise."""

import os
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from ciri.kernel.threads import thread_count
from config.celery import divide_the_cores


@pytest.fixture(autouse=True)
def _sixteen_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    monkeypatch.setenv("YOGO_THREADS", "")  # and put back what it is set to meanwhile


@pytest.mark.parametrize(("processes", "threads"), [(4, 4), (16, 1), (32, 1), (1, 16)])
def test_the_cores_are_divided_by_the_processes(
    settings: Settings, processes: int, threads: int
) -> None:
    settings.THREADS = ""
    divide_the_cores(SimpleNamespace(concurrency=processes))  # type: ignore[arg-type]
    assert thread_count() == threads


def test_what_the_environment_says_holds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.THREADS = "3"
    monkeypatch.setenv("YOGO_THREADS", "3")
    divide_the_cores(SimpleNamespace(concurrency=16))  # type: ignore[arg-type]
    assert thread_count() == 3
