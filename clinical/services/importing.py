"""The clinical importer: file + mapping -> plan -> patients, forms and follow-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy

from accounts.models import User
from clinical.dictionary.outcome import takes_index_date
from clinical.imports.comparison import Comparison
from clinical.imports.doubts import doubts_of, remarks_on
from clinical.imports.mapping import ClinicalMapping, clinical_mapping
from clinical.imports.rows import read_rows
from clinical.imports.writes import Writes
from clinical.models import FilledForm, FollowUp, Patient
from clinical.models.filled import IMPORTED
from clinical.models.subjects import as_subject_id
from clinical.selectors.definitions import collected_by
from clinical.selectors.known import read_known
from clinical.services.definitions import ensure_published
from clinical.services.filling import rederive
from clinical.services.holding import hold_subjects
from clinical.services.outcome import BATCH, DATE_RULES, set_constraints, write_outcome_of_file
from clinical.signals import clinical_change
from imports.columns import check_columns
from imports.doubts import doubts_as_kept
from imports.models import ImportBatch
from imports.preview import as_json
from imports.reading import read_mapping
from imports.registry import Files
from imports.tables import Table, read_table
from sentences import storable as _
from studies.models import Cohort, Site, Study
from studies.permissions import Capability
from studies.selectors.access import may, open_site_ids


@dataclass(frozen=True)
class ParsedClinical:
    """A clinical file and its mapping, read and found to fit each other."""

    mapping: ClinicalMapping
    table: Table
    not_taken: tuple[str, ...]


@dataclass(frozen=True)
class ClinicalPlan:
    """What the import would write, and what people see of it."""

    preview: dict[str, Any]
    writes: Writes = field(repr=False)


class ClinicalImporter:
    """imports.registry.Importer for patients and their clinical course."""

    label = gettext_lazy("clinical data")
    capability = Capability.IMPORT_CLINICAL
    seen_with = Capability.VIEW_CLINICAL
    second_file = ""
    needs_mapping = True
    preview_template = ""

    def preview_context(self, preview: dict[str, Any]) -> dict[str, Any]:
        return {}

    def read(self, files: Files) -> ParsedClinical:
        definition = collected_by(files.source.study).definition
        mapping = read_mapping(files.mapping_text, lambda root: clinical_mapping(root, definition))
        name = files.source.name
        table = read_table(
            name,
            bytes(files.source.content),
            encoding=mapping.form.encoding,
            sheet=files.sheet or mapping.form.sheet,
        )
        not_taken = check_columns(table, mapping.sources(), mapping.form.ignore, file=name)
        return ParsedClinical(mapping, table, not_taken)

    def hold(self, study: Study, parsed: ParsedClinical) -> None:
        hold_subjects(study, _subjects(parsed))

    def plan(self, study: Study, parsed: ParsedClinical, by: User | None) -> ClinicalPlan:
        mapping, table = parsed.mapping, parsed.table
        subjects = _subjects(parsed)
        known = read_known(study, subjects)
        stored = {subject: patient.index_date for subject, patient in known.patients.items()}
        comparison = Comparison(
            study,
            mapping,
            known,
            open_sites=open_site_ids(by, study, self.capability),
            may_create=by is None or may(by, study, Capability.MANAGE),
        )
        said = list(read_rows(table, mapping, stored.get, study.today()))
        rows = [comparison.row(one) for one in said]
        comparison.forms.conclude()
        preview = as_json(
            rows,
            writes=comparison.writes.counts(),
            not_taken=parsed.not_taken,
            notes=[
                _("Read as %(form)s.") % {"form": table.read_as},
                *remarks_on(said, mapping),
            ],
            doubts=doubts_as_kept(
                [*doubts_of(said, mapping), *comparison.forms.doubts()], mapping.accepted
            ),
        )
        return ClinicalPlan(preview, comparison.writes)

    def write(self, plan: ClinicalPlan, batch: ImportBatch, by: User | None) -> None:
        made, changed = plan.writes.made, plan.writes.changed
        plan.writes.confirm(f"{IMPORTED}{batch.pk}")
        # Waiting foreign keys would slow the history triggers down with every further row.
        set_constraints("ALL", "IMMEDIATE")
        self._create((Site, Cohort), made)
        # The rules about dates hold for the whole file, not for each step on the way.
        set_constraints(DATE_RULES, "DEFERRED")
        for model, stored in changed.items():
            names = set().union(*(fields for _instance, fields in stored.values()))
            instances = [instance for instance, _fields in stored.values()]
            if instances:
                _manager(model).bulk_update(instances, sorted(names), batch_size=BATCH)
        collected = ensure_published(batch.study)
        if not takes_index_date(collected.definition):
            # Else a form of the file may yet bring the index date from which its contacts count.
            set_constraints("ALL", "IMMEDIATE")
        self._create((Patient,), made)
        for form in made[FilledForm]:
            place = collected.places[plan.writes.places[id(form)]]
            form.event_form_id, form.event_oid, form.form_oid = place.pk, place.event, place.form
        self._create((FilledForm, FollowUp), made)
        forms = [*made[FilledForm], *(form for form, _fields in changed[FilledForm].values())]
        filled = {form.patient_id for form in forms}
        rederive(filled)
        write_outcome_of_file(batch.study, filled)
        set_constraints("ALL", "IMMEDIATE")
        clinical_change.send(sender=Patient, study=batch.study)

    @staticmethod
    def _create(kinds: Sequence[type[Model]], made: Mapping[type[Model], list[Any]]) -> None:
        for kind in kinds:
            _manager(kind).bulk_create(made[kind], batch_size=BATCH)


def _manager(model: type[Model]) -> Any:
    return model._default_manager


def _subjects(parsed: ParsedClinical) -> set[str]:
    source = parsed.mapping.subject_id
    if source.column is None:
        return {as_subject_id(source.constant or "")}
    place = parsed.table.position(source.column)
    cells = {row.cells[place] for row in parsed.table.rows}
    return {as_subject_id(text) for text in cells | set(source.coding.values())}
