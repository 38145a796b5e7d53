"""Parquet files, measured before they are laid out: one long text that a column repeats takes no room in the
file, and gigabytes once every row holds it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from tabular.errors import FileError
from tabular.limits import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED
from tabular.message import Message


def names_of(content: bytes) -> list[str]:
    """The names of the columns; FileError where the file is damaged."""
    return list(_open(content).schema_arrow.names)


def shape_of(content: bytes) -> tuple[int, int]:
    """How many rows and columns there are, as the file says of itself: nothing is unpacked for it. FileError
    where the file is damaged."""
    about = _open(content).metadata
    return about.num_rows, about.num_columns


def text_columns(content: bytes, used: tuple[str, ...] | None = None) -> pa.Table:
    """The used columns (all: None) as dictionaries of different texts, null as ""; FileError where the
    file is damaged, names a column twice, or would fill the memory."""
    file = _open(content)
    rows = file.metadata.num_rows
    names = [name for name in file.schema_arrow.names if used is None or name in used]
    # as a text, each cell has its separator: empty ones take no room in this file, but a code each in memory
    size = rows * len(names)
    with _tell_damage():
        _check(file, names, size)
    made: dict[str, pa.Array] = {}
    for name in names:
        made[name], length = _text_column(file, name)
        size += length
        if size > MAX_UNPACKED:
            raise _too_large(rows, size)
    _check_lengths(map(len, made.values()), rows)
    return pa.table(made)


def _check(file: pyarrow.parquet.ParquetFile, names: list[str], size: int) -> None:
    """Refuse, by what the file says of itself, what is no table or would fill the memory."""
    about, schema = file.metadata, file.schema_arrow
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    size = max(size, sum(group.total_byte_size for group in groups))
    if about.num_rows > MAX_ROWS or about.num_columns > MAX_COLUMNS or size > MAX_UNPACKED:
        raise _too_large(about.num_rows, size)
    if len(set(schema.names)) < len(schema.names):
        raise FileError(Message("some_column_stands_twice", "A column stands twice."))
    places = _leaves(about)
    if nested := [name for name in names if name not in places]:
        raise FileError(
            Message(
                "column_holds_lists",
                "The column “%(name)s” holds lists or records; a table has one value in each cell.",
                name=nested[0],
            )
        )
    for name in names:
        told = sum(group.column(places[name]).num_values for group in groups)
        _check_lengths([told], about.num_rows)


def _check_lengths(lengths: Iterable[int], rows: int) -> None:
    """Refuse columns that are not as long as the table."""
    if any(length != rows for length in lengths):
        raise FileError(
            Message(
                "parquet_columns_differ",
                "The Parquet file cannot be read: its columns differ in length.",
            )
        )


def _open(content: bytes) -> pyarrow.parquet.ParquetFile:
    with _tell_damage():
        about = pyarrow.parquet.read_metadata(io.BytesIO(content))
        return pyarrow.parquet.ParquetFile(
            io.BytesIO(content), read_dictionary=list(_leaves(about))
        )


def _leaves(about: pyarrow.parquet.FileMetaData) -> dict[str, int]:
    """The place of each column that holds values: one of the table, or a part of one of lists or records."""
    return {about.schema.column(i).path: i for i in range(about.num_columns)}


@contextmanager
def _tell_damage() -> Iterator[None]:
    """Whatever a damaged file makes the reader raise becomes a FileError."""
    try:
        yield
    except FileError:
        raise
    except Exception as error:
        raise FileError(
            Message(
                "parquet_file_cannot_read",
                "The Parquet file cannot be read (%(error)s).",
                error=str(error),
            )
        ) from error


def _text_column(file: pyarrow.parquet.ParquetFile, name: str) -> tuple[pa.Array, int]:
    """A column as a dictionary, and the bytes that its texts take when each row has its own."""
    with _tell_damage():
        column = file.read([name])[name]
        column.validate(full=True)
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column.cast(pa.string()))
        column = column.unify_dictionaries()
        if not column.num_chunks:
            return pa.array([], pa.string()).dictionary_encode(), 0
        told = column.chunk(0).dictionary.cast(pa.string())
        codes = pa.chunked_array([chunk.indices for chunk in column.chunks]).combine_chunks()
        codes = pc.fill_null(codes.cast(pa.int32()), len(told))
        words = pa.concat_arrays([pc.fill_null(told, ""), pa.array([""], pa.string())])
        known = words.dictionary_encode()  # a text that stands there twice has one code
        taken = known.indices.take(codes).to_numpy()
        is_used = np.bincount(taken, minlength=len(known.dictionary)) > 0
        codes = pa.array((np.cumsum(is_used) - 1).astype(np.int32)[taken])
        words = known.dictionary.filter(pa.array(is_used))
        lengths = pc.binary_length(words)
    if (pc.max(lengths).as_py() or 0) > MAX_CELL_CHARS:
        raise FileError(
            Message(
                "cell_longer_than_characters",
                "A cell of “%(name)s” is longer than %(most)s characters.",
                name=name,
                most=f"{MAX_CELL_CHARS:,}",
            )
        )
    if pc.any(pc.match_substring(words, "\0")).as_py():
        raise FileError(
            Message(
                "cell_holds_nul_character",
                "A cell of “%(name)s” holds a NUL character, which no text has.",
                name=name,
            )
        )
    size = pc.sum(lengths.cast(pa.int64()).take(codes)).as_py() or 0
    return pa.DictionaryArray.from_arrays(codes, words), size


def _too_large(rows: int, size: int) -> FileError:
    return FileError(
        Message(
            "table_unpacks_rows_mb",
            "The table unpacks to %(rows)s rows in %(size)s MB; at most %(rows_2)s rows in %(most)s MB are read. Export fewer plates at a time.",
            rows=f"{rows:,}",
            size=f"{size / 1000000.0:,.0f}",
            rows_2=f"{MAX_ROWS:,}",
            most=f"{MAX_UNPACKED / 1000000.0:,.0f}",
        )
    )
