"""A table that corrects a plate may stand on one sheet of several: the page lists them, and nothing is sent twice."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assays.models import PlateRun, Specimen
from tests.unit.formats.bioplex_files import CellError, xls
from tests.unit.formats.files import workbook

pytestmark = pytest.mark.django_db


def sent(sheets: dict, name: str = "layouts.xlsx", write=workbook) -> dict:
    return {"file": SimpleUploadedFile(name, write(sheets)), "reason": "turned round"}


def choices(page: str) -> dict[str, str]:
    """Name of the sheet -> what it carries, of the sheets that can be chosen."""
    found = re.findall(
        r'<input type="radio" name="\w+" value="([^"]*)" required>\s*([^<]*?)\s*<', page
    )
    return {html.unescape(name): html.unescape(value) for value, name in found}


@pytest.mark.parametrize("write", [workbook, xls])
@pytest.mark.alone
def test_the_sheet_is_chosen_on_the_page(plate: PlateRun, lab: Client, write) -> None:
    first, second, _third = Specimen.objects.order_by("pk")
    address = f"/studies/OWN/plates/{plate.pk}/layout/"
    sheets = {
        "Plate 6": [["well", "label"], ["A2", "of another plate"]],
        "Notes": [["about"], ["it"]],
        "Empty": [[""]],
        "Plate 7": [["well", "label"], ["A2", second.label], ["B2", first.label]],
        "Lost": [["well", "label"], ["A2", CellError("#REF!")]],
    }
    page = lab.post(address, sent(sheets, write=write)).content.decode()
    assert "Which sheet of “layouts.xlsx” is meant?" in page
    assert choices(page) == {
        "Plate 6": "A2\tof another plate",
        "Plate 7": f"A2\t{second.label}\nB2\t{first.label}",
    }
    assert "needs the columns well and label; its columns are about" in page
    assert "A2, label: the cell holds an error of the spreadsheet" in page
    assert "Empty" not in page
    assert plate.wells.get(position="A2").specimen == first
    answer = {"labels": choices(page)["Plate 7"], "reason": "turned round", "confirmed": "1"}
    assert "The layout is corrected." in lab.post(address, answer, follow=True).content.decode()
    assert plate.wells.get(position="A2").specimen == second


def test_types_of_wells_too(plate: PlateRun, lab: Client) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/wells/"
    well = plate.wells.exclude(specimen=None).order_by("pk").first()
    assert well is not None
    sheets = {
        "Specimens": [["well", "label"], ["A2", "x"]],
        "Expected": [["well", "type", "expected"], ["H12", "standard", 5]],
    }
    page = lab.post(address, sent(sheets)).content.decode()
    assert list(choices(page)) == ["Expected"]
    refused = lab.post(address, {"said": choices(page)["Expected"], "reason": "x"})
    assert "H12" in refused.content.decode()


def test_where_no_sheet_can_be_meant_each_is_told_why(plate: PlateRun, lab: Client) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/layout/"
    page = lab.post(address, sent({"a": [["x"], ["1"]], "b": [["well"], ["A1"]]})).content.decode()
    assert choices(page) == {}
    assert "needs the columns well and label" in page
    assert "Take this sheet" not in page


def test_a_workbook_of_very_many_sheets_is_refused(plate: PlateRun, lab: Client) -> None:
    address = f"/studies/OWN/plates/{plate.pk}/layout/"
    sheets = {f"s{i}": [["well", "label"], ["A2", "x"]] for i in range(41)}
    assert "has 41 sheets with rows" in lab.post(address, sent(sheets)).content.decode()
