"""A workbook of several sheets: the person chooses, on the page, in the mapping and on the command."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from clinical.models import Patient
from imports.models import ImportBatch
from imports.services.batches import choose_sheet, preview_import
from studies.models import Cohort, Study
from studies.refusals import Refused
from tests.factories import StudyFactory
from tests.unit.formats.files import workbook
from tests.unit.imports.test_pages import MAPPING, address, signed_in, upload

pytestmark = pytest.mark.django_db

OLD = [["id", "start"], ["S9", "2019-01-01"]]
NEW = [["id", "start"], ["S1", "令和2年1月1日"], ["S2", "２０２０年１月２日"]]
CONTENT = workbook({"2019": OLD, "Legend": [[]], "2020": NEW})


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI")


def test_the_page_lists_the_sheets_and_keeps_the_one_that_was_chosen(study: Study) -> None:
    client = signed_in(study, "manager")
    page = upload(client, CONTENT).content.decode()
    asked = ImportBatch.objects.get()
    assert asked.state == "refused"
    assert asked.preview["sheets"]["names"] == ["2019", "2020"]
    assert 'value="2020"' in page
    assert 'value="Legend"' not in page
    assert "Commit" not in page
    for shown in (page, client.get(reverse("imports:imports", args=["ICI"])).content.decode()):
        assert "waits for answers" in shown
    page = client.post(address("choose_sheet", asked), {"sheet": "2020"}, follow=True)
    assert "new patients <strong>2</strong>" in page.content.decode()
    batch = ImportBatch.objects.latest("pk")
    assert (batch.sheet, batch.source_id, batch.state) == ("2020", asked.source_id, "previewed")
    asked.refresh_from_db()
    assert asked.state == "dropped"
    client.post(address("commit_import", batch))
    assert [str(p.index_date) for p in Patient.objects.order_by("subject_id")] == [
        *("2020-01-01", "2020-01-02")
    ]


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(study: Study) -> None:
    client = signed_in(study, "manager")
    upload(client, CONTENT)
    asked = ImportBatch.objects.get()
    page = client.post(address("choose_sheet", asked), {"sheet": "2021"}, follow=True)
    assert "has no sheet “2021”; it has: 2019, 2020" in page.content.decode()
    assert ImportBatch.objects.count() == 1
    other = preview_import(batch=choose_sheet(batch=asked, sheet="2019", by=None), by=None)
    with pytest.raises(Refused, match="asks for no sheet"):
        choose_sheet(batch=other, sheet="2019", by=None)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_command_asks_and_takes_the_sheet_over_the_mapping(
    study: Study, tmp_path: Path
) -> None:
    file, mapping = tmp_path / "p.xlsx", tmp_path / "m.yaml"
    file.write_bytes(CONTENT)
    mapping.write_text(MAPPING)
    arguments = ("import_clinical", file, "--study", "ICI", "--mapping", mapping)
    with pytest.raises(CommandError, match=r"“2019”, “2020”\. Choose one: .*--sheet NAME"):
        run(*arguments)
    with pytest.raises(CommandError, match=r"no sheet “2021”; it has “2019”"):
        run(*arguments, "--sheet", "2021")
    assert "sheet “2020”" in run(*arguments, "--sheet", "2020", "--dry-run")
    mapping.write_text(MAPPING + "sheet: 2019\n")
    assert "sheet “2019”" in run(*arguments, "--dry-run")
    assert "sheet “2020”" in run(*arguments, "--sheet", "2020")
    assert set(Patient.objects.values_list("subject_id", flat=True)) == {"S1", "S2"}


def test_a_cohort_is_imported_under_its_code_with_the_name_that_the_file_has(study: Study) -> None:
    client = signed_in(study, "manager")
    mapping = MAPPING.replace(
        "cohort: {constant: discovery, create: true}",
        "cohort: {column: group, create: true, names: {CD8-LOW: CD8 LOW}, kinds: {CD8-LOW: discovery}}",
    )
    upload(client, b"id,start,group\nS1,45000,CD8 LOW\n", mapping=mapping)
    assert "format: excel-1900" in ImportBatch.objects.get().message
    again = mapping.replace("{column: start}", "{column: start, format: excel-1900}")
    upload(client, b"id,start,group\nS1,43831,CD8 LOW\n", mapping=again)
    client.post(address("commit_import", ImportBatch.objects.latest("pk")))
    cohort = Cohort.objects.get(code="CD8-LOW")
    assert (cohort.name, cohort.kind) == ("CD8 LOW", "discovery")
    assert str(Patient.objects.get().index_date) == "2020-01-01"
