"""Each colour of the pages and of the figures stands once."""

import re
from pathlib import Path

from ciri.figures.theme import THEMES
from tests.unit.tracked import python_files

ROOT = Path(__file__).resolve().parents[2]
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")


def test_a_page_names_no_colour_outside_its_tokens() -> None:
    _tokens, _, rules = (ROOT / "static/yogo.css").read_text().partition("}")
    assert COLOUR.findall(rules) == []


def test_a_token_that_differs_in_the_dark_says_so_in_one_line() -> None:
    tokens, _, _ = (ROOT / "static/yogo.css").read_text().partition("}")
    for line in tokens.splitlines():
        assert len(COLOUR.findall(line)) in (0, 2), line
        assert not COLOUR.findall(line) or "light-dark(" in line


def test_figures_take_their_colours_from_one_theme() -> None:
    apps = [f"{name}/*.py" for name in ("ciri", "clinical", "assays", "modeling", "exports")]
    elsewhere = {name for name, text in python_files(*apps).items() if COLOUR.search(text)}
    assert elsewhere == {"ciri/figures/theme.py"}


def test_every_theme_has_as_many_colours() -> None:
    assert {len(theme.series) for theme in THEMES.values()} == {6}
