"""The mapping of an assay file: samples, analytes, values, panel, plate, unit."""

from collections.abc import Iterator
from dataclasses import dataclass

from assays.models import Panel, Specimen
from clinical.dictionary.definition import Definition
from imports.columns import Source, source_from
from imports.form import COMMON_KEYS, FileForm, file_form
from imports.reading import read_mapping
from imports.units import normal_unit
from tabular.section import Section, as_key, near_names

SCALE_UNITS = {
    "concentration": (
        "pg/mL",
        "ng/mL",
        "ug/mL",
        "ng/L",
        "ug/L",
        "mg/L",
        "U/mL",
        "IU/mL",
        "mIU/mL",
        "pM",
        "nM",
    ),
    "npx": ("NPX",),
}
KEYS = (
    *COMMON_KEYS,
    "layout",
    "sample",
    "analyte",
    "value",
    "unit",
    "panel",
    "plate",
    "material",
    "subject",
    "timepoint",
    "collected_on",
    "samples",
    "analytes",
    "create_analytes",
    "analyte_columns",
)
SKIP = "skip"
"""What a coding makes of a sample that is left out, where others make the name of a visit."""


@dataclass(frozen=True)
class Identity:
    """Where it stands whose a sample is and when it was taken."""

    sample: Source
    subject: Source
    timepoint: Source
    skip_others: bool
    collected_on: Source | None
    ignore: tuple[str, ...] = ()

    def sources(self) -> Iterator[Source]:
        yield from (self.sample, self.subject, self.timepoint)
        if self.collected_on is not None:
            yield self.collected_on


@dataclass(frozen=True)
class NamedAnalyte:
    """What the mapping says of a name in the file."""

    symbol: str
    name: str
    uniprot: str


@dataclass(frozen=True)
class AssayMapping:
    """Everything an assay import takes from a file."""

    form: FileForm
    long: bool
    sample: Source
    analyte: Source | None
    value: Source | None
    analyte_columns: tuple[str, ...]
    unit: str
    panel: str
    scale: str
    plate: Source
    material: Source
    identity: Identity
    second_file: bool
    samples_sheet: str | None
    analytes: dict[str, NamedAnalyte]
    create_analytes: bool

    def sources(self) -> Iterator[Source]:
        """Every source in the file itself, for the check against its columns."""
        yield from (self.sample, self.plate, self.material)
        yield from (source for source in (self.analyte, self.value) if source is not None)
        if not self.second_file:
            yield from self.identity.sources()
        for column in self.analyte_columns:
            yield Source(where="analyte_columns", column=column)


def samples_file(text: str) -> str | None:
    """The path of the samples table that a mapping names, for whoever has to fetch it."""

    def read_name(root: Section) -> tuple[str | None]:
        section = root.section("samples")
        return (section.text("file") if section is not None else None,)

    return read_mapping(text, read_name)[0]


def assay_mapping(root: Section, definition: Definition) -> AssayMapping | None:
    """Read an assay mapping of a study that collects what `definition` says; problems are collected in
    `root.problems`."""
    root.only(KEYS)
    root.one_of("kind", ("assay",), "assay")
    layout = root.one_of("layout", ("wide", "long"))
    if layout is None:
        root.refuse("layout", "wide_or_long")
    sample, analyte, value = (source_from(root, key) for key in ("sample", "analyte", "value"))
    if layout == "long" and (analyte is None or value is None):
        root.refuse("analyte", "long_needs")
    if layout == "wide" and (analyte is not None or value is not None):
        root.refuse("analyte", "wide_has_none")
    if sample is None:
        root.refuse("sample", "sample_column")
    panel, scale = _panel(root)
    plate, material = source_from(root, "plate"), _material(root)
    if plate is None:
        root.refuse("plate", "plate_column")
    unit = _unit(root, scale)
    identity = _identity(root, sample, tuple(definition.event_by_name))
    analytes = _analytes(root)
    if None in (sample, plate, material, identity) or root.problems:
        return None
    return AssayMapping(
        form=file_form(root),
        long=layout == "long",
        sample=sample,  # type: ignore[arg-type]
        analyte=analyte,
        value=value,
        analyte_columns=root.texts("analyte_columns"),
        unit=unit,
        panel=panel,
        scale=scale,
        plate=plate,  # type: ignore[arg-type]
        material=material,  # type: ignore[arg-type]
        identity=identity,  # type: ignore[arg-type]
        second_file=root.has("samples"),
        samples_sheet=_samples_sheet(root),
        analytes=analytes,
        create_analytes=root.flag("create_analytes"),
    )


def _samples_sheet(root: Section) -> str | None:
    section = root.section("samples")
    return section.text("sheet") if section is not None else None


def _panel(root: Section) -> tuple[str, str]:
    section = root.section("panel")
    if section is None:
        root.refuse("panel", "panel")
        return "", "concentration"
    section.only(("name", "scale"))
    name = section.text("name")
    if not name:
        section.refuse("name", "panel_name")
    scale = section.one_of("scale", Panel.Scale.values, "concentration")
    return name or "", scale or "concentration"


def _material(root: Section) -> Source | None:
    choices = tuple(Specimen.Material.values)
    written = root.content.get("material")
    if isinstance(written, str) and written in choices:
        return Source(where="material", constant=written, choices=choices)
    source = source_from(root, "material", choices=choices)
    if source is None:
        root.refuse("material", "material")
    return source


def _unit(root: Section, scale: str) -> str:
    unit, known = root.text("unit"), SCALE_UNITS[scale]
    for name in known:
        if unit is not None and normal_unit(unit).lower() == normal_unit(name).lower():
            return name
    near = near_names(unit or "", known)
    root.refuse("unit", "unit_of_scale", near, unit=unit or "", scale=scale, units=known)
    return ""


def _identity(root: Section, sample: Source | None, visits: tuple[str, ...]) -> Identity | None:
    section = root.section("samples")
    if section is not None:
        section.only(("file", "sheet", "sample", "subject", "timepoint", "collected_on", "ignore"))
        for key in ("subject", "timepoint", "collected_on"):
            if root.has(key):
                root.refuse(key, "said_by_samples")
        sample = source_from(section, "sample")
        if sample is None:
            section.refuse("sample", "sample_column")
    part = section or root
    subject = source_from(part, "subject")
    timepoint = source_from(part, "timepoint", choices=(*visits, SKIP), more=("others",))
    if subject is None:
        part.refuse("subject", "subject_of_sample")
    if timepoint is None:
        part.refuse("timepoint", "timepoint", visits=visits)
    others = part.section("timepoint", shorthand="column")
    skip = others is not None and others.one_of("others", (SKIP, "reject"), "reject") == SKIP
    collected_on = source_from(part, "collected_on", dated=True)
    if sample is None or subject is None or timepoint is None:
        return None
    ignore = section.texts("ignore") if section is not None else ()
    return Identity(sample, subject, timepoint, skip, collected_on, ignore)


def _analytes(root: Section) -> dict[str, NamedAnalyte]:
    part = root.section("analytes")
    found: dict[str, NamedAnalyte] = {}
    if part is None:
        return {}
    for name in part.content:
        entry = part.section(name, shorthand="symbol")
        if entry is None:
            if not part.has(name):
                part.refuse(as_key(name), "symbol")
            continue
        entry.only(("symbol", "name", "uniprot"))
        symbol = entry.text("symbol")
        if not symbol:
            entry.refuse("symbol", "symbol")
            continue
        found[as_key(name)] = NamedAnalyte(
            symbol, entry.text("name", as_key(name)) or symbol, entry.text("uniprot", "") or ""
        )
    return found
