"""What README and docs name is there."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

COMMANDS = {"up", "test", "manage"}
ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "decisions" not in page.parts]
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.*-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_paths_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {name for name in PATH.findall(text) if name.split("/")[0] in FOLDERS}
    assert [name for name in sorted(named) if not any(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_of_tests_are_there(page: Path) -> None:
    named = set(re.findall(r"\b(test_\w+\.py)\b", page.read_text(encoding="utf-8")))
    assert named <= {path.name for path in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    ours = set(re.findall(r"\./yogo ([a-z_-]+)", text))
    managed = set(re.findall(r"\./yogo manage ([a-z_]+)", text))
    assert ours <= COMMANDS
    assert managed <= {*get_commands(), "help"}
