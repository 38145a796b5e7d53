"""The files of a REDCap project as rows: columns by their names, in any order, as the page or as the API writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tabular.errors import FileError
from tabular.message import Message, clauses
from tabular.source import FileSource
from tabular.table import Table, read_table

# The API's names; after them what the page writes, of today and of earlier years.
DICTIONARY = {
    "field_name": ("variable_field_name",),
    "form_name": (),
    "section_header": (),
    "field_type": (),
    "field_label": (),
    "select_choices_or_calculations": ("choices_calculations_or_slider_labels", "choices_or_calculations"),
    "field_note": (),
    "text_validation_type_or_show_slider_number": ("text_validation_type",),
    "text_validation_min": (),
    "text_validation_max": (),
    "identifier": (),
    "branching_logic": ("branching_logic_show_field_only_if",),
    "required_field": (),
    "custom_alignment": (),
    "question_number": ("question_number_surveys_only",),
    "matrix_group_name": (),
    "matrix_ranking": (),
    "field_annotation": (),
}  # fmt: skip
NEEDED = ("field_name", "form_name", "field_type", "field_label")
ARMS = {"arm_num": (), "name": ()}
EVENTS = dict.fromkeys(("event_name", "arm_num", "unique_event_name", "day_offset", "offset_min", "offset_max"), ())  # fmt: skip
EVENT_FORMS = {"unique_event_name": ("event_name",), "form": ("form_name",)}
REPEATING = {"event_name": ("unique_event_name",), "form_name": ("form",)}
WORDS_OF_PEOPLE = ("field_name", "form_name", "field_label")
NOT_AVAILABLE = "NA"

Columns = Mapping[str, tuple[str, ...]]
Cells = Mapping[str, str]


class NoDictionary(ValueError):
    """Files that are no REDCap project, with everything that is wrong."""

    def __init__(self, problems: Iterable[Message]) -> None:
        self.problems = list(problems)
        super().__init__(clauses(self.problems))


@dataclass(frozen=True)
class Field:
    """A row of the data dictionary, by the API's names of its columns."""

    line: int
    cells: Cells

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def name(self) -> str:
        return self["field_name"]

    @property
    def type(self) -> str:
        return self["field_type"].casefold()

    @property
    def validation(self) -> str:
        return self["text_validation_type_or_show_slider_number"].casefold()

    def says(self, column: str) -> bool:
        """Whether a column of "y" and nothing says yes."""
        return self[column].casefold() in ("y", "yes", "1", "true")


def read_fields(file: FileSource) -> list[Field]:
    """The rows of a data dictionary; NoDictionary where it is none."""
    rows = [Field(number, cells) for number, cells in _read(file, DICTIONARY, NEEDED)]
    # R writes NA for what is not there; no validation is called so.
    if any(one.validation == NOT_AVAILABLE.casefold() for one in rows):
        rows = [Field(one.line, _without_na(one.cells)) for one in rows]
    return rows


def _without_na(cells: Cells) -> Cells:
    return {
        name: "" if cell == NOT_AVAILABLE and name not in WORDS_OF_PEOPLE else cell
        for name, cell in cells.items()
    }


def read_rows(file: FileSource | None, columns: Columns, needed: Iterable[str]) -> list[Cells]:
    """The rows of one of the files beside the dictionary; none where it is not given."""
    return [] if file is None else [cells for _number, cells in _read(file, columns, needed)]


def _read(file: FileSource, columns: Columns, needed: Iterable[str]) -> list[tuple[int, Cells]]:
    try:
        table = read_table(file)
    except FileError as error:
        raise NoDictionary([_of_file(file, error.message)]) from error
    places = _find_columns(table, columns)
    if lacking := [name for name in needed if name not in places]:
        why = Message(
            "redcap_columns_lacking",
            "There is no column %(names)s. Export the file from REDCap as CSV and leave its header as it is.",
            names=", ".join(lacking),
        )
        raise NoDictionary([_of_file(file, why)])
    return [
        (row.number, {name: row.cells[place] for name, place in places.items()})
        for row in table.rows
    ]


def _of_file(file: FileSource, why: Message) -> Message:
    return Message("redcap_file", "%(file)s: %(why)s", file=file.filename or "CSV", why=why)


def _find_columns(table: Table, columns: Columns) -> dict[str, int]:
    folded = {_fold(name): place for place, name in enumerate(table.columns)}
    return {
        name: next(folded[one] for one in (name, *others) if one in folded)
        for name, others in columns.items()
        if any(one in folded for one in (name, *others))
    }


def _fold(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", heading.casefold()).strip("_")
