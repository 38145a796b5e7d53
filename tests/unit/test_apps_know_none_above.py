"""Lower apps know nothing of upper ones: not by import (import-linter), and not by a name in a text, either.

Addresses ("exports:dataset"), templates ("modeling/_due.html"), tasks, labels of models and of apps are such names. The
words of the domain are none: a capability such as "view_assays" says what a person may do, whichever app does it.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.unit.tracked import parsed, python_files

ROOT = Path(__file__).resolve().parents[2]
LAYERS = [
    *("sentences", "accounts", "audit", "jobs", "studies", "imports", "clinical", "assays"),
    *("modeling", "exports", "demo"),
]
LEVEL = {name: max(number, 3) if name == "audit" else number for number, name in enumerate(LAYERS)}
SHARED = ["_components", "base.html", "allauth", "account", "403.html", "404.html", "500.html"]


def above(app: str) -> list[str]:
    return [name for name in LAYERS if LEVEL[name] > LEVEL[app]]


def names(text: str, app: str) -> bool:
    """Whether a text names an app: alone, or before what belongs to it."""
    return re.search(rf"(?<![\w./-]){app}(?:$|[:/]\w|\.[a-z_]\w*)", text) is not None


def texts(name: str) -> list[str]:
    """Every text of a file that is no docstring."""
    tree = parsed(name)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("app", LAYERS)
def test_in_python(app: str) -> None:
    found = [
        f"{name}: {text[:60]!r} names {upper}"
        for name in python_files(f"{app}/*.py")
        if "/migrations/" not in name
        for text in texts(name)
        for upper in above(app)
        if names(text, upper)
    ]
    assert found == []


@pytest.mark.parametrize("app", [*LAYERS, "shared"])
def test_in_templates(app: str) -> None:
    folder = ROOT / "templates"
    roots = [folder / part for part in (SHARED if app == "shared" else [app])]
    files = [f for root in roots for f in ([root] if root.is_file() else root.rglob("*.html"))]
    upper = above("studies" if app == "shared" else app)
    found = [
        f"{file.relative_to(ROOT)} names {name}"
        for file in files
        for name in upper
        if re.search(rf"[\'\"]{name}[:/]", file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("modeling", True),
        ("modeling:models", True),
        ("modeling/_due.html", True),
        ("modeling.ask_whether_due", True),
        ("what modeling does", False),
        ("view_modeling", False),
    ],
)
def test_what_names_an_app(text: str, found: bool) -> None:
    assert names(text, "modeling") is found
