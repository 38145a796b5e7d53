"""A dilution factor is read alike in every format and layout; one that is given and cannot be read is never 1."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import read_plate
from assays.formats.factors import read_factor
from assays.formats.leaving import UNREAD
from assays.formats.roles import parts_of
from assays.formats.values import NoValue
from assays.imports.plates.layout_roles import read_role, role_columns
from assays.quality.refit import resolve_factors
from tests.unit.formats.files import (
    as_csv,
    bioplex_sheets,
    intelliflex_rows,
    workbook,
    xponent,
    xponent_blocks,
)

FORMS = (
    *("{n}", "1:{n}", "1/{n}", "1 : {n}", "{n}x", "x{n}", "{n} X", "×{n}", "{n}×", "{n}-fold"),
    *("{n}倍", "{n}倍希釈", "{n}x dil."),
)
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
UNREADABLE = [
    *("1-400", "11/400", "21:5", "0.1/4", "400:1", "1:", "x", "many", "0", "-4", "1:0", "#REF!"),
    *("1e400", "1/4/5", "4 00", "2024-01-04", "1:1:4"),
]


@given(st.integers(1, 10**6), st.sampled_from(FORMS), st.booleans())
def test_the_usual_spellings_are_one_factor(number, form, is_wide):
    text = form.format(n=number)
    assert read_factor(text.translate(WIDE) if is_wide else text) == number


@pytest.mark.parametrize(
    ("text", "decimal", "factor"),
    [("1:2,5", ",", 2.5), ("2.5", ".", 2.5), ("2,5", None, 2.5), ("2.5", None, 2.5), ("１／４００", ".", 400)],
)  # fmt: skip
def test_decimals(text, decimal, factor):
    assert read_factor(text, decimal=decimal) == factor


@pytest.mark.parametrize("text", ["", " ", "-", "---", "n/a", "NaN"])
def test_none_is_given(text):
    assert math.isnan(read_factor(text))


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_told_and_never_a_number(text):
    with pytest.raises(NoValue):
        read_factor(text)


def test_a_comma_that_may_part_thousands_is_not_guessed():
    for text, decimal in (("1,000", None), ("1,000", ".")):
        with pytest.raises(NoValue, match="no dilution factor above 0"):
            read_factor(text, decimal=decimal)


def of_xponent(text):
    blocks = xponent_blocks()
    blocks["Dilution Factor"][4][2] = text
    return read_plate(xponent(blocks))


def of_intelliflex(text):
    rows = intelliflex_rows()
    rows[1][rows[0].index("DILUTION")] = text
    return read_plate(as_csv(rows))


def of_bioplex(text):
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        sheet[8][13] = text
    return read_plate(workbook(sheets))


def of_table(text):
    rows = [["sample", "analyte", "value", "dilution"], ["P1", "IL6", "4", text]]
    return read_plate(as_csv(rows))


FORMATS = [of_xponent, of_intelliflex, of_bioplex, of_table]


@pytest.mark.parametrize("read", FORMATS)
@pytest.mark.parametrize("text", ["400x", "x400", "1:400", "１／４００", "400"])
def test_every_format_reads_the_usual_spellings(read, text):
    reading = read(text)
    assert 400 in set(reading.measurements.dilution)
    assert UNREAD not in set(reading.remarks.text)


@pytest.mark.parametrize("read", FORMATS)
@pytest.mark.parametrize("text", ["1-400", "11/400", "21:5", "0.1/4"])
def test_every_format_marks_a_factor_that_it_cannot_read(read, text):
    """The well is marked, each with the place in a note, and the factor is no number."""
    reading = read(text)
    lost = reading.remarks[reading.remarks.text == UNREAD]
    assert lost.well.nunique() == 1
    rows = reading.measurements[reading.measurements.well.isin(lost.well)]
    assert rows.dilution.isna().all()
    (note,) = [
        str(note) for note in reading.notes if "our own curve gives no concentration" in note
    ]
    assert f"“{text}” is no dilution factor above 0: write 400, 1:400, 1/400 or 400x." in note
    assert not any("no value needs it" in note for note in reading.notes)


@given(st.sampled_from(["Dilution", "Factor", "dilution factor", "DILUTION FACTOR"]))
@settings(deadline=None)
def test_a_block_and_its_column_may_be_called_otherwise(name):
    blocks = xponent_blocks()
    block = blocks.pop("Dilution Factor")
    block[0][2] = name
    assert set(read_plate(xponent({**blocks, "Dilution Factor": block})).wells.dilution) == {2}
    assert set(read_plate(xponent({**blocks, name: block})).wells.dilution) == {2}


@pytest.mark.parametrize("damage", ["column", "header", "row"])
def test_factors_of_a_block_that_cannot_be_read_are_lost_and_not_1(damage):
    blocks = xponent_blocks()
    block = blocks["Dilution Factor"]
    if damage == "column":
        block[0][2] = "Times"
    elif damage == "header":
        del block[0]
    else:
        del block[4]
    reading = read_plate(xponent(blocks))
    lost = set(reading.remarks[reading.remarks.text == UNREAD].well)
    assert lost == ({"D1"} if damage == "row" else {"A1", "B1", "C1", "D1", "E1"})
    assert any("our own curve gives no concentration" in note for note in reading.notes)


def test_without_any_factor_none_is_lost():
    blocks = xponent_blocks()
    blocks["Dilution Factor"] = blocks["Dilution Factor"][:1]
    for known in (blocks, {n: rows for n, rows in blocks.items() if n != "Dilution Factor"}):
        reading = read_plate(xponent(known))
        assert reading.wells.dilution.isna().all()
        assert UNREAD not in set(reading.remarks.text)


def test_the_name_of_a_control_does_not_stand_in_for_a_factor_that_cannot_be_read():
    blocks = {n: [[c.replace("Control1", "PC 1:20") for c in row] for row in rows] for n, rows in xponent_blocks().items()}  # fmt: skip
    blocks["Dilution Factor"][3][2] = "1-400"
    assert np.isnan(read_plate(xponent(blocks)).wells.set_index("well").dilution["C1"])


@given(st.integers(1, 999_999))
def test_a_name_and_a_layout_read_the_same_factor(number):
    assert parts_of(f"PC 1:{number}") == ("PC", number)
    assert parts_of(f"PC {number}x") == ("PC", number)
    for form in FORMS:
        problems = []
        told = read_role([form.format(n=number)], role_columns(["Dilution Factor"]), problems)
        assert (told.dilution, problems) == (number, [])


@pytest.mark.parametrize("text", UNREADABLE[:5])
def test_a_layout_tells_what_it_cannot_read(text):
    problems = []
    assert read_role([text], role_columns(["dilution"]), problems).dilution is None
    (problem,) = problems
    assert "no dilution factor above 0: write 400, 1:400, 1/400 or 400x" in problem.why


def test_a_factor_that_is_not_given_is_1_and_one_that_is_lost_is_unknown():
    found = resolve_factors([np.nan, np.nan, 4.0, 4.0], [False, True, False, True])
    np.testing.assert_array_equal(found, [1.0, np.nan, 4.0, 4.0])
