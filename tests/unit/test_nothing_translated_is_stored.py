"""What is said is stored in no language: in a language in which every sentence begins with "XX", people work in every
way that stores a sentence, and no column of any table holds an "XX"."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.utils import translation

from assays.models import Exclusion, PlateRun
from assays.services.guides import choose_guide
from assays.services.judging import judge_plate
from assays.services.policies import set_policy
from assays.services.quality import exclude, lift
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from jobs import services as jobs
from jobs.models import Job
from jobs.work import KINDS, Work, WorkError
from studies.models import Study
from studies.refusals import Refused
from tests.factories import StudyFactory, make_member, make_patient
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db
MARK = "XX "
PLATE = Path(__file__).resolve().parents[3] / "shared/data/luminex/xponent_30plex_plate.csv"


@pytest.fixture(autouse=True)
def _in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def marked(text: str) -> str:
        return text if translation.get_language() is None else MARK + text

    real = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(real, "gettext", marked)
    monkeypatch.setattr(real, "ngettext", lambda a, b, n: marked(a if n == 1 else b))


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OWN")


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every row of every table of ours, history and its contexts, as text."""
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.app_label in ("auth", "contenttypes") or model._meta.db_table not in tables:
            continue
        columns = [c.column for c in model._meta.concrete_fields if not _is_heavy(c)]
        with connection.cursor() as cursor:
            names = ", ".join(f'"{column}"' for column in columns)
            table = f'SELECT {names} FROM "{model._meta.db_table}"'  # noqa: S608
            cursor.execute(f"SELECT row_to_json(t)::text FROM ({table}) t")  # noqa: S608
            for (row,) in cursor.fetchall():
                yield model._meta.label, row


def _is_heavy(column: models.Field) -> bool:
    return isinstance(column, models.BinaryField)


def assert_in_no_language() -> None:
    assert [(label, row[:300]) for label, row in everything_stored() if MARK in row] == []


def read(study: Study, content: str, mapping: str, kind: str = "clinical") -> ImportBatch:
    batch = receive_file(
        study=study,
        name="f.csv",
        content=content.encode(),
        kind=kind,
        mapping_text=mapping,
        by=None,
    )
    return preview_import(batch=batch, by=None)


CLINICAL = """
subject_id: id
site: {column: site, create: true}
cohort: {column: cohort, create: true}
index_date: {column: start}
age: {column: age}
survival: {os: {duration: os, unit: days, event: dead}}
"""
HEADER = "id,site,cohort,start,age,os,dead\n"


@pytest.mark.parametrize(
    "rows",
    [
        "P1,A,discovery,2020-01-01,60,10,true\n",
        "P1,A,discovery,2099-01-01,sixty,,true\n,A,discovery,2020-01-01,600,-3,false\n",
        "P1,A,discovery,1/2/2020,60,10,maybe\n",
        "".join(f"P{n},A,discovery,2020-01-01,60,10,true\n" for n in range(25)),
    ],
)
def test_a_clinical_file(study: Study, rows: str) -> None:
    batch = read(study, HEADER + rows, CLINICAL)
    told: object = batch.message
    if batch.state == "previewed":
        try:
            commit_import(batch=batch, by=None)
        except Refused as error:  # a warning waits to be confirmed
            told = error
    assert str(told).startswith(MARK) or batch.state == "previewed"
    assert_in_no_language()


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        ("a,b\n1\n", "subject_id: a\n"),
        ("", "subject_id: a\n"),
        ("a,b\n1,2\n", "subject_id: missing\n"),
        ("a,b\n1,2\n", "subjekt: a\n"),
    ],
)
def test_a_file_or_a_mapping_that_cannot_be_read(study: Study, content: str, mapping: str) -> None:
    told: object
    try:
        told = read(study, content, mapping).message
    except Refused as error:
        told = error
    assert MARK in str(told)
    assert_in_no_language()


@pytest.mark.skipif(not PLATE.exists(), reason="the shared files are not beside the project")
def test_a_plate_of_an_instrument(study: Study) -> None:
    lab = Client()
    lab.force_login(make_member(study, "laboratory"))
    batch = read(study, PLATE.read_text(), "leave_out: [FGF, IL12, IFNa]\n", kind="plate")
    page = lab.get(f"/studies/OWN/data/{batch.pk}/").content.decode()
    assert f"{MARK}Read as xPONENT" in page
    assert_in_no_language()


def test_decisions_on_plates(study: Study) -> None:
    person = make_member(study, "laboratory")
    plate = make_plate(study, [make_patient(study) for _ in range(3)])
    judge_plate(plate_run=plate, by=person)
    exclude(plate_run=plate, wells=[], analyte=None, reason="a clot", by=person)
    choose_guide(plate_run=plate, chosen=True, reason="a good day", by=person)
    set_policy(
        study=study,
        panel=plate.panel,
        values={"min_bead_count": 90, "recommended_bead_count": 100},
        reason="SOP",
        by=person,
    )
    for job in Job.objects.filter(state="queued"):
        jobs.run(job.pk)
    lift(exclusion=Exclusion.objects.filter(lifted_at=None).first(), reason="no clot", by=person)
    assert_in_no_language()
    assert any("few_beads" in json.dumps(one.reason.as_json()) for one in Exclusion.objects.all())
    auditor = Client()
    auditor.force_login(make_member(study, "monitor"))
    trail = auditor.get("/studies/OWN/trail/").content.decode()
    assert f"{MARK}plate plate 1: {MARK}excluded: a clot" in trail
    for asked in ("excluded:", "clot", "excluded: a clot", "plate 1 clot"):
        assert "a clot" in auditor.get("/studies/OWN/trail/", {"q": asked}).content.decode()
    assert "a clot" not in auditor.get("/studies/OWN/trail/", {"q": "clots"}).content.decode()


@pytest.mark.parametrize(
    "error", [WorkError("typed"), RuntimeError("broke"), ValueError("odd")], ids=str
)
def test_a_job_that_fails(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def compute(*_args: Any) -> None:
        raise error

    monkeypatch.setitem(KINDS, "test.fails", Work(compute=compute, store=lambda *_: {}))
    job = jobs.enqueue("test.fails", key="test", payload={}, by=None)
    Job.objects.filter(pk=job.pk).update(max_attempts=1)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert_in_no_language()


def test_the_mark_would_be_found(study: Study) -> None:
    PlateRun.objects.filter(pk=make_plate(study, []).pk).update(name=f"{MARK}named")
    with pytest.raises(AssertionError):
        assert_in_no_language()
