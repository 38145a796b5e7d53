"""What a refusal of a file says: its place, its reason, and the message as a text."""

import pytest

from tabular import FileError
from tabular.errors import SheetsToChoose
from tabular.message import CodedError, Message, clauses

REASON = Message("well_twice", "The well %(well)s stands twice.", well="A1")


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({}, ""),
        ({"line": 12}, "line 12"),
        ({"sheet": "IL-6"}, "sheet “IL-6”"),
        ({"cell": "C12"}, "cell C12"),
        ({"sheet": "IL-6", "cell": "C12"}, "sheet “IL-6”, cell C12"),
        ({"line": 12, "cell": "C12"}, "cell C12"),
    ],
)
def test_a_refusal_says_its_place_and_its_reason(where, place: str) -> None:
    error = FileError(REASON, **where)
    assert error.place == place
    assert str(error) == f"{place}: {REASON}" if place else str(error) == str(REASON)
    assert (error.code, error.reason) == ("well_twice", REASON)
    assert (error.line, error.sheet, error.cell) == tuple(map(where.get, ("line", "sheet", "cell")))


def test_sheets_to_choose_are_named_up_to_forty() -> None:
    error = SheetsToChoose([f"S{n}" for n in range(1, 43)])
    assert error.names == tuple(f"S{n}" for n in range(1, 43))
    assert "has 42 sheets" in str(error)
    assert "“S40”. Choose" in str(error)
    assert (error.code, error.place) == ("sheets_to_choose", "")


def test_a_message_is_its_english() -> None:
    assert str(REASON) == "The well A1 stands twice."
    assert REASON == "The well A1 stands twice."
    assert Message("other_code", "The well A1 stands twice.") == REASON
    assert Message("well_twice", "The well %(well)s stands twice.", well="A2") != REASON
    assert Message("number", "5") != 5
    assert len({REASON, Message("x", "The well A1 stands twice.")}) == 1
    assert f"{REASON:.8}" == "The well"
    assert "A1" in REASON
    assert "A2" not in REASON
    assert repr(REASON) == "Message('well_twice', 'The well A1 stands twice.')"


def test_sentences_within_a_sentence_lose_their_full_stops() -> None:
    assert (
        clauses([REASON, "二つある。", "and more"])
        == "The well A1 stands twice; 二つある; and more"
    )
    whole = Message("left_out", "Left out: %(why)s.", why=[REASON, REASON])
    assert str(whole) == "Left out: The well A1 stands twice; The well A1 stands twice."


def test_an_error_of_a_key_says_its_sentence_and_no_quotation_marks() -> None:
    class NoSuchKey(CodedError, KeyError):
        pass

    error = NoSuchKey(REASON)
    assert str(error) == "The well A1 stands twice."
    assert (error.code, error.template) == ("well_twice", "The well %(well)s stands twice.")
    assert error.parameters == {"well": "A1"}
