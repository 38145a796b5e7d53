"""The rules of the house, checked by their tools in every test run."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TOOLS = {
    "the code is formatted": ["ruff", "format", "--check", "."],
    "templates are formatted": ["djlint", "templates", "--check", "--quiet"],
    "the linter finds nothing": ["ruff", "check", "."],
    "the types agree": ["mypy", "."],
    "imports run one way": ["lint-imports"],
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS.keys())
def test_of_the_tools(command: list[str]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_tracked_file_names_a_registry_or_a_machine_path() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    forbidden = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "/wor" + "k/")
    for name in filter(None, listed.stdout.split("\0")):
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        found = [word for word in forbidden if word in text]
        assert not found, f"{name} names {found}"


def test_a_template_has_one_thought_a_line() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > 160
    ]
    assert long == []
