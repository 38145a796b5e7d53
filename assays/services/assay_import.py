"""The assay importer: file + mapping (+ samples) -> specimens, plates and measurements."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from assays.formats.foreign import refuse_other_instruments
from assays.imports.comparison import AssayComparison, AssayWrites, NewMeasurement
from assays.imports.mapping import AssayMapping, assay_mapping
from assays.imports.samples import Sample, samples_of
from assays.models import Analyte, AnalyteAlias, PlateRun, Specimen
from assays.selectors.judged import policy_of, stamp_judged
from assays.selectors.known import read_known_assays
from assays.services.copying import copy_in, count_again
from clinical.models.subjects import as_subject_id
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import ensure_published
from imports.columns import Source, check_columns
from imports.models import ImportBatch
from imports.preview import as_json
from imports.reading import read_mapping
from imports.registry import Files
from imports.tables import SheetNeeded, Table, read_table, refusing
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import open_site_ids
from tabular.source import FileSource

BATCH = 2_000
ROWS_PER_COPY = 50_000
COPY = (
    "COPY assays_measurement (specimen_id, analyte_id, plate_run_id, replicate, value_text, value,"
    " unit, flag, \"limit\", source_id) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
)


@dataclass(frozen=True)
class ParsedAssay:
    """An assay file, its mapping and its samples, read and found to fit each other."""

    mapping: AssayMapping
    table: Table
    columns: tuple[str, ...]
    samples: dict[str, Sample] | None
    not_taken: tuple[str, ...]


def _read_measurements(files: Files, mapping: AssayMapping) -> tuple[Table, tuple[str, ...]]:
    """The file of measurements, and its columns that the mapping does not take. What does not fit the mapping
    and is known for another instrument's file is called by its name."""
    name, content = files.source.name, bytes(files.source.content)
    form, sheet = mapping.form, files.sheet or mapping.form.sheet
    try:
        table = read_table(name, content, encoding=form.encoding, sheet=sheet)
        return table, check_columns(table, mapping.sources(), form.ignore, file=name)
    except SheetNeeded:
        raise
    except Refused:
        with refusing(name):
            refuse_other_instruments(FileSource(content, name, named_encoding=form.encoding))
        raise


@dataclass(frozen=True)
class AssayPlan:
    """What the import would write, and what people see of it."""

    preview: dict[str, Any]
    writes: AssayWrites = field(repr=False)
    unit: str = ""


class AssayImporter:
    """imports.registry.Importer for measurements."""

    label = gettext_lazy("measurements")
    capability = Capability.IMPORT_ASSAYS
    seen_with = Capability.VIEW_ASSAYS
    second_file = gettext_lazy("Measurements may have a table that says which sample is whose.")
    needs_mapping = True
    preview_template = ""

    def preview_context(self, preview: dict[str, Any]) -> dict[str, Any]:
        return {}

    def read(self, files: Files) -> ParsedAssay:
        definition = collected_by(files.source.study).definition
        mapping = read_mapping(files.mapping_text, lambda root: assay_mapping(root, definition))
        table, rest = _read_measurements(files, mapping)
        samples = _samples(files, mapping)
        if mapping.long:
            return ParsedAssay(mapping, table, (), samples, rest)
        columns = mapping.analyte_columns or rest
        not_taken = rest if mapping.analyte_columns else ()
        return ParsedAssay(mapping, table, columns, samples, not_taken)

    def hold(self, study: Study, parsed: ParsedAssay) -> None:
        """Nothing: whoever writes measurements holds the study."""

    def plan(self, study: Study, parsed: ParsedAssay, by: User | None) -> AssayPlan:
        mapping, table = parsed.mapping, parsed.table
        labels = _collect_texts(mapping.sample, table)
        comparison = AssayComparison(
            study,
            mapping,
            read_known_assays(study, labels, _subjects(parsed, labels), mapping.panel),
            parsed.samples,
            open_sites=open_site_ids(by, study, self.capability),
        )
        header = comparison.header(table, parsed.columns)
        rows = (comparison.row(table, row, parsed.columns) for row in table.rows)
        preview = as_json(
            chain([header] if header.problems else [], rows),
            writes={},
            not_taken=parsed.not_taken,
            notes=[_("Read as %(form)s.") % {"form": table.read_as}],
        )
        preview["writes"] = comparison.writes.counts()  # known when the last row has been compared
        return AssayPlan(preview, comparison.writes, mapping.unit)

    def write(self, plan: AssayPlan, batch: ImportBatch, by: User | None) -> None:
        writes = plan.writes
        if writes.panel.pk is None and writes.plates:
            writes.panel.save()
        Analyte.objects.bulk_create(writes.analytes.new_analytes, batch_size=BATCH)
        AnalyteAlias.objects.bulk_create(writes.analytes.new_aliases, batch_size=BATCH)
        if writes.measured:
            writes.panel.analytes.add(*writes.measured.values())
        ensure_published(batch.study)
        Specimen.objects.bulk_create(writes.specimens, batch_size=BATCH)
        Specimen.objects.bulk_update(writes.collected, ["collected_on"], batch_size=BATCH)
        for plate in writes.plates:
            plate.source = batch
            plate.judged_as = stamp_judged(policy_of(plate))
        PlateRun.objects.bulk_create(writes.plates, batch_size=BATCH)
        copy_measurements(writes.measurements, unit=plan.unit, source=batch)


