"""The files of this repository, as git knows them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked_files(*patterns: str) -> list[str]:
    """The path from the root of each tracked file that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in filter(None, listed.stdout.split("\0")) if (ROOT / name).exists()]


@cache
def python_files(*patterns: str) -> dict[str, str]:
    """The text of each tracked Python file, by its path from the root; migrations, which Django writes, are
    left out."""
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in tracked_files(*(patterns or ("*.py",)))
        if "migrations" not in Path(name).parts
    }


def parsed(name: str) -> ast.Module:
    """The syntax tree of one of them."""
    return ast.parse(python_files("*.py", "*.pyi")[name])
