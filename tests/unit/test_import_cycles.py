"""Imports run one way from module to module: no two modules need each other.

All imports count, also those inside functions and under TYPE_CHECKING: a reader follows them as well.
"""

import ast
from collections.abc import Iterator, Mapping, Set
from pathlib import PurePath

from tests.unit.tracked import parsed, python_files


def module_of(name: str) -> str:
    parts = PurePath(name).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, package: str) -> Iterator[str]:
    """Every name that a module imports, whole: "a.b" of `import a.b`, "a", "a.b" of `from a import b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            yield from (f"{base}.{alias.name}" for alias in node.names)


def graph() -> dict[str, set[str]]:
    """What each module imports of the others; the stub that names a package's parts counts with it.

    `from a import b` is the module a.b where there is one, else a. That a package runs when one of its modules
    is imported does not count.
    """
    found: dict[str, set[str]] = {module_of(name): set() for name in python_files("*.py", "*.pyi")}
    for name in python_files("*.py", "*.pyi"):
        module = module_of(name)
        package = module if PurePath(name).stem == "__init__" else module.rpartition(".")[0]
        for whole in imported(parsed(name), package):
            target = whole if whole in found else whole.rpartition(".")[0]
            if target in found and target != module:
                found[module].add(target)
    return found


def cycles(edges: Mapping[str, Set[str]]) -> set[frozenset[str]]:
    """The sets of modules that reach each other, of two or more."""
    reach = {module: reached(module, edges) for module in edges}
    together = (
        frozenset({module, *(other for other in reach[module] if module in reach[other])})
        for module in edges
    )
    return {one for one in together if len(one) > 1}


def reached(start: str, edges: Mapping[str, Set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = edges[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_no_modules_import_each_other() -> None:
    assert cycles(graph()) == set()


def test_a_cycle_over_several_modules_is_found() -> None:
    edges = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}
    assert cycles(edges) == {frozenset({"a", "b", "c"})}


def test_relative_imports_and_stubs_are_read() -> None:
    assert "ciri.forest.forest" in graph()["ciri"]
    assert set(imported(ast.parse("from ..b import c"), "a.d")) == {"a.b.c"}
