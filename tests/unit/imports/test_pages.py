"""The Data page: upload, preview, commit, drop, original; and large files through a job."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinical.models import Patient
from imports.models import ImportBatch
from imports.services.batches import preview_import, receive_file
from jobs import services as jobs
from jobs.models import Job
from studies.models import Cohort, Site, Study
from tests.factories import StudyFactory, make_member

pytestmark = pytest.mark.django_db

MAPPING = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {column: start}
"""
CONTENT = b"id,start\r\nS1,2020-01-01\r\nS2,2020-01-02\r\n"


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI")


def signed_in(study: Study, role: str, **more: object) -> Client:
    client = Client()
    client.force_login(make_member(study, role, **more))
    return client


def upload(client: Client, content: bytes = CONTENT, **more: object):
    form = {
        "kind": "clinical",
        "file": SimpleUploadedFile("患者.csv", content),
        "mapping": MAPPING,
        **more,
    }
    return client.post(reverse("imports:new_import", args=["ICI"]), form, follow=True)


def address(name: str, batch: ImportBatch) -> str:
    return reverse(f"imports:{name}", args=["ICI", batch.pk])


def test_a_file_is_uploaded_previewed_and_committed(study: Study) -> None:
    client = signed_in(study, "manager")
    page = upload(client)
    batch = ImportBatch.objects.get()
    assert page.redirect_chain[0][0] == address("import", batch)
    assert "new patients <strong>2</strong>" in page.content.decode()
    assert not Patient.objects.exists()
    page = client.post(address("commit_import", batch), follow=True)
    assert "The file is loaded" in page.content.decode()
    assert Patient.objects.count() == 2
    listed = client.get(reverse("imports:imports", args=["ICI"])).content.decode()
    assert "患者.csv" in listed
    assert "committed" in listed


def test_a_bad_row_is_shown_with_its_column_and_there_is_no_commit_button(study: Study) -> None:
    client = signed_in(study, "manager")
    text = upload(client, CONTENT.replace(b"2020-01-02", b"soon")).content.decode()
    assert "Row 3, column “start”, value “soon”" in text
    assert address("commit_import", ImportBatch.objects.get()) not in text
    assert not Patient.objects.exists()


def test_rows_are_filtered_by_verdict(study: Study) -> None:
    client = signed_in(study, "manager")
    upload(client, CONTENT.replace(b"2020-01-02", b"soon"))
    page = client.get(address("import", ImportBatch.objects.get()), {"verdict": "rejected"})
    text = page.content.decode()
    assert ">S2<" in text
    assert ">S1<" not in text


def test_the_original_comes_back_byte_for_byte_under_its_name(study: Study) -> None:
    client = signed_in(study, "manager")
    upload(client)
    answer = client.get(address("import_original", ImportBatch.objects.get()))
    assert answer.content == CONTENT
    assert "attachment" in answer["Content-Disposition"]
    assert "%E6%82%A3%E8%80%85.csv" in answer["Content-Disposition"]


def test_an_import_can_be_dropped(study: Study) -> None:
    client = signed_in(study, "manager")
    upload(client)
    client.post(address("drop_import", ImportBatch.objects.get()))
    assert ImportBatch.objects.get().state == "dropped"


def test_what_is_missing_or_too_large_is_told_at_its_field(study: Study, settings) -> None:
    client = signed_in(study, "manager")
    page = upload(client, mapping="")
    assert page.status_code == 422
    assert "Give the mapping as a file or as text." in page.content.decode()
    settings.MAX_UPLOAD_MB = 1
    assert "at most 1 MB" in upload(client, b"x" * 1_200_000).content.decode()
    assert not ImportBatch.objects.exists()


def test_an_example_fills_the_mapping_and_no_other_file_can_be_read(study: Study) -> None:
    client = signed_in(study, "manager")
    new = reverse("imports:new_import", args=["ICI"])
    assert "OS_Months" in client.get(new, {"example": "nsclc_ici/clinical.yaml"}).content.decode()
    assert "SECRET" not in client.get(new, {"example": "../config/settings.py"}).content.decode()


