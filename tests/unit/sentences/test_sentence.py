"""A sentence: a code with its parameters, said in the language that is active."""

import copy
import json
import pickle
from datetime import UTC, date, datetime

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy, ngettext_lazy

from sentences import (
    Sentence,
    add_sentences,
    as_sentence,
    of_error,
    of_validation,
    several,
    storable,
    storable_plural,
    words,
)
from sentences import sentence as module
from sentences.catalogue import codes_that_say
from tabular.errors import FileError
from tabular.message import Message

add_sentences(
    "test",
    {
        "hello": "Hello %(name)s, 100 %%.",
        "rows": ("%(n)d row of %(file)s", "%(n)d rows of %(file)s"),
    },
)


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every sentence begins with "XX"."""
    monkeypatch.setattr(module, "gettext", lambda text: f"XX {text}")
    monkeypatch.setattr(module, "ngettext", lambda one, many, n: f"XX {one if n == 1 else many}")


def kept(said: Sentence) -> Sentence:
    """As the database gives it back."""
    return Sentence.from_json(json.loads(json.dumps(said.as_json())))


ALL = [
    (Sentence("test.hello", name="A"), "Hello A, 100 %."),
    (Sentence("test.rows", n=1, file="f"), "1 row of f"),
    (Sentence("test.rows", n=3, file="f"), "3 rows of f"),
    (storable("Said as it stands, 100 %."), "Said as it stands, 100 %."),
    (storable("Row %(row)d: 100 %% of %(text)s") % {"row": 2, "text": "x"}, "Row 2: 100 % of x"),
    (storable_plural("%(n)d row", "%(n)d rows", 1), "1 row"),
    (storable_plural("%(n)d row", "%(n)d rows", 2), "2 rows"),
    (words("100 % %(of)s a person"), "100 % %(of)s a person"),
    (words(""), ""),
    (several([words("a"), Sentence("test.hello", name="b")], by="\n"), "a\nHello b, 100 %."),
    (several(["alone"]), "alone"),
    (
        Sentence("test.hello", name=Sentence("test.hello", name="x")),
        "Hello Hello x, 100 %., 100 %.",
    ),
    (Sentence("test.hello", name=[1, 2]), "Hello 1, 2, 100 %."),
    (Sentence("test.hello", name=[words("a."), words("b.")]), "Hello a; b, 100 %."),
    (Sentence("test.hello", name=date(2026, 1, 2)), "Hello 2026-01-02, 100 %."),
    (Sentence("test.hello", name=None), "Hello None, 100 %."),
    (Sentence("test.hello", name=np.float64(0.5)), "Hello 0.5, 100 %."),
    (storable("a ") + storable("b") + "!", "a b!"),
    ("(" + storable("b"), "(b"),
    (as_sentence(gettext_lazy("lazy")), "lazy"),
    (as_sentence(Message("m", "%(n)d of %(why)s", n=1, why=Message("w", "why"))), "1 of why"),
]


@pytest.mark.parametrize(("said", "text"), ALL)
def test_it_says_the_same_after_it_was_kept(said: Sentence, text: str) -> None:
    assert str(said) == text
    assert str(kept(said)) == text
    assert kept(said) == said == text
    assert f"{said:>60}" == f"{text:>60}"
    assert text in said
    assert bool(said) is bool(text)
    assert str(copy.deepcopy(said)) == text
    assert str(pickle.loads(pickle.dumps(said))) == text  # noqa: S301


def test_it_is_said_in_the_language_that_is_active(other_language: None) -> None:
    assert str(kept(Sentence("test.hello", name="A"))) == "XX Hello A, 100 %."
    assert str(kept(Sentence("test.rows", n=2, file="f"))) == "XX 2 rows of f"
    assert str(kept(storable("Row %(row)d") % {"row": 2})) == "XX Row 2"
    assert str(kept(words("a person's"))) == "a person's"


def test_what_is_kept_is_in_no_language(other_language: None) -> None:
    inner = Sentence("test.hello", name=as_sentence(gettext_lazy("lazy")))
    said = several([inner, storable("Row %(row)s") % {"row": storable("one")}, "typed"])
    assert "XX" not in json.dumps(said.as_json())
    assert str(said) == "XX Hello XX lazy, 100 %. XX Row XX one typed"


def test_a_moment_is_said_by_the_minute() -> None:
    said = Sentence("test.hello", name=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert str(said) == "Hello 2026-01-02 03:04, 100 %."


def test_a_code_of_a_later_version_is_shown_with_what_is_known() -> None:
    said = Sentence.from_json({"code": "later.code", "with": {"n": 1}})
    assert str(said) == "later.code {'n': 1}"
    assert str(Sentence.from_json({"code": "later.code", "with": {}})) == "later.code"


def test_two_of_one_code_with_other_parameters_differ() -> None:
    assert Sentence("test.hello", name="A") != Sentence("test.hello", name="B")
    assert Sentence("test.hello", name="A") != "Hello B, 100 %."
    assert len({Sentence("test.hello", name="A"), Sentence("test.hello", name="A")}) == 1


def test_no_nul_is_kept() -> None:
    assert kept(words("cl\0ot")) == "clot"
    assert kept(Sentence("test.hello", name=["a\0"])) == "Hello a, 100 %."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("plain"), "plain"),
        (FileError(Message("e", "The file is empty.")), "The file is empty."),
        (FileError(Message("e", "no"), line=3), "line 3: no"),
        (FileError(Message("e", "no"), sheet="S", cell="B2"), "sheet “S”, cell B2: no"),
    ],
)
def test_what_an_error_tells(error: Exception, text: str) -> None:
    assert of_error(error) == text
    assert storable("File: %(why)s") % {"why": error} == f"File: {text}"


def test_an_error_of_a_reader_is_kept_in_no_language(other_language: None) -> None:
    said = of_error(FileError(Message("e", "no"), line=3))
    assert "XX" not in json.dumps(said.as_json())
    assert str(said) == "XX XX line 3: XX no"


def test_codes_are_found_by_what_they_say() -> None:
    assert codes_that_say("HELLO") == ["test.hello"]
    assert codes_that_say("rows of") == ["test.rows"]
    assert "test.rows" in codes_that_say("row of")


def test_a_code_has_one_text() -> None:
    add_sentences("test", {"hello": "Hello %(name)s, 100 %%."})
    with pytest.raises(ValueError, match=r"test\.hello"):
        add_sentences("test", {"hello": "Goodbye"})


def test_nothing_added_changes_nothing() -> None:
    said = storable("a")
    assert said + "" is said
    assert "" + said is said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValidationError("typed, 100 %"), ["typed, 100 %"]),
        (ValidationError(gettext_lazy("lazy")), ["lazy"]),
        (ValidationError(gettext_lazy("at most %(n)d"), params={"n": 3}), ["at most 3"]),
        (ValidationError(["a", gettext_lazy("b")]), ["a", "b"]),
        (ValidationError({"x": ["a"], "y": [gettext_lazy("b")]}), ["a", "b"]),
        (
            ValidationError(ngettext_lazy("%(n)d letter", "%(n)d letters", "n"), params={"n": 2}),
            ["2 letters"],
        ),
    ],
)
def test_what_djangos_own_checks_tell(error: ValidationError, said: list[str]) -> None:
    assert of_validation(error) == said
    assert [str(kept(one)) for one in of_validation(error)] == said