def copy_measurements(
    measurements: list[NewMeasurement], *, unit: str, source: ImportBatch
) -> None:
    """Write measurements, and count them."""
    copy_in(COPY, _parts(measurements, unit, source.pk))
    count_again(len(measurements))


def _parts(measurements: list[NewMeasurement], unit: str, source: int) -> Iterator[str]:
    rows = iter(measurements)
    while part := list(islice(rows, ROWS_PER_COPY)):
        buffer = io.StringIO()
        csv.writer(buffer).writerows(_copy_rows(part, unit, source))
        yield buffer.getvalue()


def _copy_rows(part: list[NewMeasurement], unit: str, source: int) -> Iterator[tuple[Any, ...]]:
    for m in part:
        yield (
            m.specimen.pk,
            m.analyte.pk,
            m.plate.pk,
            m.replicate,
            m.text,
            "\\N" if m.value.number is None else repr(m.value.number),
            unit,
            str(m.value.flag),
            "\\N" if m.value.limit is None else repr(m.value.limit),
            source,
        )


def _samples(files: Files, mapping: AssayMapping) -> dict[str, Sample] | None:
    if not mapping.second_file:
        if files.samples is not None:
            raise Refused(
                _("The mapping has no section samples, but a table of samples was given.")
            )
        return None
    if files.samples is None:
        raise Refused(_("The mapping needs a table of samples: give that file as well."))
    table = read_table(
        files.samples.name,
        bytes(files.samples.content),
        sheet=files.samples_sheet or mapping.samples_sheet,
        part="samples",
    )
    identity = mapping.identity
    check_columns(table, identity.sources(), identity.ignore, file=files.samples.name)
    return samples_of(table, files.samples.name, mapping)


def _subjects(parsed: ParsedAssay, labels: set[str]) -> set[str]:
    """The patients that the file may mean, by the samples that it has."""
    if parsed.samples is None:
        texts = _collect_texts(parsed.mapping.identity.subject, parsed.table)
        return {as_subject_id(text) for text in texts}
    found = (parsed.samples.get(label) for label in labels)
    return {sample.subject for sample in found if sample is not None and sample.subject}


def _collect_texts(source: Source, table: Table) -> set[str]:
    """All that a source may say in a table, before and after its coding."""
    if source.column is None:
        return {source.constant or ""} | set(source.coding.values())
    place = table.position(source.column)
    return {row.cells[place] for row in table.rows} | set(source.coding.values())
