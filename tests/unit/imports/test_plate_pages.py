"""A plate in the pages and on the command line: no mapping, names decided, commit, the file as it came."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from assays.models import AnalyteAlias, Measurement, PlateRun, Specimen
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch
from imports.web import batches as pages
from jobs import services as jobs
from jobs.models import Job
from studies.models import Study
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.plates import catalogue
from tests.unit.formats.files import xponent

pytestmark = pytest.mark.django_db

UNKNOWN = xponent().replace(b"IL1B", b"XY-9").replace(b"IL6", b"ZZ-1")


@pytest.fixture
def study() -> Study:
    catalogue()
    study = StudyFactory(code="ICI")
    patient = make_patient(study, subject_id="S1")
    ensure_published(study)
    Specimen.objects.create(
        study=study, patient=patient, label="S-1", timepoint="pre", material="plasma"
    )
    return study


@pytest.fixture
def client(study: Study) -> Client:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    return client


def upload(client: Client, content: bytes, **more: object):
    file = SimpleUploadedFile("plate.csv", content)
    form = {"kind": "plate", "file": file, **more}
    return client.post(reverse("imports:new_import", args=["ICI"]), form, follow=True)


def address(name: str, batch: ImportBatch) -> str:
    return reverse(name, args=["ICI", batch.pk])


def test_a_plate_needs_no_mapping_and_its_file_comes_back_as_it_was(client: Client) -> None:
    page = upload(client, xponent()).content.decode()
    for told in ("Luminex xPONENT", "MAGPX1", "L77", "new measurements", "S-1 (S1, pre)"):
        assert told in page
    batch = ImportBatch.objects.get()
    client.post(address("imports:commit_import", batch))
    assert Measurement.objects.count() == 10
    assert client.get(address("imports:import_original", batch)).content == xponent()


def test_the_form_starts_with_a_plate_where_the_link_says_so(client: Client) -> None:
    page = client.get(reverse("imports:new_import", args=["ICI"]) + "?kind=plate")
    assert '<option value="plate" selected>' in page.content.decode()


def test_a_measurement_table_still_needs_its_mapping(client: Client) -> None:
    page = upload(client, b"a,b\n1,2\n", kind="assay")
    assert page.status_code == 422


def test_unknown_names_are_decided_on_the_page(client: Client) -> None:
    page = upload(client, UNKNOWN).content.decode()
    assert "2 names of analytes are not known" in page
    assert 'list="catalogue"' in page
    assert "for all studies" in page
    batch = ImportBatch.objects.get()
    names = address("assays:name_plate_analytes", batch)
    assert client.get(names).status_code == 200
    wrong = {"answer-0": "is", "analyte-0": "Il 66", "answer-1": "add", "symbol-1": ""}
    refused = client.post(names, wrong)
    assert refused.status_code == 422
    assert "has no analyte “Il 66”" in refused.content.decode()
    right = {"answer-0": "is", "analyte-0": "IL1B", "answer-1": "is", "analyte-1": "IL-6"}
    again = client.post(names, right, follow=True).content.decode()
    assert "remembered" in again
    new = ImportBatch.objects.latest("pk")
    assert (new.state, ImportBatch.objects.get(pk=batch.pk).state) == ("previewed", "dropped")
    client.post(address("imports:commit_import", new))
    assert AnalyteAlias.objects.filter(normalized__in=["xy9", "zz1"]).count() == 2
    assert client.get(names).status_code == 302


def test_those_who_only_look_are_not_asked(client: Client, study: Study) -> None:
    upload(client, UNKNOWN)
    batch = ImportBatch.objects.get()
    looker = Client()
    looker.force_login(make_member(study, "monitor"))
    page = looker.get(address("imports:import", batch)).content.decode()
    assert "XY-9" in page
    assert "Names to decide on" not in page
    assert looker.post(address("assays:name_plate_analytes", batch)).status_code == 403


def test_a_large_plate_goes_through_the_jobs(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LARGE", 10)
    upload(client, xponent())
    batch = ImportBatch.objects.get()
    assert batch.state == "received"
    jobs.run(Job.objects.get().pk)
    batch.refresh_from_db()
    assert batch.state == "previewed"


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_plate", *(str(a) for a in arguments), "--study", "ICI", stdout=out)
    return out.getvalue()


def test_the_command_shows_writes_and_repeats(study: Study, tmp_path: Path) -> None:
    file, layout = tmp_path / "plate.csv", tmp_path / "layout.csv"
    file.write_bytes(xponent())
    layout.write_text("sample,subject,timepoint\nS-2,S1,edt\n")
    assert "new measurements 10" in run(file, "--layout", layout, "--dry-run")
    assert not PlateRun.objects.exists()
    assert "Wrote: new specimens 1" in run(file, "--layout", layout)
    assert "nothing, all of it is already there" in run(file, "--layout", layout)
    assert Specimen.objects.get(label="S-2").measurements.count() == 2


def test_the_command_names_what_it_does_not_know(study: Study, tmp_path: Path) -> None:
    file, mapping = tmp_path / "plate.csv", tmp_path / "plate.yaml"
    file.write_bytes(UNKNOWN)
    with pytest.raises(CommandError, match="2 names of analytes are not known"):
        run(file)
    mapping.write_text("analytes: {XY-9: IL1B}\nleave_out: [ZZ-1]\n")
    assert "new measurements 5" in run(file, "--mapping", mapping)
