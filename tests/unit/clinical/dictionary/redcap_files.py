"""Files of a REDCap project, as small as a test needs them."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from clinical.dictionary.definition import Item
from clinical.dictionary.redcap import Brought, Project, read_project
from clinical.dictionary.redcap.tables import DICTIONARY
from tabular.source import FileSource

RECORD_ID = {"field_name": "record_id", "form_name": "base", "field_type": "text", "field_label": "Record ID"}  # fmt: skip


def field(name: str, kind: str = "text", **cells: str) -> dict[str, str]:
    """A row of a data dictionary, by the API's names; `choices` and `validation` are short for theirs."""
    long = {
        "choices": "select_choices_or_calculations",
        "validation": "text_validation_type_or_show_slider_number",
        "low": "text_validation_min",
        "high": "text_validation_max",
        "form": "form_name",
        "label": "field_label",
        "shown": "branching_logic",
        "note": "field_annotation",
    }
    given = {long.get(key, key): cell for key, cell in cells.items()}
    return {"field_name": name, "form_name": "base", "field_type": kind, **given}


def as_csv(rows: list[Mapping[str, str]], columns: list[str] | None = None) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(rows[0]), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def dictionary(*rows: Mapping[str, str]) -> str:
    return as_csv([RECORD_ID, *rows], list(DICTIONARY))


def file(text: str, name: str = "project.csv") -> FileSource:
    return FileSource(text.encode(), name)


def bring(*rows: Mapping[str, str], **more: Any) -> Brought:
    beside = {name: file(given) if "\n" in given else given for name, given in more.items()}
    return read_project(Project(file(dictionary(*rows)), **beside))


def bring_one(row: Mapping[str, str], **more: Any) -> Item:
    """The item of a row."""
    return bring(row, **more).definition.item(row["field_name"])


def told(brought: Brought) -> str:
    return "\n".join(map(str, brought.remarks))
