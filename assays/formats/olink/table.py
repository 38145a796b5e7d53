"""A long NPX export as columns of categories, CSV or Parquet: codes (rows,) into few texts, so that
millions of rows fit in memory and each different text is read once."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from assays.formats.errors import PlateFormatError
from assays.formats.values import NAN, NoValue
from tabular import parquet
from tabular.limits import MAX_COLUMNS, MAX_RECORD_CHARS, MAX_ROWS
from tabular.message import Message
from tabular.source import FileSource
from tabular.text import check_ended

TEXT: Any = pd.Series(["text"]).dtype
PIECE = 100_000  # different texts of a column that stand in memory as Python's at one time


class Columns:
    """The used columns of a table: codes (rows,) and the different texts that they stand for, stripped.
    `others` names the columns that were left unread."""

    def __init__(self, table: pa.Table, others: list[str]) -> None:
        self.count, self.others = table.num_rows, others
        self.codes: dict[str, Any] = {}
        self.words: dict[str, pa.Array] = {}
        for name in table.column_names:
            column = table[name].combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                column = column.chunk(0)
            codes = column.indices.to_numpy()
            words = pc.utf8_trim_whitespace(column.dictionary)
            if not words.equals(column.dictionary):
                again = words.dictionary_encode()
                codes, words = again.indices.to_numpy()[codes], again.dictionary
            self.codes[name], self.words[name] = codes, words

    def __contains__(self, name: str | None) -> bool:
        return name in self.codes

    def first_of(self, names: tuple[str, ...]) -> str | None:
        """The first of these names that the table has."""
        return next((name for name in names if name in self.codes), None)

    def text(self, name: str, rows: Any) -> Any:
        """A column as text at some rows; "" where the export has no such column."""
        if name not in self.codes:
            return np.full(len(rows), "", dtype=object)
        words = self.words[name].take(pa.array(self.codes[name][rows]))
        return words.to_numpy(zero_copy_only=False)

    def texts(self, name: str) -> Any:
        """A whole column as pandas holds text (rows,)."""
        return texts_of(self.codes[name], self.words[name])

    def distinct_texts(self, *names: str) -> list[str]:
        """The different texts of some columns, empty ones aside."""
        known = (t for n in names if n in self.words for t in self.words[n].to_pylist())
        return list(dict.fromkeys(text for text in known if text))

    def holds(self, name: str | None, part: str) -> bool:
        """Whether a text of a column has this part."""
        if name is None:
            return False
        return pc.any(pc.match_substring(self.words[name], part)).as_py() is True

    def numbers(self, name: str | None, of: Callable[[str], float]) -> Any:
        """A column as numbers (rows,), `of` called once with each different text in its order; NaN where
        the export has no such column. Its ValueError becomes an error with the line."""
        if name is None:
            return np.full(self.count, NAN)
        words = self.words[name]
        found = np.empty(len(words), dtype=np.float64)
        for start in range(0, len(words), PIECE):
            for code, text in enumerate(words.slice(start, PIECE).to_pylist(), start):
                try:
                    found[code] = of(text)
                except NoValue as error:
                    raise PlateFormatError(
                        Message(
                            "value_of", "%(analyte)s: %(error)s", analyte=name, error=error.message
                        ),
                        line=self.line(name, code),
                    ) from error
        return found[self.codes[name]]

    def together(self, *names: str) -> tuple[Any, Any]:
        """Codes (rows,) of what these columns tell together, in the order of the file, and the row in
        which each code stands first."""
        codes = np.zeros(self.count, dtype=np.int64)
        for name in names:
            if name in self.codes:
                codes = codes * len(self.words[name]) + self.codes[name]
                codes = pd.factorize(codes)[0]
        first = np.empty(int(codes.max()) + 1, dtype=np.int64)
        first[codes[::-1]] = np.arange(self.count - 1, -1, -1)
        return codes.astype(np.int32), first

    def line(self, name: str, code: int) -> int:
        """The line on which a text of a column stands first."""
        return int(np.argmax(self.codes[name] == code)) + 2


def texts_of(codes: Any, words: Any) -> Any:
    """Words by their codes, as pandas holds text: nothing of Python for each row."""
    taken = pa.array(words).cast(pa.large_string()).take(pa.array(codes))
    return pd.array(taken, dtype=TEXT)


def column_names(file: FileSource) -> list[str]:
    """The names in the first line of a text, or in the schema of a Parquet file."""
    if file.is_parquet:
        return parquet.names_of(file.content)
    return _header(file.text)[0] if file.is_text else []


def columns(file: FileSource, used: tuple[str, ...]) -> Columns:
    """The used columns of a file; PlateFormatError where its rows do not fit or are too many."""
    if not file.is_parquet:
        return _csv_columns(file, used)
    table = parquet.text_columns(file.content, used)
    others = [name for name in parquet.names_of(file.content) if name not in used]
    return _take_columns(table, others)


def _header(text: str) -> tuple[list[str], str]:
    """The names of the first line, and what divides them."""
    end = text.find("\n")
    first = text[: end if end >= 0 else len(text)]
    delimiter = max(";,\t", key=first.count)
    if len(first) > MAX_RECORD_CHARS:
        return [], delimiter
    try:
        return next(csv.reader([first], delimiter=delimiter), []), delimiter
    except csv.Error:
        return [], delimiter


def _csv_columns(file: FileSource, used: tuple[str, ...]) -> Columns:
    check_ended(file.text)
    names, delimiter = _header(file.text)
    if len(names) > MAX_COLUMNS or file.text.count("\n") > MAX_ROWS:
        raise PlateFormatError(
            Message(
                "table_more_than_rows",
                "The table has more than %(rows)s rows or %(columns)s columns.",
                rows=f"{MAX_ROWS:,}",
                columns=f"{MAX_COLUMNS:,}",
            )
        )
    if len(set(names)) < len(names):
        raise PlateFormatError(
            Message("some_column_stands_twice", "A column stands twice."), line=1
        )
    wanted = [name for name in names if name in used]
    # bytes as they came are not copied: such a file may fill a good part of the memory there is
    content = file.content if file.encoding == "UTF-8" else file.text.encode()
    end = len(content)
    while end and content[end - 1] in b"\r\n":
        end -= 1
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(memoryview(content)[: end + 1])),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in wanted},
                include_columns=wanted,
                strings_can_be_null=False,
            ),
        ).unify_dictionaries()
    except Exception as error:
        row = re.search(r"[Rr]ow #?(\d+)", str(error))
        raise PlateFormatError(
            Message(
                "rows_do_not_fit",
                "The rows do not fit their header (%(error)s).",
                error=str(error)[:150],
            ),
            line=int(row[1]) if row else None,
        ) from error
    return _take_columns(table, [name for name in names if name not in used])


def _take_columns(table: pa.Table, others: list[str]) -> Columns:
    if not table.num_rows:
        raise PlateFormatError(
            Message("table_no_rows_file", "The table has no rows: the file was cut."), line=1
        )
    found = Columns(table, others)
    pa.default_memory_pool().release_unused()
    return found
