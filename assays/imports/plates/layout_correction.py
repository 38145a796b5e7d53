"""A table of wells and labels -> whose blood stood in each, to correct a plate that is here already."""

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from assays.formats.wells import positions
from imports.tables import SheetNeeded, Table, read_each, read_table
from imports.texts import error_of_cell
from sentences import storable as _
from studies.refusals import Refused
from tabular.cell_errors import UNAVAILABLE

WELL, LABEL = ("well", "position", "location"), ("label", "barcode", "specimen")
MOST, MOST_SHEETS = 384, 40
T = TypeVar("T")


class SheetToChoose(Refused):
    """A workbook of which a person has to choose the sheet. sheets: its name, what it says of wells as a text
    that a page carries (else "" and why it cannot be meant)."""

    def __init__(self, sentence: str, file: str, sheets: list[tuple[str, str, str]]) -> None:
        super().__init__(sentence)
        self.file, self.sheets = file, sheets


def labels_of_table(name: str, content: bytes) -> dict[str, str]:
    """Well -> label of a specimen ("" for nobody's) of a CSV, TSV, XLSX or XLS file with these two columns."""
    return read_wells(name, content, lambda table: _labels(name, table), text_of)


def read_wells(
    name: str, content: bytes, read: Callable[[Table], T], as_text: Callable[[T], str]
) -> T:
    """What `read` makes of the one table of a file; SheetToChoose where several sheets of it have rows."""
    try:
        table = read_table(name, content)
    except SheetNeeded as error:
        if len(error.names) > MOST_SHEETS:
            raise Refused(
                _("“%(file)s” has %(n)d sheets with rows. Save the one that is meant on its own.")
                % {"file": name, "n": len(error.names)}
            ) from error
        sheets = [
            (sheet, "", str(found)) if isinstance(found, Refused) else (sheet, as_text(found), "")
            for sheet, found in read_each(name, content, read).items()
        ]
        raise SheetToChoose(str(error), name, sheets) from error
    return read(table)


def place_of_wells(name: str, table: Table) -> int:
    """The place of the column of wells."""
    well = _place(table, WELL)
    if well is None:
        raise Refused(
            _("“%(file)s” needs the column well; its columns are %(columns)s.")
            % {"file": name, "columns": ", ".join(table.columns)}
        )
    return well


def _labels(name: str, table: Table) -> dict[str, str]:
    well, label = _place(table, WELL), _place(table, LABEL)
    if well is None or label is None:
        raise Refused(
            _("“%(file)s” needs the columns well and label; its columns are %(columns)s.")
            % {"file": name, "columns": ", ".join(table.columns)}
        )
    return _once((row.cells[well], row.cells[label]) for row in table.rows)


def _place(table: Table, names: tuple[str, ...]) -> int | None:
    bare = [re.sub(r"[^a-z]", "", column.lower()) for column in table.columns]
    return next((bare.index(name) for name in names if name in bare), None)


def labels_of_text(text: str) -> dict[str, str]:
    """The inverse of `text_of`."""
    return _once(line.partition("\t")[::2] for line in text.splitlines() if line.strip())


def text_of(labels: dict[str, str]) -> str:
    """A line for each well: well, tab, label."""
    return "\n".join(f"{well}\t{label}" for well, label in labels.items())


def _once(pairs: Iterable[tuple[str, ...]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for well, label in pairs:
        if "\0" in well + label:
            raise Refused(
                _(
                    "The table holds NUL characters, which no label has: save it as CSV or XLSX again."
                )
            )
        name = positions(well) or well.strip()
        if why := error_of_cell(well.strip()) or error_of_cell(label.strip()):
            raise Refused(_("%(well)s, label: %(why)s") % {"well": name[:60], "why": why})
        if (
            label.strip() == UNAVAILABLE
        ):  # what a lookup gives that finds nothing; it takes no blood from a well
            raise Refused(
                _(
                    "%(well)s, label: “#N/A” is no label; leave it empty where nobody's blood stands there."
                )
                % {"well": name[:60]}
            )
        if name in found:
            raise Refused(_("The well %(well)s is named twice; name each once.") % {"well": name})
        found[name] = label.strip()
        if len(found) > MOST:
            raise Refused(_("A plate has at most %(n)d wells.") % {"n": MOST})
    if not found:
        raise Refused(_("Name a well and the label of its specimen, or choose a file of them."))
    return found
