"""Parquet files: what each cell says as text, and files that are damaged or hold what no text has."""

import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from tabular import FileError, parquet
from tabular.source import FileSource
from tabular.table import read_table


def written(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(FileError) as caught:
        parquet.text_columns(content)
    return str(caught.value)


def test_cells_are_the_texts_of_what_they_hold_and_nothing_is_empty() -> None:
    table = pa.table({"n": [1, None, -3], "x": [2.5, 3.0, None], "t": ["a", "", None]})
    found = parquet.text_columns(written(table))
    assert found.to_pydict() == {"n": ["1", "", "-3"], "x": ["2.5", "3", ""], "t": ["a", "", ""]}
    assert parquet.names_of(written(table)) == ["n", "x", "t"]


def test_only_the_columns_that_are_used_are_read() -> None:
    content = written(pa.table({"n": [1], "x": [2]}))
    assert parquet.text_columns(content, ("x", "y")).to_pydict() == {"x": ["2"]}


def test_a_name_that_stands_twice_is_refused() -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert refusal(written(table)) == "A column stands twice."


def test_a_nul_character_is_refused_by_the_name_of_its_column() -> None:
    content = written(pa.table({"a": ["x"], "b": ["x\0y"]}))
    assert refusal(content) == "A cell of “b” holds a NUL character, which no text has."


def test_bytes_that_are_no_text_are_refused() -> None:
    offsets, data = pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")
    column = pa.StringArray.from_buffers(1, offsets, data)
    assert "cannot be read" in refusal(written(pa.table({"a": column})))


def test_a_file_without_rows_has_its_columns() -> None:
    content = written(pa.table({"a": pa.array([], pa.string())}))
    assert parquet.text_columns(content).to_pydict() == {"a": []}
    with pytest.raises(FileError, match="no rows below"):
        read_table(FileSource(content))


def test_a_file_of_several_groups_of_rows_is_one_table() -> None:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"a": ["x", "y", "x", "z"]}), out, row_group_size=2)
    assert parquet.text_columns(out.getvalue()).to_pydict() == {"a": ["x", "y", "x", "z"]}


def test_columns_of_another_length_than_the_file_tells_are_refused(monkeypatch) -> None:
    content = written(pa.table({"a": ["x", "y"]}))
    monkeypatch.setattr(parquet, "_text_column", lambda _file, _name: (pa.array(["x"]), 1))
    assert "its columns differ in length" in refusal(content)


@pytest.mark.parametrize(("longest", "is_read"), [(10_000, True), (10_001, False)])
def test_a_cell_of_as_many_characters_as_are_read_and_one_more(longest: int, is_read: bool) -> None:
    content = written(pa.table({"a": ["x", "y" * longest]}))
    if is_read:
        assert parquet.text_columns(content)["a"].to_pylist()[1] == "y" * longest
    else:
        assert refusal(content) == "A cell of “a” is longer than 10,000 characters."


def test_columns_and_rows_up_to_their_bounds(monkeypatch) -> None:
    content = written(pa.table({"a": ["x", "y"], "b": ["x", "y"]}))
    for name, most in (("MAX_ROWS", 2), ("MAX_COLUMNS", 2)):
        monkeypatch.setattr(parquet, name, most)
        assert parquet.text_columns(content).num_rows == 2
        monkeypatch.setattr(parquet, name, most - 1)
        assert "Export fewer plates" in refusal(content)
        monkeypatch.undo()
