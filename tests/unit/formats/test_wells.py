"""Positions of wells, and the size of the plate that they are on."""

import pytest

from assays.formats.wells import plate_size, positions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A1", "A1"),
        ("a01", "A1"),
        ("A3,A4", "A3,A4"),
        ("P24", "P24"),
        ("A1,A1", None),  # one well twice is no pair of repeats
        ("Q1", None),
        ("A25", None),
        ("A0", None),
        ("", None),
    ],
)
def test_a_position_is_read_as_the_plate_has_it_or_not_at_all(text, found):
    assert positions(text) == found


@pytest.mark.parametrize(
    ("wells", "size"),
    [(["A1", "H12"], 96), (["A1", "I1"], 384), (["A13"], 384), (["A1,A2", "C3,I4"], 384), ([], 96)],
)
def test_a_plate_is_of_384_wells_where_one_lies_beyond_h12(wells, size):
    assert plate_size(wells) == size
