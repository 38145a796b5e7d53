"""Every public name of the method says what it takes, what it gives and in which units."""

import doctest
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import ciri

NOT_DESCRIBED = {"self", "cls"}
SECTION = re.compile(r"^(\w[\w ]*)\n-+$", re.MULTILINE)


def public(module: ModuleType, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The public functions and classes of a module, those of its public modules, and public methods."""
    for name in module.__all__:
        found = getattr(module, name)
        if inspect.ismodule(found):
            yield from public(found, f"{prefix}{name}.")
        elif inspect.isclass(found) and found.__module__.startswith("ciri."):
            yield f"{prefix}{name}", found
            yield from ((f"{prefix}{name}.{key}", value) for key, value in members(found))
        elif inspect.isfunction(found):
            yield f"{prefix}{name}", found


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class itself defines."""
    for name, value in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(value, classmethod | staticmethod):
            yield name, value.__func__
        elif isinstance(value, property | functools.cached_property) or inspect.isfunction(value):
            yield name, value


NAMES = dict(public(ciri))


def sections(text: str) -> dict[str, str]:
    """The sections of a numpydoc docstring by their headings; the summary under ""."""
    parts = SECTION.split(text)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(section: str) -> set[str]:
    """The names that a section describes: "a, b : type" and "**names" each on a line of its own."""
    lines = re.findall(r"^(\S[^:\n]*?)(?: :.*)?$", section, re.MULTILINE)
    return {name.strip().lstrip("*") for line in lines for name in line.split(",")}


def parameters_of(found: Callable[..., Any]) -> set[str]:
    if inspect.isclass(found) and issubclass(found, Exception):
        return set()  # made by the method itself, not by who catches them
    return set(inspect.signature(found).parameters) - NOT_DESCRIBED


def functions() -> dict[str, Any]:
    kinds = (property, functools.cached_property)
    return {name: found for name, found in NAMES.items() if not isinstance(found, kinds)}


def test_the_walk_finds_the_names_and_their_methods() -> None:
    assert {"train", "SurvivalForest.fit", "figures.render_svg", "FrozenTable.content_hash"} <= set(
        NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_summary_of_one_paragraph(name: str) -> None:
    text = inspect.getdoc(NAMES[name])
    assert text, f"{name} has no docstring"
    summary = sections(text)[""].strip().split("\n\n")[0]
    assert summary.endswith((".", ":")), f"{name}: {summary!r} is not a sentence"


@pytest.mark.parametrize("name", functions())
def test_every_parameter_is_described_and_no_other(name: str) -> None:
    said = sections(inspect.getdoc(NAMES[name]) or "")
    expected = parameters_of(NAMES[name])
    assert described(said.get("Parameters", "")) == expected


@pytest.mark.parametrize("name", functions())
def test_it_says_what_it_returns(name: str) -> None:
    if inspect.isclass(NAMES[name]):
        return
    said = sections(inspect.getdoc(NAMES[name]) or "")
    returns = inspect.signature(NAMES[name]).return_annotation not in ("None", None)
    assert ("Returns" in said) == returns


@pytest.mark.parametrize("name", [name for name in NAMES if ">>>" in (NAMES[name].__doc__ or "")])
def test_its_example_gives_what_it_shows(name: str) -> None:
    found = NAMES[name]
    examples = doctest.DocTestFinder(recurse=False).find(
        found, name, globs=vars(inspect.getmodule(found))
    )
    for example in examples:
        assert doctest.DocTestRunner().run(example).failed == 0
