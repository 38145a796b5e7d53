"""A long NPX export as a table: its header, its encoding, its rows and its bounds."""

import pyarrow as pa
import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.test_olink_long import parquet, rows, text

KNOWN = read_plate(text(rows())).measurements


def refused(content):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value.line, caught.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends_give_the_same_numbers(encoding, newline):
    content = text(rows()).decode().replace("\n", newline).encode(encoding)
    assert read_plate(content).measurements.equals(KNOWN)


@pytest.mark.parametrize("first", ["SampleID", "NPX"])
def test_the_first_and_the_last_column_are_found_behind_a_mark_and_before_a_line_end(first):
    columns = rows()
    columns = {first: columns.pop(first), **columns}
    content = text(columns).decode().replace("\n", "\r\n").encode("utf-8-sig")
    assert read_plate(content).measurements.equals(KNOWN)


def test_more_columns_than_are_read_are_refused(monkeypatch):
    monkeypatch.setattr("assays.formats.olink.table.MAX_COLUMNS", 5)
    assert "more than" in refused(text(rows()))[1]
    monkeypatch.setattr("assays.formats.olink.table.MAX_COLUMNS", 6)
    assert read_plate(text(rows())).measurements.equals(KNOWN)


def test_a_column_that_stands_twice_is_refused():
    content = text(rows(PlateX=["P2"] * 4)).replace(b"PlateX", b"PlateID")
    assert refused(content) == (1, "A column stands twice.")


def test_an_empty_line_among_the_rows_is_refused_with_its_line():
    lines = text(rows()).split(b"\n")
    content = b"\n".join([*lines[:3], b"", *lines[3:]])
    assert refused(content) == (4, "“SampleID” is empty.")


def test_a_header_without_rows_was_cut():
    header = text(rows()).split(b"\n")[0] + b"\n"
    columns = {name: pa.array([], pa.string()) for name in rows()}
    for content in (header, header.replace(b"\n", b"\r\n\r\n"), parquet(columns)):
        assert refused(content) == (1, "The table has no rows: the file was cut.")


def test_a_header_longer_than_a_line_may_be_is_refused_as_one():
    long = {"x" * 100_000 + str(i): [""] * 4 for i in range(20)}
    line, reason = refused(text(rows() | long))
    assert (line, "longer than 2,000,000 characters" in reason) == (1, True)
