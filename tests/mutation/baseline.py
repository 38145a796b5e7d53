"""Which tests run which lines, and how long each takes: measured once for each file of tests, and kept."""

import hashlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

Lines = dict[str, set[int]]


@dataclass
class Timed:
    """One test: whether it passed, its seconds, and the lines that it ran."""

    passed: bool
    seconds: float
    lines: dict[str, list[int]]


@dataclass
class Measured:
    """A file of tests: its tests, and the lines that what they share ran (fixtures of the module)."""

    tests: dict[str, Timed] = field(default_factory=dict)
    shared: dict[str, list[int]] = field(default_factory=dict)
    shared_seconds: float = 0.0


class Tracer:
    """Notes the lines of some files as they run."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        self.names = {str(root / file): file for file in files}
        self.lines: Lines = defaultdict(set)

    def __call__(self, frame: FrameType, event: str, arg: Any) -> Any:
        file = self.names.get(frame.f_code.co_filename)
        if file is None:
            return None
        noted = self.lines[file]
        noted.add(frame.f_lineno)

        def line(frame: FrameType, event: str, arg: Any) -> Any:
            noted.add(frame.f_lineno)
            return line

        return line

    @contextmanager
    def noting(self) -> Iterator[Lines]:
        """What runs inside is noted apart."""
        before, self.lines = self.lines, defaultdict(set)
        try:
            yield self.lines
        finally:
            self.lines = before

    @contextmanager
    def on(self) -> Iterator[None]:
        threading.settrace(self)
        sys.settrace(self)
        try:
            yield
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]


class SharedFixtures:
    """A plugin for the time of measuring: tells what fixtures of a whole module ran."""

    def __init__(self, tracer: Tracer, measured: Measured) -> None:
        self.tracer, self.measured = tracer, measured
        self.lines: Lines = defaultdict(set)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        began = time.perf_counter()
        with self.tracer.noting() as lines:
            try:
                return (yield)
            finally:
                self.measured.shared_seconds += time.perf_counter() - began
                for file, numbers in lines.items():
                    self.lines[file] |= numbers


def measure(items: list[pytest.Item], root: Path, files: Iterable[str]) -> Measured:
    """Run the tests of one file and note what they run."""
    measured = Measured()
    tracer = Tracer(root, files)
    shared = SharedFixtures(tracer, measured)
    manager = items[0].config.pluginmanager
    manager.register(shared)
    for item, after in zip(items, [*items[1:], items[0].session], strict=True):
        began, before = time.perf_counter(), measured.shared_seconds
        with tracer.noting() as lines, tracer.on():
            reports = runtestprotocol(item, log=False, nextitem=after)  # type: ignore[arg-type]
        seconds = time.perf_counter() - began - (measured.shared_seconds - before)
        measured.tests[item.nodeid] = Timed(
            passed=all(report.passed for report in reports), seconds=seconds, lines=_listed(lines)
        )
    manager.unregister(shared)
    measured.shared = _listed(shared.lines)
    return measured


def _listed(lines: Lines) -> dict[str, list[int]]:
    return {file: sorted(numbers) for file, numbers in lines.items()}


class Kept:
    """What was measured before, as long as neither the tests nor the code have changed since."""

    def __init__(self, folder: Path, root: Path, files: Iterable[str], extra: str) -> None:
        self.folder, self.root, self.files, self.extra = folder, root, sorted(files), extra
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, test_file: str) -> Path:
        name = hashlib.sha256(f"{test_file} {self.extra}".encode()).hexdigest()[:20]
        return self.folder / f"{name}.json"

    def _hashes(self, test_file: str) -> dict[str, str]:
        return {
            file: hashlib.sha256((self.root / file).read_bytes()).hexdigest()
            for file in (test_file, *self.files)
        }

    def get(self, test_file: str) -> Measured | None:
        try:
            kept = json.loads(self._path(test_file).read_text())
        except (OSError, ValueError):
            return None
        hashes = self._hashes(test_file)
        if any(kept["hashes"].get(file) != told for file, told in hashes.items()):
            return None
        return Measured(
            tests={name: Timed(**timed) for name, timed in kept["tests"].items()},
            shared=kept["shared"],
            shared_seconds=kept["shared_seconds"],
        )

    def put(self, test_file: str, measured: Measured) -> None:
        told = {"hashes": self._hashes(test_file), **asdict(measured)}
        self._path(test_file).write_text(json.dumps(told))
