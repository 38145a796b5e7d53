"""Rows of an assay file against what a study holds -> specimens, plates, measurements, verdicts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from assays.imports.mapping import SKIP, AssayMapping
from assays.imports.resolution import Resolution
from assays.imports.samples import Sample, read_sample
from assays.imports.values import Value, may_be_negative, read_value
from assays.models import Analyte, Panel, PlateRun, Specimen
from assays.selectors.known import KnownAssays
from clinical.models import Patient
from imports.columns import Problem, RowReader, Source
from imports.preview import Change, RowVerdict
from imports.reading import near
from imports.tables import Row, Table
from imports.texts import Unreadable, error_of_cell
from sentences import storable as _
from studies.models import Study

LONGEST_NAME = 100


class NewMeasurement(NamedTuple):
    """A measurement to be written once its specimen, analyte and plate are stored."""

    specimen: Specimen
    analyte: Analyte
    plate: PlateRun
    replicate: int
    text: str
    value: Value


@dataclass
class AssayWrites:
    """All that an assay file adds; `collected` are stored specimens whose day of collection changes."""

    panel: Panel
    analytes: Resolution
    specimens: list[Specimen] = field(default_factory=list)
    collected: list[Specimen] = field(default_factory=list)
    plates: list[PlateRun] = field(default_factory=list)
    measurements: list[NewMeasurement] = field(default_factory=list)
    measured: dict[str, Analyte] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many of what will be made or changed."""
        counts = {
            "new analytes": len(self.analytes.new_analytes),
            "new names of analytes": len(self.analytes.new_aliases),
            "new specimens": len(self.specimens),
            "changed specimens": len(self.collected),
            "new plates": len(self.plates),
            "new measurements": len(self.measurements),
        }
        return {what: count for what, count in counts.items() if count}


