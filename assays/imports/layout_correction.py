"""A table of wells and labels -> whose blood stood in each, to correct a plate that is here already."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from assays.formats.wells import positions
from studies.imports.tables import SheetNeeded, Table, read_table
from studies.imports.texts import error_of_cell
from studies.refusals import Refused
from tabular.cell_errors import UNAVAILABLE

WELL, LABEL = ("well", "position", "location"), ("label", "barcode", "specimen")
MOST = 384


def labels_of_table(name: str, content: bytes) -> dict[str, str]:
    """Well -> label of a specimen ("" for nobody's) of a CSV, TSV or XLSX file with these two columns."""
    table, well = table_of_wells(name, content)
    label = _place(table, LABEL)
    if label is None:
        raise Refused(
            _("“%(file)s” needs the columns well and label; its columns are %(columns)s.")
            % {"file": name, "columns": ", ".join(table.columns)}
        )
    return _once((row.cells[well], row.cells[label]) for row in table.rows)


def table_of_wells(name: str, content: bytes) -> tuple[Table, int]:
    """A table with a column of wells, and the place of that column."""
    try:
        table = read_table(name, content)
    except SheetNeeded as error:
        raise Refused(
            _(
                "“%(file)s” has several sheets with rows: %(names)s. Save the one that is meant on its own."
            )
            % {"file": name, "names": ", ".join(error.names)}
        ) from error
    well = _place(table, WELL)
    if well is None:
        raise Refused(
            _("“%(file)s” needs the column well; its columns are %(columns)s.")
            % {"file": name, "columns": ", ".join(table.columns)}
        )
    return table, well


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
