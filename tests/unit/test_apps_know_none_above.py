"""Lower apps know nothing of upper ones: not by import (import-linter), and not by a name in a text, either.

Addresses ("exports:dataset"), templates ("modeling/_due.html"), tasks, models ("modeling.Score"), labels of apps, tag
libraries and the ways back over a foreign key (`patient.scores`) are such names; in code, in comments and in templates.

The words of the domain are none: a study has plates and models, whichever app keeps them. So a capability may be called
"view_models" or "import_assays" (studies/permissions.py), and English may say that a file imports or exports.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from studies.permissions import Capability
from tests.unit.tracked import parsed, python_files

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
LAYERS = [
    *("sentences", "accounts", "audit", "jobs", "studies", "imports", "clinical", "assays"),
    *("modeling", "exports", "demo", "config"),
]
LEVEL = {name: max(number, 3) if name == "audit" else number for number, name in enumerate(LAYERS)}
BELOW_CONFIG = LAYERS[:-1]


def above(app: str) -> list[str]:
    return [name for name in LAYERS if LEVEL[name] > LEVEL[app]]


def names(text: str, app: str) -> bool:
    """Whether a text names an app: alone, in quotation marks, or before what belongs to it."""
    return (
        text == app or re.search(rf"""["']{app}["']|(?<![\w./-]){app}[:./]\w""", text) is not None
    )


def texts(name: str) -> Iterator[str]:
    """Every text and comment of a Python file, docstrings too."""
    for node in ast.walk(parsed(name)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
    for token in tokenize.generate_tokens(io.StringIO(python_files(name)[name]).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


@pytest.mark.parametrize("app", BELOW_CONFIG)
def test_in_python(app: str) -> None:
    found = [
        f"{name}: {text[:60]!r} names {upper}"
        for name in python_files(f"{app}/*.py")
        for text in texts(name)
        for upper in above(app)
        if names(text, upper)
    ]
    assert found == []


def pages_of(app: str) -> list[Path]:
    """An app's templates; those of no app, and the scripts, belong to the shell, which studies keeps."""
    own = list((TEMPLATES / app).rglob("*.html"))
    if app != "studies":
        return own
    shared = [page for page in TEMPLATES.rglob("*.html") if app_of(page) is None]
    return [*own, *shared, *(ROOT / "static").glob("*.*")]


def app_of(page: Path) -> str | None:
    first = page.relative_to(TEMPLATES).parts[0]
    return first if first in LEVEL else None


@pytest.mark.parametrize("app", BELOW_CONFIG)
def test_in_templates(app: str) -> None:
    found = [
        f"{page.relative_to(ROOT)} names {upper}"
        for page in pages_of(app)
        for upper in above(app)
        if names(page.read_text(encoding="utf-8"), upper)
    ]
    assert found == []


@pytest.mark.parametrize("app", BELOW_CONFIG)
def test_no_template_loads_tags_of_an_app_above(app: str) -> None:
    tags = {path.stem: path.parts[-3] for path in ROOT.glob("*/templatetags/*.py")}
    found = [
        f"{page.relative_to(ROOT)} loads {library} of {tags[library]}"
        for page in pages_of(app)
        for loaded in re.findall(r"{% load ([\w ]+) %}", page.read_text(encoding="utf-8"))
        for library in loaded.split()
        if tags.get(library) in above(app)
    ]
    assert found == []


def ways_up(app: str) -> set[str]:
    """The names under which Django leads from a model that an app may know to one of an app above it."""
    known = {name for name in LEVEL if name not in above(app)}
    relations = [
        relation
        for model in apps.get_models()
        if model._meta.app_label in known
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label in above(app)
    ]
    return {
        name
        for relation in relations
        for name in (relation.name, relation.get_accessor_name())
        if name is not None
    }


@pytest.mark.parametrize("app", BELOW_CONFIG)
def test_no_way_back_over_a_foreign_key(app: str) -> None:
    up = ways_up(app)
    found = [
        f"{name}, line {node.lineno}: {word}"
        for name in python_files(f"{app}/*.py")
        for node in ast.walk(parsed(name))
        for word in asked_for(node)
        if word in up
    ]
    found += [
        f"{page.relative_to(ROOT)}: {word}"
        for page in pages_of(app)
        if page.suffix == ".html"
        for tag in re.findall(r"{[{%].*?[%}]}", page.read_text(encoding="utf-8"))
        for word in re.findall(r"\.(\w+)", tag)
        if word in up
    ]
    assert found == []


def asked_for(node: ast.AST) -> list[str]:
    """Attributes and lookups that a piece of code asks for."""
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.keyword) and node.arg and "__" in node.arg:
        return node.arg.split("__")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.split("__") if re.fullmatch(r"\w+__\w+", node.value) else []
    return []


def test_capabilities_are_words_of_the_domain() -> None:
    """They speak of models and assays, and name no app: no text of theirs is found as one."""
    assert {"view_models", "import_assays", "view_clinical"} <= {str(c) for c in Capability}
    assert not [c for c in Capability for app in above("studies") if names(str(c), app)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("modeling", True),
        ("modeling:models", True),
        ("modeling/_due.html", True),
        ("modeling.ask_whether_due", True),
        ("modeling.Score", True),
        ("{% url 'modeling:models' %}", True),
        ('get_model("modeling")', True),
        ("what modeling does", False),
        ("said of modeling. Then", False),
        ("view_modeling", False),
    ],
)
def test_what_names_an_app(text: str, found: bool) -> None:
    assert names(text, "modeling") is found


@pytest.mark.parametrize(
    "code",
    ["study.models.all()", "rows.filter(models__retrains=True)", "prefetch('models__versions')"],
)
def test_what_asks_for_a_way_back(code: str) -> None:
    assert "models" in {word for node in ast.walk(ast.parse(code)) for word in asked_for(node)}
