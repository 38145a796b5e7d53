"""What a person may say of a plate file beside the file: all of it optional.

panel: Inflammation 30-plex      # default: the kit or protocol that the file names
plate: Plate 7                   # default: the plate that the file names, else the file's name
material: serum                  # default: plasma
unit: pg/mL                      # only for files that name no unit
analytes: {Hu X-2 (14): IL6}     # names of this file, decided by a person
leave_out: [Total Events]        # analytes that stay in the file
wells: {S1: sample, RP-7: control}  # what names of wells mean, where the usual meaning is another
sheet: Export 2                  # of a workbook with several exports
layout_sheet: Plate 7            # of a workbook with several layouts
supersedes: {reason: gates set anew, plate: Plate 7}   # a new export of a run that is here already
table: {layout: long, ...}       # which column is what, for a table of no instrument
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from assays.formats.table_mapping import TableMapping, table_mapping
from assays.imports.plates.checks import longest
from assays.imports.plates.layout_roles import WORDS
from assays.models import Measurement, Specimen
from imports.reading import read_mapping
from tabular.checked_yaml import read_yaml, write_yaml
from tabular.section import Section

KEYS = (
    "kind",
    "panel",
    "plate",
    "material",
    "unit",
    "analytes",
    "leave_out",
    "wells",
    "table",
    "sheet",
    "layout_sheet",
    "supersedes",
)
LONGEST_REASON = 300


@dataclass(frozen=True)
class Superseding:
    """Why a plate takes the place of an earlier export of its run, and the name of that ("" for its own)."""

    reason: str
    plate: str = ""


@dataclass(frozen=True)
class PlateMapping:
    """Options of a plate import."""

    panel: str = ""
    plate: str = ""
    material: str = Specimen.Material.PLASMA.value
    unit: str = ""
    analytes: dict[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    wells: dict[str, str] = field(default_factory=dict)
    table: TableMapping | None = None
    sheet: str | None = None
    layout_sheet: str | None = None
    supersedes: Superseding | None = None


def plate_mapping(text: str) -> PlateMapping:
    """Read the options; an empty text has none. Raises Refused with every problem found."""
    return read_mapping(text, _options) if text.strip() else PlateMapping()


def with_names(text: str, analytes: dict[str, str], leave_out: list[str]) -> str:
    """The options with names decided, as YAML."""
    content = read_yaml(text) or {}
    content["analytes"] = {**(content.get("analytes") or {}), **analytes}
    content["leave_out"] = sorted({*(content.get("leave_out") or []), *leave_out})
    kept = {key: value for key, value in content.items() if value not in ({}, [], None)}
    return write_yaml(kept) if kept else ""


def with_superseding(text: str, reason: str, plate: str) -> str:
    """The options with what the plate supersedes, as YAML."""
    content = read_yaml(text) or {}
    content["supersedes"] = {"reason": reason, "plate": plate}
    return write_yaml(content)


def _options(root: Section) -> PlateMapping:
    root.only(KEYS)
    root.one_of("kind", ("plate",), "plate")
    plasma = Specimen.Material.PLASMA.value
    table = root.section("table")
    return PlateMapping(
        panel=root.text("panel") or "",
        plate=root.text("plate") or "",
        material=root.one_of("material", Specimen.Material.values, plasma) or plasma,
        unit=_unit(root),
        analytes=_analytes(root),
        leave_out=root.texts("leave_out"),
        supersedes=_superseding(root),
        wells=_wells(root),
        table=None if table is None else table_mapping(table),
        sheet=root.text("sheet"),
        layout_sheet=root.text("layout_sheet"),
    )


def _analytes(root: Section) -> dict[str, str]:
    """Name in the file -> symbol; a name without one is told."""
    found = {}
    for name, symbol in root.texts_by_key("analytes").items():
        if symbol:
            found[name] = symbol
        else:
            root.refuse(f"analytes.{name}", "symbol")
    return found


def _unit(root: Section) -> str:
    """The unit of a file that names none, as measurements can keep it."""
    unit, most = (root.text("unit") or "").strip(), longest(Measurement, "unit")
    if len(unit) > most or not unit.isprintable():
        root.refuse("unit", "unit_too_long", n=most)
    return unit


def _superseding(root: Section) -> Superseding | None:
    section = root.section("supersedes")
    if section is None:
        return None
    section.only(("reason", "plate"))
    reason = (section.text("reason") or "").strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        section.refuse("reason", "reason", n=LONGEST_REASON)
    return Superseding(reason, (section.text("plate") or "").strip())


def with_wells(text: str, wells: Mapping[str, str]) -> str:
    """The options with the meaning of wells' names, as YAML."""
    content = read_yaml(text) if text.strip() else {}
    content["wells"] = {**(content.get("wells") or {}), **wells}
    return write_yaml(content)


def _wells(root: Section) -> dict[str, str]:
    """Name of a well -> type; one that is no type is told."""
    found = {}
    for name, written in root.texts_by_key("wells").items():
        kind = WORDS.get((written or "").strip().lower())
        if kind is None:
            root.refuse("wells", "well_type", type=(written or "")[:40])
        else:
            found[name] = kind.value
    return found
