"""Assay files, wide and long: every value kept as written, by COPY, with its history."""

import pytest

from assays.models import Analyte, AnalyteAlias, Measurement, Panel, PlateRun, Specimen
from assays.selectors.known import read_known_assays
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import StudyFactory, make_member, make_patient

pytestmark = pytest.mark.django_db

WIDE = """
layout: wide
sample: sample
subject: subject
timepoint: {column: day, coding: {D0: pre, W6: edt}, others: skip}
unit: pg/mL
panel: {name: Cytokines, scale: concentration}
plate: plate
material: plasma
"""
HEADER = "sample,subject,day,plate,IL-6,osteopontin\n"
ROWS = "A1,S1,D0,P1,1.5,<3.2\nA2,S1,W6,P1,*7,OOR >\nA3,S2,D0,P1,---,12\nA4,S2,W9,P1,1,2\n"
LONG = """
layout: long
sample: sample
analyte: protein
value: npx
unit: NPX
panel: {name: Olink, scale: npx}
plate: {constant: O1}
material: plasma
samples:
  file: samples.csv
  sample: sample
  subject: subject
  timepoint: {column: day, coding: {D0: pre}, others: skip}
"""
LONG_ROWS = "sample,protein,npx\nA1,IL-6,1.5\nA1,IL-6,1.7\nA1,osteopontin,-0.3\nA2,IL-6,2\n"
SAMPLES = ("samples.csv", b"sample,subject,day\nA1,S1,D0\nA2,S1,W3\n")


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    for subject in ("S1", "S2"):
        make_patient(study, subject_id=subject)
    for symbol, name in (("IL6", "IL-6"), ("SPP1", "osteopontin")):
        analyte = Analyte.objects.create(symbol=symbol, name=name)
        AnalyteAlias.objects.create(analyte=analyte, alias=name)
    return study


def load(study: Study, text: str, mapping: str, *, samples=None, by=None) -> ImportBatch:
    batch = receive_file(
        study=study,
        name="plate.csv",
        content=text.encode(),
        kind="assay",
        mapping_text=mapping,
        samples=samples,
        by=by,
    )
    return preview_import(batch=batch, by=by)


def counts(batch: ImportBatch) -> dict[str, int]:
    return {verdict: n for verdict, n in batch.preview["counts"].items() if n}


def written() -> list[tuple]:
    rows = Measurement.objects.order_by("pk").values_list(
        "specimen__label", "analyte__symbol", "replicate", "value_text", "value", "flag", "limit"
    )
    return list(rows)


def test_a_wide_file_keeps_each_value_as_written(study: Study) -> None:
    batch = load(study, HEADER + ROWS, WIDE)
    assert counts(batch) == {"new": 3, "skipped": 1}
    assert not Measurement.objects.exists()
    commit_import(batch=batch, by=None)
    assert written() == [
        ("A1", "IL6", 1, "1.5", 1.5, "in_range", None),
        ("A1", "SPP1", 1, "<3.2", None, "below_lloq", 3.2),
        ("A2", "IL6", 1, "*7", 7.0, "extrapolated", None),
        ("A2", "SPP1", 1, "OOR >", None, "above_uloq", None),
        ("A3", "IL6", 1, "---", None, "missing", None),
        ("A3", "SPP1", 1, "12", 12.0, "in_range", None),
    ]
    assert list(Specimen.objects.order_by("label").values_list("label", "timepoint")) == [
        ("A1", "pre"),
        ("A2", "edt"),
        ("A3", "pre"),
    ]
    assert PlateRun.objects.get().source == batch
    assert Panel.objects.get().analytes.count() == 2


def test_only_the_patients_and_specimens_that_the_file_names_are_read(study: Study) -> None:
    commit_import(batch=load(study, HEADER + ROWS, WIDE), by=None)
    known = read_known_assays(study, {"A1", "A2"}, {"S1"}, "a panel")
    assert (set(known.patients), set(known.specimens)) == ({"S1"}, {"A1", "A2"})


def test_a_subject_is_found_by_what_its_coding_says(study: Study) -> None:
    coding = "subject: {column: subject, coding: {one: S1, two: S2}}"
    coded = WIDE.replace("subject: subject", coding)
    batch = load(study, (HEADER + ROWS).replace("S1", "one").replace("S2", "two"), coded)
    assert counts(batch) == {"new": 3, "skipped": 1}


def test_a_second_run_changes_nothing(study: Study) -> None:
    commit_import(batch=load(study, HEADER + ROWS, WIDE), by=None)
    again = load(study, HEADER + ROWS, WIDE)
    assert counts(again) == {"unchanged": 3, "skipped": 1}
    commit_import(batch=again, by=None)
    assert Measurement.objects.count() == 6


def test_copied_rows_are_in_history_with_the_person_and_the_reason(study: Study) -> None:
    laboratory = make_member(study, "laboratory")
    batch = load(study, HEADER + ROWS, WIDE, by=laboratory)
    commit_import(batch=batch, by=laboratory)
    for measurement in Measurement.objects.all():
        event = measurement.history.get()
        assert event.pgh_label == "insert"
        assert event.pgh_context.metadata == {
            "user": laboratory.pk,
            "reasons": [{"code": "imports.received", "with": {"file": "plate.csv"}}],
        }


