"""Each code of a mapping or a specification has its sentence, and each sentence is used."""

import ast

import pytest

from ciri.specification.checks import SENTENCES as OF_SPECIFICATIONS
from imports.sentences import say
from sentences import add_sentences
from sentences.catalogue import codes_of
from tabular.section import CODES, Problem
from tests.unit.tracked import parsed, python_files


def codes_refused(*folders: str) -> set[str]:
    """The second argument of each `….refuse(key, "code", …)` in the sources."""
    return {
        node.args[1].value
        for name in python_files(*(f"{folder}/*.py" for folder in folders))
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "refuse"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    }


def test_mappings() -> None:
    refused = codes_refused("imports", "clinical/imports", "assays")
    assert refused | set(CODES) == codes_of("mapping")


def test_definitions() -> None:
    assert codes_refused("clinical/dictionary") | set(CODES) == codes_of("definition")


def test_specifications() -> None:
    used = codes_refused("ciri")
    assert used | (set(CODES) & set(OF_SPECIFICATIONS)) == set(OF_SPECIFICATIONS)


def test_a_code_means_one_thing() -> None:
    with pytest.raises(ValueError, match="no_text"):
        add_sentences("mapping", {"no_text": "write something else."})


def test_a_sentence_names_the_place_and_what_is_near() -> None:
    problem = Problem("labs.albumine", "unknown_key", {"keys": ("albumin", "nlr")}, ("albumin",))
    assert say(problem) == (
        "labs.albumine: this key is not known here; use albumin, nlr. Did you mean “albumin”?"
    )
