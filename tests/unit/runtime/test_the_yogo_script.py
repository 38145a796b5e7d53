"""The script that a newcomer types: it finds a Python, installs the lock once and hands over."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.paths import SOURCE

TOOLS = ("sh", "cmp", "dirname", "readlink", "cat")
HANDED_OVER = """
import os, sys
print(os.getcwd(), *sys.argv[1:], sep="|")
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of its own whose locks hold nothing, in a folder with a space."""
    house = tmp_path / "my house"
    (house / "runtime").mkdir(parents=True)
    shutil.copy(SOURCE / "yogo", house)
    shutil.copy(SOURCE / "runtime" / "install.py", house / "runtime")
    (house / "runtime" / "__init__.py").touch()
    (house / "runtime" / "__main__.py").write_text(HANDED_OVER)
    (house / "requirements.lock").write_text("# nothing\n")
    (house / "requirements-test.lock").write_text("# nothing either\n")
    return house


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH with the tools that POSIX promises, and python3.12 and python3.13 that do not run."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    for name in ("python3.12", "python3.13"):
        shim = folder / name
        shim.write_text("#!/bin/sh\necho 'no such version is installed' >&2\nexit 127\n")
        shim.chmod(0o755)
    return folder


@pytest.fixture
def python(path: Path) -> None:
    """A Python that runs, under the last of the names that are tried."""
    program = path / "python"
    program.write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" "$@"\n')
    program.chmod(0o755)


def call(script: Path, path: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [script, *arguments],
        env={"PATH": str(path)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.usefixtures("python")
def test_it_installs_once_and_hands_over_wherever_it_is_called_from(
    house: Path, path: Path, tmp_path: Path
) -> None:
    link = tmp_path / "a link"
    link.symlink_to("my house/yogo")
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "runtime").mkdir(parents=True)  # a stranger of the same name, never imported
    (elsewhere / "runtime" / "__main__.py").write_text("raise SystemExit('a stranger')")

    first = call(link, path, "manage", "say it", "--twice", cwd=elsewhere)
    assert first.stdout == f"{elsewhere}|manage|say it|--twice\n"
    assert "installing requirements.lock into .venv" in first.stderr
    second = call(house / "yogo", path, cwd=elsewhere)
    assert (second.stdout, second.stderr) == (f"{elsewhere}\n", "")

    tests = call(house / "yogo", path, "test", cwd=elsewhere)
    assert "installing requirements-test.lock" in tests.stderr
    assert call(house / "yogo", path, "up", cwd=elsewhere).stderr == ""

    (house / "requirements.lock").write_text("# another lock\n")
    assert "installing requirements.lock" in call(link, path, "up", cwd=elsewhere).stderr
    again = call(link, path, "test", cwd=elsewhere)
    assert "installing requirements-test.lock" in again.stderr


@pytest.mark.usefixtures("python")
def test_two_first_starts_at_once_do_not_break_each_other(house: Path, path: Path) -> None:
    both = [
        subprocess.Popen(
            [house / "yogo", "up"],
            env={"PATH": str(path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [each.communicate(timeout=120) for each in both]
    assert [each.returncode for each in both] == [0, 0], told
    assert sum("installing" in errors for _, errors in told) == 1


@pytest.mark.usefixtures("python")
def test_a_lock_that_cannot_be_installed_is_a_sentence_and_is_tried_again(
    house: Path, path: Path
) -> None:
    (house / "requirements.lock").write_text("a-package-without-a-hash==1\n")
    for _ in range(2):
        failed = call(house / "yogo", path, "up", cwd=house)
        assert failed.returncode == 1
        assert failed.stdout == ""
        assert "yogo: requirements.lock could not be installed: " in failed.stderr


def test_without_a_python_that_is_new_enough_it_says_what_to_install(
    house: Path, path: Path
) -> None:
    refused = call(house / "yogo", path, "up", cwd=house)
    assert refused.returncode == 1
    assert refused.stderr.startswith("yogo: no Python >= 3.11 with venv was found: install one")
    assert refused.stderr.count("\n") == 1
    assert not (house / ".venv").exists()


def test_the_test_lock_holds_everything_of_the_other_in_the_same_versions() -> None:
    def pinned(name: str) -> set[str]:
        text = (SOURCE / name).read_text()
        assert "://" not in text, f"{name} names an address"
        return set(re.findall(r"^([\w.-]+(?:\[[\w,-]+\])?==\S+)", text, re.MULTILINE))

    assert pinned("requirements.lock")
    assert pinned("requirements.lock") <= pinned("requirements-test.lock")
