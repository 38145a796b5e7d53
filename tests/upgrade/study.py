"""A small database with a row of every kind, as a release makes it."""

import time
from dataclasses import replace
from datetime import date
from io import BytesIO

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from assays.models import AnalyteAlias, PlateRun, WellName
from assays.services.policies import set_policy
from assays.services.quality import exclude
from clinical.dictionary.definition import (
    Arm,
    Definition,
    EditCheck,
    ItemGroup,
    Severity,
)
from clinical.dictionary.reading import read_definition
from clinical.models import Patient
from clinical.services.attachments import Attachment, fill_form_with_files
from clinical.services.definitions import publish_definition
from clinical.services.filling import fill_form
from clinical.services.patients import enrol_patient
from clinical.services.voiding import void_form
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.forms import export_forms
from imports.services.batches import commit_import, preview_import, receive_file
from jobs.models import Job, ScheduledWork
from modeling.services.models import define_model
from modeling.services.training import request_training
from studies.models import Study
from studies.services.setup import create_study_token
from tests.factories import fill, make_member, make_patient
from tests.jobs import do_all_jobs
from tests.unit.clinical.dictionary.test_outcome_roles import DEFINITION
from tests.unit.exports.added import more_items
from tests.unit.modeling.conftest import CLINICAL, study_with_a_signal
from tests.unit.modeling.test_staleness import measured

OURS = ("accounts", "jobs", "studies", "imports", "clinical", "assays", "modeling", "exports")
BODY = {**CLINICAL, "analytes": {"candidates": ["IL6", "CXCL8", "SPP1"], "keep": 2}}


def make_study() -> Study:
    """Ninety patients under a first definition, and under a second one answers of every type; a plate, a model in use with its
    scores, imports, exports, decisions, people. In another study the outcome is told by forms."""
    study = study_with_a_signal()
    coordinator = make_member(study, "coordinator", site=study.sites.get())
    statistician = make_member(study, "statistician")
    publish_definition(study=study, definition=_second_definition(), by=None, note="a second one")
    plate = measured(study)
    first = study.patients.order_by("pk")[0]
    fill(
        first,
        ldh="ND",
        sites="other|adeno",
        diagnosed="2019-07",
        children=2,
        remark="ｱ",
        site="left lung",
    )
    fill(first, histology="adeno", smoker="no", grade="low")
    fill_form_with_files(
        patient=first,
        event="pre",
        form="added",
        texts={},
        attachments={"scan": Attachment("scan.txt", 3, BytesIO(b"abc"))},
        by=coordinator,
    )
    for instance in (1, 2):
        fill_form(
            patient=first, event="treatment", form="adverse", form_instance=instance, texts={"toxicity": "3"}, by=None
        )  # fmt: skip
    void_form(
        patient=first,
        event="treatment",
        form="adverse",
        form_instance=2,
        by=coordinator,
        reason="twice",
    )
    fill_form(
        patient=first, event="pre", form="added", texts={"children": "13"}, confirmed={"many_children": "asked again"}, by=None
    )  # fmt: skip
    enrol_patient(study=study, site=study.sites.get(), cohort=study.cohorts.all()[0], subject_id="患者 1", by=coordinator)  # fmt: skip
    _import(study, first)
    model = define_model(study=study, name="small", body=BODY, by=statistician).model
    request_training(model=model, by=statistician)
    end_all_jobs()
    _decide(study, plate)
    end_all_jobs()
    export_analysis_dataset(study=study, recipe=Recipe(), via="page", by=statistician)
    b"".join(export_forms(study=study, format="csv", via="command", by=statistician).chunks())
    create_study_token(user=statistician, study=study, scope="export", name="t", by=None)
    ScheduledWork.objects.create(name="sweep", schedule="1", done_until=timezone.now())
    _study_whose_forms_tell_the_outcome()
    return study


def end_all_jobs() -> None:
    """Do what waits, beside a worker where one runs."""
    while Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists():
        do_all_jobs()
        time.sleep(0.2)


def _second_definition() -> Definition:
    """Of every part of a definition one at least."""
    made = more_items()
    added = made.form_by_name["added"]
    items = [
        replace(item, group="tumour") if item.name == "histology" else item for item in added.items
    ]
    check = EditCheck("many_children", "children > 12", Severity.SOFT, {"en": "So many?"})
    grouped = replace(added, items=tuple(items), groups=(ItemGroup("tumour"),), checks=(check,))
    forms = [grouped if form.name == "added" else form for form in made.forms]
    return replace(made, arms=(Arm("one"),), forms=tuple(forms))


def _import(study: Study, patient: Patient) -> None:
    batch = receive_file(
        study=study,
        name="ages.csv",
        content=f"id,age\n{patient.subject_id},61\n".encode(),
        kind="clinical",
        mapping_text="subject_id: id\nage: age\n",
        by=None,
    )
    commit_import(batch=preview_import(batch=batch, by=None), by=None)


def _decide(study: Study, plate: PlateRun) -> None:
    well = plate.wells.filter(specimen__isnull=False)[0]
    exclude(plate_run=plate, wells=[well], analyte=None, reason="clot", by=None)
    set_policy(
        study=study, panel=plate.panel, values={"max_intra_cv": 20}, reason="agreed", by=None
    )
    WellName.objects.create(study=study, name="pool", sample_type="control")
    AnalyteAlias.objects.create(analyte=plate.panel.analytes.all()[0], alias="Interleukin six")


def _study_whose_forms_tell_the_outcome() -> None:
    patient = make_patient(index_date=None, subject_id="P1")
    publish_definition(study=patient.study, definition=read_definition(DEFINITION), by=None)
    for event, form, texts in (
        ("start", "treatment", {"first_dose": "2020-01-01"}),
        ("visits", "visit", {"seen_on": "2020-03-01", "vital": "0"}),
    ):
        fill_form(patient=patient, event=event, form=form, texts=texts, by=None)
    patient.refresh_from_db()
    assert patient.index_date == date(2020, 1, 1)


def list_empty_tables() -> list[str]:
    """Tables of Yogo's own models without a row."""
    models: list[type[Model]] = [m for app in OURS for m in apps.get_app_config(app).get_models()]
    return [m._meta.db_table for m in models if not m._default_manager.exists()]
