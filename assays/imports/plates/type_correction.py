"""A form or a table of wells -> what stood in each, to correct a plate that is here already."""

import json
import math
from collections.abc import Mapping

from assays.formats import SampleType
from assays.formats.retyping import Said
from assays.formats.wells import positions
from assays.imports.plates.layout_correction import MOST, place_of_wells, read_wells
from assays.imports.plates.layout_roles import RoleColumns, read_role, role_columns
from imports.columns import Problem
from imports.tables import Table
from sentences import storable as _
from studies.refusals import Refused


def read_correction_table(name: str, content: bytes) -> dict[str, Said]:
    """Well -> what a table (well, type, expected, expected IL-6, dilution) says of it."""
    return read_wells(name, content, lambda table: _read_table(name, table), as_text)


def _read_table(name: str, table: Table) -> dict[str, Said]:
    place, columns = place_of_wells(name, table), role_columns(table.columns)
    if not columns:
        raise Refused(
            _("“%(file)s” needs the columns well, and type or expected.") % {"file": name}
        )
    return _read([(row.cells[place], row.cells) for row in table.rows], columns)


def read_correction_form(position: str, kind: str, expected: str, dilution: str) -> dict[str, Said]:
    """What a form says of one well."""
    return _read([(position, (kind, dilution, expected))], RoleColumns(0, 1, {"": 2}))


def as_text(said: Mapping[str, Said]) -> str:
    """What is said, to be carried by a page that asks again."""
    told = {
        well: [one.kind and one.kind.value, one.dilution, dict(one.expected)]
        for well, one in said.items()
    }
    return json.dumps(told)


def of_text(text: str) -> dict[str, Said]:
    """The inverse of `as_text`; Refused for a text that it did not write."""
    try:
        return {
            str(well): Said(
                SampleType(kind) if kind else None,
                None if dilution is None else _finite(dilution),
                {str(name): _finite(value) for name, value in expected.items()},
            )
            for well, (kind, dilution, expected) in json.loads(text).items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Refused(_("What was said of the wells got lost: say it again.")) from error


def _finite(number: float) -> float:
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(number)
    return float(number)


def _read(rows: list[tuple[str, tuple[str, ...]]], columns: RoleColumns) -> dict[str, Said]:
    found: dict[str, Said] = {}
    problems: list[Problem] = []
    for written, cells in rows:
        told = read_role(cells, columns, problems)
        well = positions(written) or written.strip()
        if problems:
            first = problems[0]
            words = {"well": well[:60], "column": first.column, "why": first.why}
            raise Refused(_("%(well)s, %(column)s: %(why)s") % words)
        if well in found:
            raise Refused(_("The well %(well)s is named twice; name each once.") % {"well": well})
        if told != Said():
            found[well] = told
        if len(found) > MOST:
            raise Refused(_("A plate has at most %(n)d wells.") % {"n": MOST})
    if not found:
        raise Refused(_("Name a well and what stood in it, or choose a file of them."))
    return found
