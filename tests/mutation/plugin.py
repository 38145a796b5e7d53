"""The run itself: a plugin for pytest, so that services, settings and fixtures are those of every other run."""

import importlib
import json
import os
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.accepted import accepted
from tests.mutation.baseline import Kept, Measured, measure
from tests.mutation.by_hand import by_hand
from tests.mutation.faults import Fault, faults_of
from tests.mutation.forks import Databases, commits, first_failure, in_a_fork
from tests.mutation.putting_in import CannotPutIn, Loaded
from tests.mutation.rooms import BY_HAND, ROOMS, Room, sources

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0  # of tests for one fault: the quickest that run its line


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mutation")
    group.addoption("--mutate", help=f"rooms, with commas: {', '.join(ROOMS)}")
    group.addoption(
        "--mutate-only", default="", help="only places that contain this text (file:function)"
    )
    group.addoption("--mutate-every", type=int, default=1, help="only each n-th fault: a sample")
    group.addoption("--mutate-again", help="only faults that this file (an earlier output) names")
    group.addoption("--mutate-seconds", type=float, default=SECONDS, help="of tests for one fault")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    if not all(room.compiled for room in _rooms(early_config.known_args_namespace.mutate).values()):
        os.environ["NUMBA_DISABLE_JIT"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    rooms = _rooms(config.option.mutate)
    if len({room.compiled for room in rooms.values()}) > 1:
        raise pytest.UsageError("The kernels' room runs alone: its code is not compiled.")
    if not any(Path(arg.split("::")[0]).exists() and arg != "tests" for arg in config.args):
        config.args = sorted({test for room in rooms.values() for test in room.tests})
    from hypothesis import Phase, settings

    phases = [Phase.explicit, Phase.generate]
    settings.register_profile(
        "mutation", database=None, deadline=None, derandomize=True, phases=phases
    )
    settings.load_profile("mutation")


def _rooms(told: str | None) -> dict[str, Room]:
    names = (told or "").split(",")
    if unknown := [name for name in names if name not in ROOMS]:
        raise pytest.UsageError(f"--mutate={','.join(unknown)}: the rooms are {', '.join(ROOMS)}.")
    return {name: ROOMS[name] for name in names}


def pytest_runtestloop(session: pytest.Session) -> bool:
    if session.testsfailed:
        raise session.Interrupted("the tests could not be collected")
    run = Run(session)
    rooms = _rooms(session.config.option.mutate)
    run.learn(rooms)
    for name, room in rooms.items():
        run.mutate(name, room)
    session.testsfailed = run.survived
    return True


class Run:
    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.option = session.config.option
        self.items = {item.nodeid: item for item in session.items}
        self.survived = 0
        self.killers: Counter[str] = Counter()
        assert session.config.cache is not None
        self.folder = session.config.cache.mkdir("mutation")
        self.databases = Databases(session, session.items)
        self.measured: dict[str, Measured] = {}

    def tell(self, text: str, *, line: bool = True) -> None:
        terminal: Any = self.session.config.pluginmanager.get_plugin("terminalreporter")
        terminal.write(text + ("\n" if line else ""), flush=True)

    def learn(self, rooms: dict[str, Room]) -> None:
        """Run each file of tests once for all rooms together, so that rooms share what is learnt."""
        files = sorted({file for name, room in rooms.items() for file in self.files(name, room)})
        for file in files:
            importlib.import_module(
                file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            )
        tests = {test for room in rooms.values() for test in room.tests}
        self.measured = self.measure(files, tests, all(room.compiled for room in rooms.values()))

    def files(self, name: str, room: Room) -> list[str]:
        files = sorted(by_hand(BY_HAND, ROOT)) if name == "by-hand" else sources(room, ROOT)
        return [file for file in files if self.option.mutate_only.split(":")[0] in file]

    def mutate(self, name: str, room: Room) -> None:
        listed = by_hand(BY_HAND, ROOT) if name == "by-hand" else {}
        files = self.files(name, room)
        measured = {
            file: one for file, one in self.measured.items() if _stands_in(file, room.tests)
        }
        loaded = Loaded(ROOT, set(files))
        equivalents = accepted(ROOT)
        tally: dict[str, Counter[str]] = defaultdict(Counter)
        survivors: list[str] = []
        began = time.monotonic()
        for file in files:
            for fault in listed.get(file) or self.wanted(file):
                if fault.key in equivalents:
                    tally[file]["equivalent"] += 1
                    continue
                verdict, told = self.try_fault(fault, loaded, measured)
                tally[file][verdict] += 1
                if verdict == "not put in":
                    self.tell(f"\nnot put in ({told}): {fault}")
                elif verdict == "survived":
                    survivors.append(f"{fault}\n      {told}")
                    self.tell(f"\n{fault}\n      {told}")
                else:
                    self.tell({"killed": ".", "timeout": "t"}.get(verdict, "?"), line=False)
        self.report(name, tally, survivors, time.monotonic() - began)

    def wanted(self, file: str) -> list[Fault]:
        only = self.option.mutate_only
        found = [f for f in faults_of(ROOT / file, ROOT) if only in f"{file}:{f.where}"]
        if self.option.mutate_again:
            named = Path(self.option.mutate_again).read_text()
            found = [fault for fault in found if f"{fault}\n" in named]
        every = self.option.mutate_every
        return found[zlib.crc32(file.encode()) % every :: every]

    def measure(
        self, files: list[str], tests: Iterable[str], compiled: bool
    ) -> dict[str, Measured]:
        kept = Kept(self.folder, ROOT, files, f"compiled={compiled}")
        by_file: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in self.items.values():
            by_file[item.nodeid.split("::")[0]].append(item)
        found = {}
        for test_file, items in by_file.items():
            if not _stands_in(test_file, tests):
                continue
            measured = kept.get(test_file)
            if measured is None:
                measured = self.measure_anew(items, files)
                kept.put(test_file, measured)
                self.tell(
                    f"{test_file}: {len(measured.tests)} tests, {sum(t.seconds for t in measured.tests.values()):.1f} s"
                )
            for nodeid, timed in measured.tests.items():
                if not timed.passed:
                    self.tell(f"not used, for it does not pass: {nodeid}")
            found[test_file] = measured
        return found

    def measure_anew(self, items: list[pytest.Item], files: Iterable[str]) -> Measured:
        from dataclasses import asdict

        from tests.mutation.baseline import Timed

        self.databases.make_ready()

        def work() -> Any:
            self.databases.use_copy()
            return asdict(measure(items, ROOT, files))

        how, told = in_a_fork(work, seconds=900)
        if how != "done":
            self.tell(f"{items[0].nodeid.split('::')[0]} could not be measured: {how}")
            return Measured()
        tests = {nodeid: Timed(**timed) for nodeid, timed in told["tests"].items()}
        return Measured(tests, told["shared"], told["shared_seconds"])

    def try_fault(
        self, fault: Fault, loaded: Loaded, measured: dict[str, Measured]
    ) -> tuple[str, str]:
        chosen, seconds, left_out = self.choose(fault, measured)
        if not chosen:
            return "survived", "no test runs this line"
        self.databases.make_ready()

        def work() -> str:
            self.databases.use_copy()
            try:
                loaded.put_in(fault)
            except CannotPutIn as reason:
                return f"!{reason}"
            return first_failure(chosen, seconds, self.session)

        how, told = in_a_fork(work, seconds=60 + 8 * sum(seconds[item.nodeid] for item in chosen))
        self.databases.clean = how == "done" and not any(commits(item) for item in chosen)
        if how != "done":
            return "timeout", how
        if told.startswith("!"):
            return ("same" if "the same" in told else "not put in"), told[1:]
        if told:
            self.killers[told.split(" (")[0]] += 1
            return "killed", told
        return "survived", f"{len(chosen)} tests pass" + (
            f" ({left_out} more not tried)" if left_out else ""
        )

    def choose(
        self, fault: Fault, measured: dict[str, Measured]
    ) -> tuple[list[pytest.Item], dict[str, float], int]:
        """Tests that run the fault's line: those named after its file, then the quickest, those of a file
        together."""
        files: list[tuple[bool, float, str, list[str]]] = []
        seconds: dict[str, float] = {}
        for test_file, one in measured.items():
            shared = fault.kind == "default" or not fault.lines or _runs(one.shared, fault)
            tests = [
                nodeid
                for nodeid, timed in one.tests.items()
                if timed.passed and nodeid in self.items and (shared or _runs(timed.lines, fault))
            ]
            if shared and not _runs(one.shared, fault):  # known only to be in this file of code
                tests = [n for n in tests if fault.file in one.tests[n].lines]
            if fault.kind == "constant" and (not tests or _named_after(test_file, fault.file)):
                # It ran when it was imported, before all tests.
                tests = [n for n, timed in one.tests.items() if timed.passed and n in self.items]
            seconds |= {nodeid: one.tests[nodeid].seconds for nodeid in tests}
            if tests:
                tests.sort(key=lambda nodeid: (-self.killers[nodeid], seconds[nodeid]))
                kills = sum(self.killers[nodeid] for nodeid in tests)
                quickest = one.shared_seconds + seconds[tests[0]]
                seconds[tests[0]] += one.shared_seconds
                far = not _named_after(test_file, fault.file)
                files.append((far, quickest / (1 + kills), test_file, tests))
        chosen, left, left_out = [], self.option.mutate_seconds, 0
        for _, _, _, tests in sorted(files):
            for nodeid in tests:
                if seconds[nodeid] <= left or not chosen:
                    chosen.append(self.items[nodeid])
                    left -= seconds[nodeid]
                else:
                    left_out += 1
        return chosen, seconds, left_out

    def report(
        self, name: str, tally: dict[str, Counter[str]], survivors: list[str], seconds: float
    ) -> None:
        self.survived += len(survivors)
        total: Counter[str] = sum(tally.values(), Counter())
        self.tell(f"\n\n{name}: {_worded(total)}, in {seconds:.0f} s")
        for file, counted in tally.items():
            self.tell(f"  {file}: {_worded(counted)}")
        if not self.option.mutate_only and self.option.mutate_every == 1:
            (self.folder / f"{name}.survivors.txt").write_text("\n".join(survivors) + "\n")
            (self.folder / f"{name}.score.json").write_text(json.dumps(total))


def _worded(counted: Counter[str]) -> str:
    noticed = counted["killed"] + counted["timeout"]
    rest = ", ".join(
        f"{n} {word}" for word, n in sorted(counted.items()) if word not in ("killed", "timeout")
    )
    return f"{noticed} of {noticed + counted['survived']} noticed" + (f" ({rest})" if rest else "")


def _stands_in(test_file: str, tests: Iterable[str]) -> bool:
    return any(Path(test_file).is_relative_to(one) for one in tests)


def _named_after(test_file: str, file: str) -> bool:
    """Whether a file of tests says in its name that it is about a file of code: it is tried first."""
    words = set(Path(test_file).stem.removeprefix("test_").split("_"))
    return bool(words & {*Path(file).stem.split("_"), *Path(file).parts[:1]} - {"modeling"})


def _runs(lines: dict[str, list[int]], fault: Fault) -> bool:
    return not fault.lines.isdisjoint(lines.get(fault.file, ()))
