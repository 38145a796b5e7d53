"""docs/seams.md is what the code registers, and leaves out no place where something can be registered."""

import ast
from pathlib import Path

from config.seams import as_markdown, seams
from tests.unit.tracked import parsed, python_files

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("sentences", "accounts", "audit", "jobs", "studies", "imports", "clinical", "assays"),
    *("modeling", "exports"),
)
MADE_FOR_OTHERS = {"Signal", "Sections"}
BESIDE_ANOTHER = {"imports.kinds.LABELS"}  # filled with IMPORTERS


def test_the_page_of_seams_is_that_of_the_code() -> None:
    page = (ROOT / "docs/seams.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "Write it anew: ./yogo manage seams --write"


def test_no_seam_is_empty_and_each_line_fills_its_columns() -> None:
    for seam in seams():
        assert seam.lines, seam.title
        assert {len(line) for line in seam.lines} == {len(seam.columns)}, seam.title


def places() -> list[tuple[str, str]]:
    """Each place where something can be registered: its file, and its dotted name."""
    return [
        (name, f"{name.removesuffix('.py').replace('/', '.')}.{constant}")
        for app in APPS
        for name in python_files(f"{app}/*.py")
        for constant in registries(parsed(name))
    ]


def test_every_place_to_register_at_is_on_the_page() -> None:
    page = as_markdown()
    assert len(places()) > 12
    assert [p for _file, p in places() if p not in page and p not in BESIDE_ANOTHER] == []


def test_every_place_to_register_at_says_where_to_look() -> None:
    silent = {file for file, _place in places() if "docs/seams.md" not in python_files(file)[file]}
    assert silent - {"imports/kinds.py"} == set()


def registries(tree: ast.Module) -> list[str]:
    """The public constants of a module that others fill: signals, sections, and what begins empty."""
    return [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and not target.id.startswith("_")
        if _begins_empty(node.value)
    ]


def _begins_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id in MADE_FOR_OTHERS
    return (isinstance(value, ast.Dict) and not value.keys) or (
        isinstance(value, ast.List) and not value.elts
    )
