"""The faults that a person wrote down (by_hand.toml)."""

import ast
import tomllib
from collections import defaultdict
from functools import partial
from pathlib import Path

from tests.mutation.faults import Fault
from tests.mutation.reading import (
    short,
)


def by_hand(path: Path, root: Path) -> dict[str, list[Fault]]:
    """The faults of the list, by file."""
    found: dict[str, list[Fault]] = defaultdict(list)
    for told in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]:
        source = (root / told["file"]).read_text(encoding="utf-8")
        if source.count(told["old"]) != 1:
            raise ValueError(
                f"{told['file']} holds {told['old']!r} {source.count(told['old'])} times"
            )
        line = source[: source.index(told["old"])].count("\n") + 1
        where = _function_at(ast.parse(source), line)
        changed = source.replace(told["old"], told["new"])
        found[told["file"]].append(
            Fault(
                file=told["file"],
                where=where,
                line=line,
                lines=frozenset(range(line, line + told["old"].count("\n") + 1))
                if where
                else frozenset(),
                text=source.splitlines()[line - 1].strip(),
                operator="by hand",
                change=f"`{short(told['old'])}` -> `{short(told['new'])}`",
                make=partial(ast.parse, changed),
                kind="function" if where else "constant",
            )
        )
    return found


def _function_at(tree: ast.AST, line: int, where: str = "") -> str:
    """The function or method, outermost, that a line belongs to."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.lineno <= line <= (
            node.end_lineno or 0
        ):
            inner = f"{where}.{node.name}" if where else node.name
            return inner if isinstance(node, ast.FunctionDef) else _function_at(node, line, inner)
    return where if where and not isinstance(tree, ast.ClassDef) else ""