def test_a_raw_value_is_never_overwritten(study: Study) -> None:
    commit_import(batch=load(study, HEADER + ROWS, WIDE), by=None)
    batch = load(study, HEADER + ROWS.replace("1.5", "1.6"), WIDE)
    assert batch.state == "refused"
    assert "recorded as “1.5”" in batch.message
    assert "value “1.6”" in batch.message


def test_more_samples_on_a_known_plate_are_added(study: Study) -> None:
    first, *rest = ROWS.splitlines(keepends=True)
    commit_import(batch=load(study, HEADER + first, WIDE), by=None)
    batch = load(study, HEADER + first + "".join(rest), WIDE)
    assert counts(batch) == {"new": 2, "unchanged": 1, "skipped": 1}
    commit_import(batch=batch, by=None)
    assert Measurement.objects.count() == 6


def test_a_long_file_takes_its_samples_from_a_second_table_and_keeps_repeats(study: Study) -> None:
    batch = load(study, LONG_ROWS, LONG, samples=SAMPLES)
    assert counts(batch) == {"new": 3, "skipped": 1}
    commit_import(batch=batch, by=None)
    assert written() == [
        ("A1", "IL6", 1, "1.5", 1.5, "in_range", None),
        ("A1", "IL6", 2, "1.7", 1.7, "in_range", None),
        ("A1", "SPP1", 1, "-0.3", -0.3, "in_range", None),
    ]
    assert bytes(batch.samples.content) == SAMPLES[1]


def test_a_missing_table_of_samples_is_asked_for(study: Study) -> None:
    assert "give that file" in load(study, LONG_ROWS, LONG).message


def test_a_file_of_another_instrument_is_called_by_its_name(study: Study) -> None:
    adat = "!Checksum\t8a3c\n^HEADER\n!AdatId\tGID-1\n^TABLE_BEGIN\n"
    assert (
        "plate.csv: This is SomaScan ADAT, which Yogo does not read"
        in load(study, adat, WIDE).message
    )
    lacking = load(study, "a,b\n1,2\n", WIDE).message
    assert "does not read" not in lacking


def test_an_analyte_that_nobody_knows_is_named_with_near_ones(study: Study) -> None:
    batch = load(study, HEADER.replace("IL-6", "IL-66") + ROWS, WIDE)
    assert batch.state == "refused"
    assert "Row 1, column “IL-66”" in batch.message
    assert "IL-6" in str(batch.message).split("Did you mean")[1]


def test_a_mapping_may_add_analytes_only_where_it_says_so(study: Study) -> None:
    section = "analytes: {osteopontin: {symbol: CX3CL1, name: fractalkine, uniprot: P78423}}\n"
    header = HEADER.replace("osteopontin", "FKN")
    section = section.replace("osteopontin", "FKN")
    assert "create_analytes" in load(study, header + ROWS, WIDE + section).message
    allowed = WIDE + section + "create_analytes: true\n"
    commit_import(batch=load(study, header + ROWS, allowed), by=None)
    assert AnalyteAlias.objects.get(alias="FKN").analyte.symbol == "CX3CL1"
    plain = load(study, header + ROWS, WIDE)
    assert counts(plain) == {"unchanged": 3, "skipped": 1}


@pytest.mark.parametrize(
    ("rows", "row", "column", "value", "words"),
    [
        ("A1,S1,D0,P1,high,2\n", 2, "IL-6", "high", "not a number"),
        ("A1,S1,D0,P1,1,-2\n", 2, "osteopontin", "-2", "negative"),
        ("A1,S9,D0,P1,1,2\n", 2, "subject", "S9", "not in the study"),
        ("A1,,D0,P1,1,2\n", 2, "subject", "", "subject id"),
        (",S1,D0,P1,1,2\n", 2, "sample", "", "needs a sample"),
        ("A1,S1,D0,,1,2\n", 2, "plate", "", "plate must be known"),
        ("A1,S1,D0,P1,1,2\nA1,S2,D0,P1,3,4\n", 3, "sample", "A1", "already recorded"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_loaded(
    study: Study, rows: str, row: int, column: str, value: str, words: str
) -> None:
    batch = load(study, HEADER + rows, WIDE)
    assert batch.state == "refused"
    rejected = next(r for r in batch.preview["rows"] if r["verdict"] == "rejected")
    found_column, found_value, why = rejected["problems"][0]
    assert (rejected["row"], found_column, found_value) == (row, column, value)
    assert words in why
    with pytest.raises(Refused):
        commit_import(batch=batch, by=None)
    assert not Specimen.objects.exists()
    assert not Panel.objects.exists()


@pytest.mark.parametrize("unit", ["NPX", "kg", "pg/L"])
def test_a_unit_that_does_not_fit_the_scale_is_refused(study: Study, unit: str) -> None:
    batch = load(study, HEADER + ROWS, WIDE.replace("pg/mL", unit))
    assert f"“{unit}” is not a unit of concentration" in batch.message


def test_a_panel_keeps_one_unit_in_a_study(study: Study) -> None:
    commit_import(batch=load(study, HEADER + ROWS, WIDE), by=None)
    other = load(study, HEADER + ROWS.replace("P1", "P2"), WIDE.replace("pg/mL", "ng/mL"))
    assert "in the study are in pg/mL" in other.message


def test_only_the_laboratory_imports_measurements(study: Study) -> None:
    for role in ("coordinator", "statistician", "manager", "monitor"):
        with pytest.raises(NotAllowed):
            load(study, HEADER + ROWS, WIDE, by=make_member(study, role))
