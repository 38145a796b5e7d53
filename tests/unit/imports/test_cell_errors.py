"""A cell with an error of the spreadsheet is no unknown value: it is named, and nothing of the file is loaded."""

import pytest

from assays.models import Analyte, AnalyteAlias, Measurement
from clinical.models import Patient
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from tests.factories import StudyFactory, answers, make_patient
from tests.unit.formats.bioplex_files import CellError, ComputedError
from tests.unit.formats.files import workbook
from tests.unit.imports.test_assay import LONG, WIDE

pytestmark = pytest.mark.django_db

CLINICAL = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {column: start}
age: {column: age}
sex: {column: sex, coding: {1: male, 0: female}}
survival:
  overall: {duration: {column: OS, unit: days}, event: {column: dead, coding: {1: dead, 0: alive}}}
"""
HEADER = ["id", "start", "age", "sex", "OS", "dead", "remark"]
GOOD = ["S1", "2020-01-01", 61, 1, 400, 0, "x"]
WHY = "the cell holds an error of the spreadsheet"


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="ICI")


def load(study: Study, rows: list[list], mapping: str, kind: str, **more: object) -> ImportBatch:
    batch = receive_file(
        study=study,
        name="file.xlsx",
        content=workbook({"S": rows}),
        kind=kind,
        mapping_text=mapping,
        by=None,
        **more,
    )
    return preview_import(batch=batch, by=None)


def problems(batch: ImportBatch) -> list[tuple]:
    return [
        (row["row"], column, value, WHY in why and "correct it in the spreadsheet" in why)
        for row in batch.preview["rows"]
        for column, value, why in row["problems"]
    ]


@pytest.mark.parametrize("place", range(6), ids=HEADER[:6])
def test_a_clinical_row_with_an_error_in_a_mapped_column_is_rejected(
    study: Study, place: int
) -> None:
    bad = [*GOOD]
    bad[0] = "S2"
    bad[place] = ComputedError("#REF!")
    batch = load(study, [HEADER, GOOD, bad], CLINICAL, "clinical")
    assert batch.state == "refused"
    assert (3, HEADER[place], "#REF!", True) in problems(batch)
    assert not Patient.objects.exists()


def test_what_is_not_available_is_unknown_and_what_is_not_mapped_may_be_anything(
    study: Study,
) -> None:
    row = [*GOOD[:2], CellError("#N/A"), *GOOD[3:6], CellError("#DIV/0!")]
    batch = load(study, [HEADER, row], CLINICAL, "clinical")
    assert batch.state == "previewed"
    commit_import(batch=batch, by=None)
    assert "age" not in answers(Patient.objects.get())


def test_a_mapping_may_say_that_an_error_means_unknown(study: Study) -> None:
    row = [*GOOD[:2], CellError("#DIV/0!"), *GOOD[3:]]
    batch = load(study, [HEADER, row], CLINICAL + 'unknown: ["#DIV/0!"]', "clinical")
    assert batch.state == "previewed"


COLUMNS = ["sample", "subject", "day", "plate", "IL-6", "osteopontin"]
SAMPLE = ["A1", "S1", "D0", "P1", 1.5, 2]


def assays() -> Study:
    """A study with a patient, and a catalogue of two analytes."""
    study = StudyFactory(code="ICI")
    make_patient(study, subject_id="S1")
    for symbol, name in (("IL6", "IL-6"), ("SPP1", "osteopontin")):
        analyte = Analyte.objects.create(symbol=symbol, name=name)
        AnalyteAlias.objects.create(analyte=analyte, alias=name)
    return study


@pytest.mark.parametrize("place", range(6), ids=COLUMNS)
def test_a_row_of_an_assay_with_an_error_is_rejected_and_never_skipped(place: int) -> None:
    row = [*SAMPLE]
    row[place] = CellError("#VALUE!")
    batch = load(assays(), [COLUMNS, row], WIDE, "assay")
    assert (batch.state, problems(batch)[0]) == ("refused", (2, COLUMNS[place], "#VALUE!", True))


def test_an_unavailable_measurement_is_missing_as_written() -> None:
    commit_import(
        batch=load(assays(), [COLUMNS, [*SAMPLE[:5], CellError("#N/A")]], WIDE, "assay"), by=None
    )
    told = Measurement.objects.order_by("pk").values_list("value_text", "flag")
    assert list(told) == [("1.5", "in_range"), ("#N/A", "missing")]


@pytest.mark.parametrize("place", range(3))
def test_a_long_assay_and_its_table_of_samples(place: int) -> None:
    study = assays()
    row, sample = ["A1", "IL-6", 1.5], ["A1", "S1", "D0"]
    lost = [*row]
    lost[place] = CellError("#NAME?")
    good = ("samples.xlsx", workbook({"S": [["sample", "subject", "day"], sample]}))
    batch = load(study, [["sample", "protein", "npx"], lost], LONG, "assay", samples=good)
    assert problems(batch)[0][:3] == (2, ["sample", "protein", "npx"][place], "#NAME?")
    assert problems(batch)[0][3]
    sample[place] = CellError("#NAME?")
    bad = ("samples.xlsx", workbook({"S": [["sample", "subject", "day"], sample]}))
    batch = load(study, [["sample", "protein", "npx"], row], LONG, "assay", samples=bad)
    assert batch.state == "refused"
