"""The plate importer: an instrument's file (+ layout) -> plate, wells and measurements."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from assays.formats.reading import PlateReading
from assays.formats.recognition import read_plate
from assays.imports.plates.cells import COPY
from assays.imports.plates.checks import check_fits
from assays.imports.plates.layout import Layout, read_layout
from assays.imports.plates.mapping import PlateMapping, plate_mapping
from assays.imports.plates.names import counts_of, questions_of
from assays.imports.plates.plan import PlatePlanner
from assays.imports.plates.planned import PlannedPlate, PlatePlan
from assays.imports.plates.preview import describe
from assays.imports.plates.specimens import SpecimenFinder
from assays.models import PlateAnalyte, SampleType, Specimen, Well
from assays.selectors.catalogue import catalogue_choices
from assays.services.copying import copy_in, count_again
from assays.services.foretelling import foretell
from assays.services.judging import judge_new
from assays.services.superseding import supersede
from assays.services.verdicts import Watch
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch
from imports.preview import as_json
from imports.registry import Files
from imports.tables import check_size, refusing
from sentences import Sentence, as_sentence
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import open_site_ids

BATCH = 2_000
FORETOLD = 200
QUESTIONS_SHOWN = 10


@dataclass(frozen=True)
class ParsedPlate:
    """A plate file, its options and its layout, read."""

    filename: str
    reading: PlateReading
    mapping: PlateMapping
    layout: Layout | None


@dataclass(frozen=True)
class ShownPlan:
    """What the import would write, and what people see of it."""

    preview: dict[str, Any]
    plan: PlatePlan = field(repr=False)


class PlateImporter:
    """imports.registry.Importer for the files of instruments."""

    label = gettext_lazy("plate of an instrument")
    capability = Capability.IMPORT_ASSAYS
    seen_with = Capability.VIEW_PLATES
    second_file = gettext_lazy(
        "A plate may have a layout: columns subject, timepoint, and well or sample."
    )
    needs_mapping = False
    preview_template = "assays/_plate_preview.html"

    def preview_context(self, preview: dict[str, Any]) -> dict[str, Any]:
        questions = questions_of(preview)
        first = sorted(questions, key=lambda one: one["is_clear"])[:QUESTIONS_SHOWN]
        return {
            "questions": first,
            "counts": counts_of(questions),
            "catalogue": catalogue_choices() if questions else [],
            "well_kinds": SampleType.choices,
        }

    def read(self, files: Files) -> ParsedPlate:
        mapping = plate_mapping(files.mapping_text)
        name, content = files.source.name, bytes(files.source.content)
        check_size(name, len(content))
        with refusing(name):
            reading = read_plate(content, name, mapping.table, files.sheet or mapping.sheet)
        check_fits(reading, name, unit=mapping.unit, leave_out=mapping.leave_out)
        definition = collected_by(files.source.study).definition
        layout = read_layout(files, definition, mapping.layout_sheet)
        return ParsedPlate(name, reading, mapping, layout)

    def hold(self, study: Study, parsed: ParsedPlate) -> None:
        """Nothing: whoever writes measurements holds the study."""

    def plan(self, study: Study, parsed: ParsedPlate, by: User | None) -> ShownPlan:
        wells = parsed.reading.wells
        finder = SpecimenFinder(
            study,
            parsed.mapping,
            parsed.layout,
            {str(text).strip() for text in (*wells["sample"], *wells["remark"])},
            open_sites=open_site_ids(by, study, self.capability),
        )
        planner = PlatePlanner(
            study, parsed.reading, parsed.mapping, finder, filename=parsed.filename
        )
        plan = planner.make()
        preview = as_json(
            plan.rows,
            writes=plan.counts(),
            not_taken=[],
            notes=[*map(as_sentence, plan.reading.notes), *plan.notes],
        )
        preview |= describe(plan)
        if not any(row.problems for row in plan.rows):
            preview["foretold"] = foretell_commit(plan, self._reason(parsed.mapping), by)
        preview["fingerprint"] = _fingerprint(preview, plan)
        return ShownPlan(preview, plan)

    def write(self, shown: ShownPlan, batch: ImportBatch, by: User | None) -> None:
        plan = shown.plan
        new = plan.to_write()
        if not new:
            return
        if plan.panel.pk is None:
            plan.panel.save()
        plan.panel.analytes.add(*plan.names.found.values())
        ensure_published(batch.study)
        Specimen.objects.bulk_create(plan.specimens, batch_size=BATCH)
        watch = Watch()
        for planned in new:
            _write_plate(planned, batch)
            old = planned.run.supersedes
            if old is not None:
                watch.add(old)
                reason = self._reason(plate_mapping(batch.mapping_text))
                supersede(old=old, name=planned.run.name, reason=reason, by=by)
        count_again(sum(len(planned.cells.frame) for planned in new))
        judge_new([planned.run for planned in new], by, watch)

    def _reason(self, mapping: PlateMapping) -> str:
        return mapping.supersedes.reason if mapping.supersedes else ""


def _write_plate(planned: PlannedPlate, batch: ImportBatch) -> None:
    planned.run.source = batch
    planned.run.save(force_insert=True)
    Well.objects.bulk_create(planned.wells.values(), batch_size=BATCH)
    PlateAnalyte.objects.bulk_create(planned.plate_analytes.values(), batch_size=BATCH)
    wells = {
        name: (well.pk, well.specimen_id, planned.replicates.get(name, 1))
        for name, well in planned.wells.items()
    }
    analytes = {name: told.analyte_id for name, told in planned.plate_analytes.items()}
    if not len(planned.cells.frame):
        return
    text = planned.cells.write_copy_text(wells, analytes, plate_run=planned.run.pk, source=batch.pk)
    copy_in(COPY, [text])


def foretell_commit(plan: PlatePlan, reason: str, by: User | None) -> dict[str, Any]:
    """What a commit means for verdicts and for what was made of values, in counts and by name."""
    found = foretell(plan.to_write(), reason, by)
    return {
        "counts": dict(Counter(one.kind for one in found)),
        "named": [[one.kind, one.text] for one in found[:FORETOLD]],
    }


def _fingerprint(preview: dict[str, Any], plan: PlatePlan) -> str:
    """Of all that is shown, so that a commit does what the preview said."""
    names = {name: analyte.pk for name, analyte in plan.names.found.items()}
    told = [preview["fingerprint"], preview["writes"], preview["notes"], names]
    told.append(preview.get("foretold"))
    told_as_json = json.dumps(told, sort_keys=True, default=Sentence.as_json)
    return hashlib.sha256(told_as_json.encode()).hexdigest()
