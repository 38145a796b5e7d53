"""docs/architecture.md leads to what it names, without a jump that nobody could follow.

A step is reached where the code of the one before (its function or class, with what it calls in its own file) names it,
or where a seam of docs/seams.md joins them.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from tests.unit.tracked import parsed

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
SEAMS = (ROOT / "docs/seams.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| (\d+) \| `([^`]+)` \| `([^`]+)` \| (\d*)(?:, `([^`]+)`)? ?\|")
MOST = {
    "A contact is entered, and a patient is scored anew": 10,
    "A plate's bytes become a measurement": 14,
    "A training becomes scores": 18,
    "An export becomes bytes": 9,
}
Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Step:
    """A line of a way: where to read, and from which line one comes, through which seam."""

    number: int
    file: str
    name: str
    before: int | None
    seam: str

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").replace("/", ".")


def steps(part: str) -> list[Step]:
    return [
        Step(int(number), file, name, int(before) if before else None, seam)
        for number, file, name, before, seam in ROW.findall(part)
    ]


WAYS = {part.splitlines()[0]: steps(part) for part in PAGE.split("\n### ")[1:]}


@cache
def definitions(file: str) -> dict[str, Definition]:
    """What a file defines at its top, by name."""
    found: dict[str, Definition] = {}
    for node in parsed(file).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def words_of(node: ast.AST) -> set[str]:
    """The names and texts of a piece of code."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.add(part.value)
    return found


def named_by(step: Step) -> set[str]:
    """What the step's definition names, and what those of the same file name that it names."""
    known = definitions(step.file)
    named, waiting = {step.name}, [step.name]
    while waiting:
        new = words_of(known[waiting.pop()]) - named
        named |= new
        waiting += new & known.keys()
    return named


def test_all_four_ways_are_told() -> None:
    assert WAYS.keys() == MOST.keys()
    for way in WAYS.values():
        assert [step.number for step in way] == list(range(1, len(way) + 1))
    lines = len(re.findall(r"^\| \d+ ", PAGE, re.MULTILINE))
    assert lines == sum(map(len, WAYS.values())), "a line is not read as a step"


@pytest.mark.parametrize("way", list(MOST))
def test_a_way_is_short(way: str) -> None:
    assert len({step.file for step in WAYS[way]}) <= MOST[way]


@pytest.mark.parametrize("way", list(MOST))
def test_each_step_is_there(way: str) -> None:
    for step in WAYS[way]:
        assert step.name in definitions(step.file), f"{step.file} defines no {step.name}"


@pytest.mark.parametrize("way", list(MOST))
def test_each_step_is_named_by_the_one_before(way: str) -> None:
    for step in WAYS[way]:
        if step.before is None or step.seam:
            continue
        before = WAYS[way][step.before - 1]
        assert step.name in named_by(before), f"{before.file} does not lead to {step}"
        imported = _imported_as(before.file, step.name)
        if imported is not None:
            assert imported is getattr(import_module(step.module), step.name), step


@pytest.mark.parametrize("way", list(MOST))
def test_each_seam_joins_what_it_is_said_to_join(way: str) -> None:
    for step in WAYS[way]:
        if not step.seam:
            continue
        before = WAYS[way][(step.before or 0) - 1]
        assert re.search(
            rf"^\| {re.escape(step.seam)} \|.*`{re.escape(step.module)}\.{step.name}`",
            SEAMS,
            re.MULTILINE,
        ), f"docs/seams.md does not say that {step.seam} is {step.name}"
        registry = _registry_of(step.seam)
        named = {step.seam, step.seam.rpartition(".")[2], registry}
        assert named & named_by(before), f"{before} knows no {registry}"


def _imported_as(file: str, name: str) -> object | None:
    """What a file imports under this name; None where it imports none."""
    for node in parsed(file).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                if (one.asname or one.name) == name:
                    return getattr(import_module(node.module), one.name)
    return None


def _registry_of(seam: str) -> str:
    """The registry under whose title docs/seams.md has a line."""
    above = SEAMS[: re.search(rf"^\| {re.escape(seam)} \|", SEAMS, re.MULTILINE).start()]
    return re.findall(r"^`([\w.]+)`, filled by", above, re.MULTILINE)[-1].rpartition(".")[2]


def test_every_folder_of_the_page_is_there() -> None:
    for folder in re.findall(r"^\| ((?:`\w+/` ?)+)\|", PAGE, re.MULTILINE):
        for name in re.findall(r"`(\w+)/`", folder):
            assert (ROOT / name).is_dir()
