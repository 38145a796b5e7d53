"""No clinical item is named in the method's code: tables describe what they hold."""

import ast
import re
from collections.abc import Iterator

from ciri.covariates import shipped
from tests.unit.tracked import parsed, python_files

NAMES = {*shipped.BY_NAME, "ldh", "pd_l1", "smoking", "histology"}


def documentation(tree: ast.Module) -> set[int]:
    """The docstrings, also those below a constant or a field, by the identity of their nodes."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def words(tree: ast.Module) -> Iterator[str]:
    """Every name and every text of a module."""
    said = documentation(tree)
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            if isinstance(found := getattr(node, field, None), str):
                yield found
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def named(text: str) -> set[str]:
    """The items that stand in a name or text as words of their own."""
    folded = re.sub(r"[^a-z0-9]+", "_", text.casefold())
    return {name for name in NAMES if f"_{name}_" in f"_{folded}_"}


def test_names_are_found_in_names_and_texts() -> None:
    assert named("SEX_CODE") == {"sex"}
    assert named("PD-L1 alone") == {"pd_l1"}
    assert named("the average of each stage") == {"stage"}
    assert named("message") == set()


def test_no_module_names_one() -> None:
    found = {
        (name, item, text)
        for name in python_files()
        if name.startswith("ciri/")
        for text in words(parsed(name))
        for item in named(text)
    }
    assert found == set()
