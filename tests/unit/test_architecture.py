"""docs/architecture.md leads to what it names, without a jump that nobody could follow."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
SEAMS = (ROOT / "docs/seams.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| (\d+) \| `([^`]+)` \| `([^`]+)` \| ?(\d*|seam) ?\|")
MOST = {
    "A contact is entered, and a patient is scored anew": 10,
    "A plate's bytes become a measurement": 14,
    "A training becomes scores": 18,
    "An export becomes bytes": 9,
}
WAYS = {part.splitlines()[0]: ROW.findall(part) for part in PAGE.split("\n### ")[1:]}


def source(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def test_all_four_ways_are_told() -> None:
    assert WAYS.keys() == MOST.keys()
    assert all(
        [int(row[0]) for row in rows] == list(range(1, len(rows) + 1)) for rows in WAYS.values()
    )


@pytest.mark.parametrize("way", list(MOST))
def test_a_way_is_short(way: str) -> None:
    assert len({file for _, file, _, _ in WAYS[way]}) <= MOST[way]


@pytest.mark.parametrize("way", list(MOST))
def test_each_line_is_there(way: str) -> None:
    for _, file, name, _ in WAYS[way]:
        defined = rf"^ *(?:async )?(?:def|class) {name}\b|^{name}\b.*="
        assert re.search(defined, source(file), re.MULTILINE), f"{file} has no {name}"


@pytest.mark.parametrize("way", list(MOST))
def test_each_line_is_named_by_the_one_it_is_reached_from(way: str) -> None:
    rows = WAYS[way]
    for number, file, name, before in rows[1:]:
        dotted = f"{file.removesuffix('.py').replace('/', '.')}.{name}"
        if before == "seam":
            assert f"`{dotted}`" in SEAMS, f"{number}: docs/seams.md has no {dotted}"
        else:
            assert re.search(rf"\b{name}\b", source(rows[int(before) - 1][1])), f"{number}: {name}"


def test_every_folder_of_the_page_is_there() -> None:
    for folder in re.findall(r"^\| ((?:`\w+/` ?)+)\|", PAGE, re.MULTILINE):
        for name in re.findall(r"`(\w+)/`", folder):
            assert (ROOT / name).is_dir()
