"""Where everything stands in a wide NPX export: rows by their first cell, columns of assays and of
quality; and whether the whole table is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tabular.message import Message
from tabular.numbers import number
from tabular.text import check_ended, records
from tabular.workbook import Sheet

TEXT = "file"
ENDING = re.compile(
    r"((max|plate)\s*)?lod\b|lloq\b|uloq\b|missing data|normali[sz]ation|assay warning|lowest quantif"
)


@dataclass(frozen=True)
class Grid:
    """Rows by their first cell (`told`: of the head; `below`: what follows the samples, a name may stand
    once for each plate), and the columns of assays and of quality."""

    sheet: Sheet
    told: dict[str, int]
    below: list[tuple[str, int]]
    samples: list[int]
    assays: list[int]
    quality: list[int]

    def row(self, name: str, columns: Iterable[int]) -> list[str]:
        """Cells of a named row; empty where the export has no such row."""
        if name not in self.told:
            return ["" for _ in columns]
        return [self.sheet.cell(self.told[name], column) for column in columns]

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for column in self.quality:
            name = plain(self.sheet.cell(self.told["Assay"], column))
            for known in ("plateid", "qcwarning"):
                if name.startswith(known):
                    found.setdefault(known, []).append(column)
        return found

    def find_columns(self, name: str) -> list[int]:
        """The columns "Plate ID" or "QC Warning": one, or one for each panel."""
        return self._by_name.get(plain(name), [])

    def of_panels(self, name: str) -> list[int | None]:
        """For each assay, the column of this name that belongs to its panel."""
        found = self.find_columns(name)
        first = found[0] if found else None
        panels = self.row("Panel", found)
        own = dict(reversed(list(zip(panels, found, strict=True))))
        return [own.get(panel, first) for panel in self.row("Panel", self.assays)]


def plain(name: str) -> str:
    """A name without case, blanks and underscores, which differ between versions."""
    return re.sub(r"[\s_]+", "", name).lower()


def text_sheet(text: str) -> Sheet:
    """The records of a wide CSV as a sheet whose row numbers are lines."""
    check_ended(text)
    mark = re.search(r'^"?Assay"?([;,\t])', text, re.M)
    found = records(text, mark[1] if mark else ",")
    rows: list[list[str]] = []
    for record in found:
        rows += [[] for _ in range(record.line - 1 - len(rows))]
        rows.append(record.cells)
    sheet = Sheet(TEXT, rows)
    start = next((i for i, row in enumerate(rows) if row[:1] == ["Assay"]), len(rows))
    for i, row in enumerate(rows[start:], start):
        if any(row) and len(row) != len(rows[start]):
            raise sheet.error(
                i,
                0,
                Message(
                    "line_cells_line_assays",
                    "The line has %(columns)s cells, the line of assays %(assays)s: the columns are misaligned.",
                    columns=len(row),
                    assays=len(rows[start]),
                ),
            )
    return sheet


def grid_of(sheet: Sheet) -> Grid:
    """The parts of a sheet; PlateFormatError where one is missing or does not fit the others."""
    first = [row[0] if row else "" for row in sheet.rows]
    told = {text: i for i, text in reversed(list(enumerate(first))) if text}
    kind = sheet.cell(1, 0)
    if re.match(r"ct\b", kind, re.I):
        raise sheet.error(
            1,
            0,
            Message("no_npx_values_export", "“%(kind)s” are no NPX values. Export NPX.", kind=kind),
        )
    start = (
        max(told[name] for name in ("Assay", "Uniprot ID", "OlinkID", "Unit") if name in told) + 1
    )
    while start < len(first) and not any(sheet.rows[start]):
        start += 1
    stop = next((i for i in range(start, len(first)) if not any(sheet.rows[i])), len(first))
    assays, quality = _columns(sheet, told)
    if not assays or start == stop:
        raise sheet.error(
            told["Assay"],
            0,
            Message("table_holds_no_samples", "The table holds no samples: the file was cut."),
        )
    below = [(text, i) for i, text in enumerate(first[stop:], stop) if any(sheet.rows[i])]
    grid = Grid(sheet, told, below, list(range(start, stop)), assays, quality)
    _check_rows(grid)
    is_counted = _check_counts(grid)
    if sheet.name == TEXT and not below and not is_counted:
        raise sheet.error(
            stop - 1,
            0,
            Message(
                "nothing_follows_samples_limits",
                "Nothing follows the samples (limits of detection, missing data), and the head does not count them: the file was cut.",
            ),
        )
    return grid


def _columns(sheet: Sheet, told: dict[str, int]) -> tuple[list[int], list[int]]:
    """The columns of assays, each with an OlinkID of its own, and those of quality."""
    width = len(sheet.rows[told["Assay"]])
    ids = [sheet.cell(told["OlinkID"], c) for c in range(width)]
    names = [sheet.cell(told["Assay"], c) for c in range(width)]
    assays = [c for c in range(1, width) if ids[c]]
    seen: set[tuple[str, str]] = set()
    for column in assays:
        if not names[column]:
            raise sheet.error(
                told["Assay"],
                column,
                Message("no_name_assay", "%(assay)s has no name of an assay.", assay=ids[column]),
            )
        if (names[column], ids[column]) in seen:
            raise sheet.error(
                told["OlinkID"],
                column,
                Message("assay_stands_twice", "%(assay)s stands twice.", assay=ids[column]),
            )
        seen.add((names[column], ids[column]))
    return assays, [c for c in range(1, width) if names[c] and not ids[c]]


def _check_rows(grid: Grid) -> None:
    """Every row of samples is named and aligned, none stands twice, and none follows the table's end."""
    sheet, warnings = grid.sheet, grid.find_columns("QC Warning")
    known = {0, *grid.assays, *grid.quality}
    spare = [c for c in range(len(sheet.rows[grid.told["Assay"]])) if c not in known]
    seen: dict[tuple[str, ...], int] = {}
    for row in grid.samples:
        if not sheet.cell(row, 0):
            raise sheet.error(
                row,
                0,
                Message(
                    "row_names_no_sample", "The row names no sample: its columns are misaligned."
                ),
            )
        for column in spare:
            if sheet.cell(row, column):
                raise sheet.error(
                    row,
                    column,
                    Message(
                        "value_stands_under_no",
                        "A value stands under no assay: misaligned columns.",
                    ),
                )
        for column in warnings:
            if number(sheet.cell(row, column)) is not None and "." in sheet.cell(row, column):
                raise sheet.error(
                    row,
                    column,
                    Message(
                        "number_among_qc_warnings",
                        "A number among QC warnings: misaligned columns.",
                    ),
                )
        same = seen.setdefault(tuple(sheet.rows[row]), row)
        if same != row:
            raise sheet.error(
                row,
                0,
                Message(
                    "row_stands_twice_row",
                    "The row stands twice: it is row %(row)s again.",
                    row=same + 1,
                ),
            )
    for name, row in grid.below:
        texts = (sheet.cell(row, column).replace(",", ".") for column in grid.assays)
        is_sample = any(number(text) is not None for text in texts)
        if is_sample and not ENDING.match(name.lower().replace("_", " ")):
            raise sheet.error(
                row,
                0,
                Message(
                    "follows_end_samples_empty",
                    "“%(name)s” follows the end of the samples: an empty row stands among them.",
                    name=name,
                ),
            )


def _check_counts(grid: Grid) -> bool:
    """The head's own counts of samples and plates must be those of the table; whether it counts samples."""
    plates = {
        grid.sheet.cell(r, c) for r in grid.samples for c in grid.find_columns("Plate ID")[:1]
    }
    for name, found in (("# Samples", len(grid.samples)), ("# Plates", len(plates))):
        row = grid.told.get(name)
        said = grid.sheet.cell(row, 1) if row is not None else ""
        if row is not None and said.isdigit() and plates and int(said) != found:
            raise grid.sheet.error(
                row,
                1,
                Message(
                    "head_tells_table_holds",
                    "The head tells of %(said)s (%(name)s), the table holds %(found)s.",
                    said=said,
                    name=name,
                    found=found,
                ),
            )
    return "# Samples" in grid.told and grid.sheet.cell(grid.told["# Samples"], 1).isdigit()
