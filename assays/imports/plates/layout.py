"""A layout file -> whose blood stood in which well, or which sample name is whose; and what else stood there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from assays.formats.retyping import Said
from assays.formats.wells import position
from assays.imports.plates.layout_roles import RoleColumns, read_role, role_columns
from assays.models import Specimen
from clinical.dictionary.definition import Definition
from clinical.models.subjects import as_subject_id
from imports.columns import Problem
from imports.reading import near
from imports.registry import Files
from imports.tables import Row, Table, read_table
from imports.texts import Unreadable, day, error_of_cell, quote
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused
from tabular.cell_errors import UNAVAILABLE

COLUMNS = {
    "well": ("well", "position", "location"),
    "plate": ("plate", "plateid"),
    "sample": ("sample", "sampleid", "description"),
    "subject": ("subject", "subjectid", "patient", "patientid"),
    "timepoint": ("timepoint", "visit"),
    "label": ("label", "barcode", "specimen"),
    "collected_on": ("collectedon", "collected", "collectiondate"),
    "material": ("material",),
}


@dataclass
class Placed:
    """One row of a layout: the place it names and the specimen it says stands there."""

    row: int
    well: str
    plate: str
    sample: str
    subject: str
    timepoint: str
    label: str
    collected_on: date | None
    material: str
    said: Said = field(default_factory=Said)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        """Whether it says whose blood stands there."""
        return bool(self.subject or self.timepoint or self.label)


@dataclass(frozen=True)
class Layout:
    """The rows of a layout file, found by well (with or without plate) or by sample name."""

    file: str
    by_well: dict[tuple[str, str], Placed]
    by_sample: dict[str, Placed]

    def of(self, plate: str, positions: str, sample: str) -> Placed | None:
        """What the layout says of a well; for a reading of several wells, of any of them."""
        for part in (positions, *positions.split(",")):
            for key in ((plate, part), ("", part)):
                if key in self.by_well:
                    return self.by_well[key]
        return self.by_sample.get(sample) if sample else None

    def rows(self) -> Iterable[Placed]:
        return (*self.by_well.values(), *self.by_sample.values())


def read_layout(files: Files, definition: Definition, sheet: str | None = None) -> Layout | None:
    """The layout beside a plate file of a study that collects what `definition` says, if one came with it, on the
    sheet that the person or else the options name. Raises Refused where it cannot be used."""
    if files.samples is None:
        return None
    name = files.samples.name
    content = bytes(files.samples.content)
    table = read_table(name, content, sheet=files.samples_sheet or sheet, part="samples")
    roles = role_columns(table.columns)
    places = _places(table, name, roles)
    # No two visits of a definition are called the same but for capitals.
    visits = {visit.lower(): visit for visit in definition.event_by_name}
    layout = Layout(name, {}, {})
    for row in table.rows:
        placed = _place_row(row, places, roles, visits)
        if not placed.is_told and placed.said == Said() and not placed.problems:
            continue  # an empty well
        index: dict = layout.by_well if placed.well else layout.by_sample
        key = (placed.plate, placed.well) if placed.well else placed.sample
        if not key:
            raise Refused(_say(name, placed, _("names neither a well nor a sample.")))
        if key in index:
            words = {"row": index[key].row}
            why = _("names the same well or sample as row %(row)d; name each once.") % words
            raise Refused(_say(name, placed, why))
        index[key] = placed
    return layout


def say_unknown_subject(subject: str, known: Iterable[str]) -> Sentence:
    """Why a subject that is not in the study cannot be given blood, with those of a like name."""
    return _("this subject is not in the study; enrol or import the patient first.") + near(
        subject, known
    )


def _places(table: Table, file: str, roles: RoleColumns) -> dict[str, int]:
    bare = [re.sub(r"[^a-z]", "", column.lower()) for column in table.columns]
    places = {
        key: bare.index(name)
        for key, names in COLUMNS.items()
        for name in names[::-1]
        if name in bare
    }
    missing = [key for key in ("subject", "timepoint") if key not in places]
    if (missing and not roles) or not {"well", "sample"} & places.keys():
        raise Refused(
            _(
                "The layout “%(file)s” needs the columns subject and timepoint, and well or sample; "
                "it may have label, collected_on, material and plate; and type, expected and dilution "
                "for standards and controls. Its columns are %(columns)s."
            )
            % {"file": file, "columns": ", ".join(table.columns)}
        )
    return places


def _place_row(
    row: Row, places: dict[str, int], roles: RoleColumns, visits: dict[str, str]
) -> Placed:
    said = {key: row.cells[places[key]] if key in places else "" for key in COLUMNS}
    said = {key: "" if text == UNAVAILABLE else text for key, text in said.items()}
    problems: list[Problem] = []

    def reject(column: str, why: Sentence | str) -> None:
        problems.append(Problem(column, said[column], why))

    for key, text in said.items():
        if why := error_of_cell(text):
            reject(key, why)
    well = ",".join(filter(None, map(position, re.split(r"[,;+ ]+", said["well"]))))
    if said["well"] and not well:
        well = said["well"]  # such as row 17, where the file tells no position
    timepoint = visits.get(said["timepoint"].lower(), said["timepoint"])
    is_told = bool(said["subject"] or timepoint or said["label"])
    if is_told and timepoint not in visits.values():
        why = _("write one of the study's visits: %(visits)s.") % {"visits": quote(visits.values())}
        reject("timepoint", why + near(timepoint, visits.values()))
    material = said["material"].lower()
    if material and material not in Specimen.Material.values:
        reject("material", _("write plasma or serum."))
    if is_told and not said["subject"]:
        reject("subject", _("every sample needs a subject id."))
    collected = None
    try:
        collected = day(said["collected_on"], "%Y-%m-%d") if said["collected_on"] else None
    except Unreadable as error:
        reject("collected_on", error.said)
    return Placed(
        row=row.number,
        well=well,
        plate=said["plate"],
        sample=said["sample"],
        subject=as_subject_id(said["subject"]),
        timepoint=timepoint,
        label=said["label"],
        collected_on=collected,
        material=material,
        said=read_role(row.cells, roles, problems),
        problems=problems,
    )


def _say(file: str, placed: Placed, why: Sentence | str) -> Sentence:
    return _("%(file)s, row %(row)d %(why)s") % {"file": file, "row": placed.row, "why": why}