class AssayComparison:
    """Compares row after row of one assay file with one study."""

    def __init__(
        self,
        study: Study,
        mapping: AssayMapping,
        known: KnownAssays,
        samples: dict[str, Sample] | None,
        *,
        open_sites: set[int] | None,
    ) -> None:
        self.study, self.mapping, self.known, self.samples = study, mapping, known, samples
        self.open_sites, self.today = open_sites, study.today()
        panel = known.panel or Panel(name=mapping.panel, scale=mapping.scale)
        self.writes = AssayWrites(panel=panel, analytes=Resolution(mapping))
        self.replicates: Counter[tuple[str, str, str]] = Counter()

    def header(self, table: Table, columns: tuple[str, ...]) -> RowVerdict:
        """The verdict on what concerns the whole file: the panel, and in a wide file each analyte."""
        verdict = RowVerdict(table.header_row, "", skipped=True)
        panel = self.known.panel
        if panel is not None and panel.scale != self.mapping.scale:
            why = _("the panel is kept as %(scale)s.") % {"scale": panel.scale}
            verdict.problems.append(Problem("panel.scale", self.mapping.scale, why))
        unit = self.known.panel_unit
        if unit is not None and unit != self.mapping.unit:
            why = _("this panel's measurements in the study are in %(unit)s.") % {"unit": unit}
            verdict.problems.append(Problem("unit", self.mapping.unit, why))
        for column in columns:
            try:
                self.writes.analytes.analyte(column)
            except Unreadable as error:
                verdict.problems.append(Problem(column, column, error.said))
        return verdict

    def row(self, table: Table, row: Row, columns: tuple[str, ...]) -> RowVerdict:
        """The verdict on a row; what it would write is added to `writes`."""
        reader = RowReader(table, row, self.mapping.form.texts)
        sample = self._sample(reader)
        if sample is None or sample.timepoint == SKIP:
            label = reader.raw(self.mapping.sample)
            return RowVerdict(row.number, label, skipped=True, problems=reader.problems)
        verdict = RowVerdict(row.number, sample.subject or "", problems=reader.problems)
        verdict.problems += sample.problems
        specimen = self._specimen(sample, reader, verdict)
        plate = self._plate(reader)
        if specimen is None or plate is None:
            return verdict
        new = old = 0
        for name, text, source in self._cells(reader, columns):
            if self._measure(specimen, plate, name, text, source, verdict):
                new += 1
            else:
                old += 1
        if new and not verdict.problems:
            verdict.is_new = True
            if not self.mapping.long:
                verdict.changes.append(Change("measurements", None, str(new)))
        return verdict

    def _sample(self, reader: RowReader) -> Sample | None:
        if self.samples is None:
            return read_sample(
                reader.table, reader.row, self.mapping.identity, self.mapping.form.texts
            )
        label = reader.text(self.mapping.sample)
        if label is None:
            reader.reject(self.mapping.sample, _("every row needs a sample."))
            return None
        if label not in self.samples:
            why = _("the table of samples does not name this sample.") + near(label, self.samples)
            reader.reject(self.mapping.sample, why)
            return None
        return self.samples[label]

    def _specimen(self, sample: Sample, reader: RowReader, row: RowVerdict) -> Specimen | None:
        material = reader.text(self.mapping.material)
        if material is None and not row.problems:
            reader.reject(self.mapping.material, _("write plasma or serum."))
        source = self.mapping.identity.subject
        patient = self.known.patients.get(sample.subject or "")
        if sample.subject and patient is None:
            why = _("this subject is not in the study; enrol or import the patient first.")
            row.problems.append(Problem(source.label, sample.subject, why))
        elif patient is not None and not self._reaches(patient):
            why = _("this subject belongs to a site that your role does not reach.")
            row.problems.append(Problem(source.label, sample.subject or "", why))
        if patient is None or material is None or row.problems or sample.timepoint is None:
            return None
        specimen = self.known.specimens.get(sample.label)
        if specimen is None:
            specimen = Specimen(
                study=self.study,
                patient=patient,
                label=sample.label,
                timepoint=sample.timepoint,
                material=material,
            )
            self.known.specimens[sample.label] = specimen
            self.writes.specimens.append(specimen)
            row.changes.append(Change("specimen", None, sample.label))
        said = {"patient": patient, "timepoint": sample.timepoint, "material": material}
        for name, value in said.items():
            if getattr(specimen, name) != value:
                why = _("the specimen is already recorded with %(field)s %(old)s, not %(new)s.")
                words = {"field": name, "old": getattr(specimen, name), "new": value}
                row.problems.append(Problem(self.mapping.sample.label, sample.label, why % words))
        self._set_collected_on(specimen, sample.collected_on, row)
        return specimen

    def _reaches(self, patient: Patient) -> bool:
        return self.open_sites is None or patient.site_id in self.open_sites

    def _set_collected_on(self, specimen: Specimen, when: date | None, row: RowVerdict) -> None:
        if when is None or specimen.collected_on == when:
            return
        if when > self.today:
            source = self.mapping.identity.collected_on
            why = _("blood cannot have been collected in the future.")
            row.problems.append(Problem(source.label if source else "", when.isoformat(), why))
            return
        old = specimen.collected_on
        specimen.collected_on = when
        told = None if old is None else old.isoformat()
        row.changes.append(Change("collected_on", told, when.isoformat()))
        if specimen.pk is not None and specimen not in self.writes.collected:
            self.writes.collected.append(specimen)

    def _plate(self, reader: RowReader) -> PlateRun | None:
        name = reader.text(self.mapping.plate)
        if name is None:
            reader.reject(self.mapping.plate, _("the plate must be known."))
            return None
        plate = self.known.plates.get(name)
        if plate is None:
            if len(name) > LONGEST_NAME:
                reader.reject(self.mapping.plate, _("the name of the plate is too long."))
                return None
            plate = PlateRun(study=self.study, panel=self.writes.panel, name=name)
            self.known.plates[name] = plate
            self.writes.plates.append(plate)
        elif plate.panel.name != self.mapping.panel:
            why = _("this plate is already recorded with the panel %(panel)s.")
            reader.reject(self.mapping.plate, why % {"panel": plate.panel.name})
            return None
        return plate

    def _cells(
        self, reader: RowReader, columns: tuple[str, ...]
    ) -> Iterator[tuple[str, str, Source]]:
        """Analyte, text and source of each value in the row."""
        if self.mapping.analyte is not None and self.mapping.value is not None:
            name = reader.raw(self.mapping.analyte)
            yield name, reader.raw(self.mapping.value), self.mapping.value
            return
        for column in columns:
            source = Source(where="analyte_columns", column=column)
            yield column, reader.raw(source), source

    def _measure(
        self,
        specimen: Specimen,
        plate: PlateRun,
        name: str,
        text: str,
        source: Source,
        row: RowVerdict,
    ) -> bool:
        """Whether the value is new; a stored one must hold the same text."""
        try:
            analyte = self.writes.analytes.analyte(name)
        except Unreadable as error:
            if self.mapping.analyte is not None:
                why = error_of_cell(name) or error.said
                row.problems.append(Problem(self.mapping.analyte.label, name, why))
            return False
        try:
            negative = may_be_negative(self.mapping.unit)
            value = read_value(text, self.mapping.form.texts, negative=negative)
        except Unreadable as error:
            row.problems.append(Problem(source.label, text, error.said))
            return False
        repeat = (specimen.label, plate.name, analyte.symbol)
        self.replicates[repeat] += 1
        replicate = self.replicates[repeat]
        stored = self.known.texts.get((specimen.label, plate.name, analyte.pk or 0, replicate))
        if stored is None:
            self.writes.measured[analyte.symbol] = analyte
            self.writes.measurements.append(
                NewMeasurement(specimen, analyte, plate, replicate, text, value)
            )
            if self.mapping.long:
                row.changes.append(Change(analyte.symbol, None, text))
            return True
        if stored != text:
            why = _(
                "recorded as “%(old)s”; a raw value is never overwritten (%(analyte)s, replicate %(n)d)."
            )
            words = {"old": stored, "analyte": analyte.symbol, "n": replicate}
            row.problems.append(Problem(source.label, text, why % words))
        return False