def test_roles_see_and_do_what_they_may(study: Study) -> None:
    upload(signed_in(study, "manager"))
    batch = ImportBatch.objects.get()
    monitor = signed_in(study, "monitor")
    assert monitor.get(address("import", batch)).status_code == 200
    assert monitor.get(reverse("imports:new_import", args=["ICI"])).status_code == 403
    monitor.post(address("commit_import", batch))
    assert not Patient.objects.exists()
    for role in ("laboratory", "coordinator"):
        client = signed_in(study, role)
        for name in ("import", "import_original", "import_progress"):
            assert client.get(address(name, batch)).status_code == 404
        assert client.post(address("commit_import", batch)).status_code == 404
    stranger = signed_in(StudyFactory(), "manager")
    assert stranger.get(address("import", batch)).status_code == 404
    assert Client().get(address("import", batch)).status_code == 302


def test_an_import_of_another_study_is_not_found_under_this_one(study: Study) -> None:
    client = signed_in(study, "manager")
    other = StudyFactory()
    batch = receive_file(
        study=other, name="f.csv", content=CONTENT, kind="clinical", mapping_text=MAPPING, by=None
    )
    assert client.get(address("import", batch)).status_code == 404


def test_a_large_file_is_previewed_and_committed_by_jobs(study: Study, monkeypatch) -> None:
    monkeypatch.setattr("imports.web.batches.LARGE", 10)
    client = signed_in(study, "manager")
    page = upload(client)
    batch = ImportBatch.objects.get()
    assert batch.state == "received"
    assert address("import_progress", batch) in page.content.decode()
    jobs.run(Job.objects.get().pk)
    batch.refresh_from_db()
    assert batch.state == "previewed"
    assert client.get(address("import_progress", batch))["HX-Refresh"] == "true"
    client.post(address("commit_import", batch))
    assert not Patient.objects.exists()
    jobs.run(Job.objects.get(state="queued").pk)
    assert Patient.objects.count() == 2
    assert Job.objects.latest("pk").result == {
        "batch": batch.pk,
        "state": "committed",
        "refusal": "",
    }


def test_a_job_that_finds_the_study_changed_says_so_on_the_page(study: Study, monkeypatch) -> None:
    client = signed_in(study, "manager")
    upload(client)
    batch = ImportBatch.objects.get()
    Site.objects.create(study=study, code="A", name="A")
    Cohort.objects.create(study=study, code="discovery", kind="discovery")
    other = receive_file(
        study=study,
        name="f.csv",
        content=b"id,start\nS1,2020-01-01\n",
        kind="clinical",
        mapping_text=MAPPING,
        by=None,
    )
    preview_import(batch=other, by=None)
    client.post(address("commit_import", other))
    monkeypatch.setattr("imports.web.batches.LARGE", 10)
    client.post(address("commit_import", batch))
    jobs.run(Job.objects.get().pk)
    text = client.get(address("import", batch)).content.decode()
    assert "has changed since" in text
    assert Patient.objects.count() == 1


def test_the_list_takes_few_queries_however_many_imports(
    study: Study, django_assert_max_num_queries
) -> None:
    client = signed_in(study, "manager")
    for n in range(5):
        upload(client, CONTENT + b"S9,2020-01-0%d\r\n" % (n + 1))
    with django_assert_max_num_queries(14):
        client.get(reverse("imports:imports", args=["ICI"]))


def test_a_second_file_that_belongs_to_no_clinical_file_is_refused_not_passed_over(
    study: Study,
) -> None:
    client = signed_in(study, "manager")
    page = client.get(reverse("imports:new_import", args=["ICI"])).content.decode()
    assert "which sample is whose" not in page  # a manager loads no measurements
    sent = {
        "kind": "clinical", "mapping": MAPPING,
        "file": SimpleUploadedFile("file.csv", b"id,start\nS1,2020-01-01\n"),
        "samples": SimpleUploadedFile("samples.csv", b"sample,subject\nA,S1\n"),
    }  # fmt: skip
    answer = client.post(reverse("imports:new_import", args=["ICI"]), sent)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "No second file belongs to clinical data: leave “samples.csv” out." in told
    assert not ImportBatch.objects.exists()
