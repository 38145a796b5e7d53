"""What README and docs name is there: paths, links, modules, commands and their options."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from runtime.cli import USAGE
from tests.unit.tracked import tracked_files

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = set(re.findall(r"\./yogo (\w+)", USAGE))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [page for page in PAGES if "decisions" not in page.parts]  # they say what was, too
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()}
IN_MARKS = re.compile(r"`((?:[\w.-]+/)+[\w.*-]*)`")
ANYWHERE = re.compile(r"(?<![\w./{<-])((?:[\w-]+/)+[\w-]+(?:\.\w+)+)")
NAMED_IN = re.compile(r"`(\w+)` \(`([\w/]+\.py)`|`([\w/]+\.py)`:? \(?`(\w+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
MANAGED = re.compile(r"\./yogo manage (?:--data-dir \S+ )?([a-z]\w*)([^`\n]*)")

each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


@each_page
def test_paths_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {*IN_MARKS.findall(text), *ANYWHERE.findall(text)}
    ours = {name for name in named if name.split("/")[0] in FOLDERS or name.endswith(".py")}
    assert [name for name in sorted(ours) if not any(ROOT.glob(name.rstrip("/")))] == []


@each_page
def test_files_named_alone_are_somewhere(page: Path) -> None:
    named = set(re.findall(r"`(\w+\.(?:py|html|js|css))\b", page.read_text(encoding="utf-8")))
    assert named <= {Path(name).name for name in tracked_files()}


@each_page
def test_names_are_in_the_file_beside_them(page: Path) -> None:
    wrong = [
        f"{name} in {path}"
        for first, in_first, in_second, second in NAMED_IN.findall(page.read_text(encoding="utf-8"))
        for name, path in [(first or second, in_first or in_second)]
        if "/" in path and not re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert wrong == []


@each_page
def test_files_of_tests_are_there(page: Path) -> None:
    named = set(re.findall(r"\b(test_\w+\.py)\b", page.read_text(encoding="utf-8")))
    assert named <= {path.name for path in (ROOT / "tests").rglob("test_*.py")}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_page
def test_modules_to_start_are_there(page: Path) -> None:
    named = set(re.findall(r"python -m ([\w.]+)", page.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if find_spec(name) is None] == []


@each_page
def test_commands_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"\./yogo ([a-z_-]+)", text)) <= COMMANDS
    assert {name for name, _rest in MANAGED.findall(text)} <= {*get_commands(), "help"}


@each_page
def test_commands_take_the_options_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\\n", "")
    wrong = [
        f"{name} {option}"
        for name, rest in MANAGED.findall(text)
        for option in re.findall(r"(?<!\S)--[a-z-]+", re.split(r" [|#] ", rest)[0])
        if option not in options_of(name)
    ]
    assert wrong == []


def options_of(name: str) -> set[str]:
    command = load_command_class(get_commands()[name], name)
    return set(command.create_parser("yogo", name)._option_string_actions)


def test_readme_tells_every_folder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {name for name in apps if f"`{name}/`" not in text} == set()
