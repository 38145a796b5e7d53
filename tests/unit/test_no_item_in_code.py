"""No clinical item and no visit is named in code: the dictionary says what a study collects, and tables describe what they hold."""

import ast
import re
from collections.abc import Iterator

from ciri.covariates import shipped
from clinical.dictionary.reading import shipped as of_dictionary
from tests.unit.tracked import parsed, python_files

SHIPPED = of_dictionary("nsclc-ici")
ITEMS = {item.name for form in SHIPPED.forms for item in form.items}
VISITS = {event.name for event in SHIPPED.events}
NAMES = {*shipped.BY_NAME, *ITEMS, *VISITS, "ldh", "pd_l1", "smoking", "histology"}
# Words that mean something else as well: of a figure, of an edge, of a specimen.
OTHERWISE = {"height", "weight", "collected_on"}
NAMES -= OTHERWISE
# Settings have an age of cookies. The simulated study makes values for what is shipped, as a hospital would; tests and benchmarks fill it.
ELSEWHERE = ("config/", "demo/", "tests/", "benchmarks/", "examples/")


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
    """The items and visits that stand in a name or text as words of their own."""
    without_tags = re.sub(r"<[^>]*>", "", text)  # HTML has an element of that name
    folded = re.sub(r"[^a-z0-9]+", "_", without_tags.casefold())
    return {name for name in NAMES if f"_{name}_" in f"_{folded}_"}


def test_names_are_found_in_names_and_texts() -> None:
    assert named("SEX_CODE") == {"sex"}
    assert named("PD-L1 alone") == {"pd_l1"}
    assert named("the average of each stage") == {"stage"}
    assert named("message") == set()
    assert named("Timepoint.PRE or edt") == {"pre", "edt"}
    assert named("preCIRI14 and edtCIRI19") == set()


def test_no_module_names_one() -> None:
    found = {
        (name, item, text)
        for name in python_files()
        if not name.startswith(ELSEWHERE) and "/migrations/" not in name
        for text in words(parsed(name))
        for item in named(text)
    }
    assert found == set()
