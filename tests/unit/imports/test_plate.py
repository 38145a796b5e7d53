"""A plate file: previewed, its names decided, its samples found, written whole, never overwritten."""

import pytest

from assays.formats import PlateReading
from assays.models import (
    Analyte,
    AnalyteAlias,
    Measurement,
    Panel,
    PlateAnalyte,
    PlateRun,
    Specimen,
    Well,
)
from assays.services import plate_import
from assays.services.naming import NameChoice, name_analytes
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.plates import catalogue, previewed, reading

pytestmark = pytest.mark.django_db

SAMPLES = {"A1": "B", "B1": "S1", "C1": "K-001", "D1": "K-001", "E1": "K-002", "F1": "K-003"}
VALUES = {
    "Hu IL-6 (19)": ["", "10", "1.5", "*1.7", "< 3.2", "OOR >"],
    "osteopontin": ["", "9", "***", "2", "3", "---"],
}


@pytest.fixture
def study() -> Study:
    catalogue()
    study = StudyFactory(code="ICI")
    ensure_published(study)
    for subject in ("S1", "S2", "S3"):
        patient = make_patient(study, subject_id=subject)
        if subject != "S3":
            Specimen.objects.create(
                study=study,
                patient=patient,
                label=f"K-00{subject[1]}",
                timepoint="pre",
                material="plasma",
            )
    return study


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    """Lets the importer read this reading, whatever the file holds."""

    def give(made: PlateReading) -> None:
        monkeypatch.setattr(plate_import, "read_plate", lambda *_args: made)

    give(reading(SAMPLES, VALUES))
    return give


def test_every_well_and_analyte_is_kept_as_written(study: Study, read) -> None:
    batch = previewed(study)
    assert batch.state == "previewed", batch.message
    assert batch.preview["writes"] == {"new plates": 1, "new wells": 6, "new measurements": 12}
    assert not PlateRun.objects.exists()
    commit_import(batch=batch, by=None)
    run = PlateRun.objects.get()
    assert (run.name, run.format, run.serial, run.size) == ("P1", "xponent", "LX1", 96)
    assert run.acquired_at.isoformat() == "2024-03-01T00:30:00+00:00"  # 09:30 in Tokyo
    assert (run.panel.name, run.source, run.header) == ("Cytokines", batch, {"Program": "xPONENT"})
    assert {a.symbol for a in run.panel.analytes.all()} == {"IL6", "SPP1"}
    rows = Measurement.objects.filter(analyte__symbol="IL6").order_by("well_id")
    columns = ("well__position", "specimen__label", "replicate", "value_text", "value", "flag")
    assert list(rows.values_list(*columns, "limit", "expected")) == [
        ("A1", None, 1, "", None, "missing", None, None),
        ("B1", None, 1, "10", 10.0, "in_range", None, 10.0),
        ("C1", "K-001", 1, "1.5", 1.5, "in_range", None, None),
        ("D1", "K-001", 2, "*1.7", 1.7, "extrapolated", None, None),
        ("E1", "K-002", 1, "< 3.2", None, "below_lloq", 3.2, None),
        ("F1", None, 1, "OOR >", None, "above_uloq", None, None),
    ]
    one = rows.get(well__position="D1")
    assert (one.mfi, one.net_mfi, one.bead_count, one.unit) == (103, 93, 60, "pg/mL")
    assert PlateAnalyte.objects.get(analyte__symbol="IL6").name == "Hu IL-6 (19)"


def test_a_sample_of_no_specimen_stays_on_the_plate_and_is_named(study: Study, read) -> None:
    batch = previewed(study)
    assert any("1 sample belongs to no specimen" in note for note in batch.preview["notes"])
    assert any("“K-003”" in note for note in batch.preview["notes"])
    commit_import(batch=batch, by=None)
    assert Well.objects.get(position="F1").specimen is None


def test_a_second_import_changes_nothing(study: Study, read) -> None:
    commit_import(batch=previewed(study), by=None)
    before = list(Measurement.objects.order_by("pk").values())
    again = previewed(study)
    assert again.state == "previewed"
    assert again.preview["writes"] == {}
    assert again.preview["counts"]["unchanged"] == 6
    commit_import(batch=again, by=None)
    assert list(Measurement.objects.order_by("pk").values()) == before
    assert PlateRun.objects.count() == 1


def test_other_values_under_the_same_name_are_refused_cell_by_cell(study: Study, read) -> None:
    commit_import(batch=previewed(study), by=None)
    read(reading(SAMPLES, VALUES | {"osteopontin": ["", "9", "***", "2", "4", "---"]}))
    batch = previewed(study)
    assert batch.state == "refused"
    assert "E1 SPP1: value_text 3 → 4" in batch.message
    assert "never overwritten" in batch.message
    assert "Row 0" not in batch.message  # the plate stands in no row
    assert "plate “P1”: the study has" in batch.message
    renamed = previewed(study, mapping="plate: P1 again")
    assert renamed.state == "previewed"
    assert commit_import(batch=renamed, by=None).state == "committed"
    assert Measurement.objects.filter(specimen__label="K-002").count() == 4


def test_the_same_run_under_another_name_is_told(study: Study, read) -> None:
    commit_import(batch=previewed(study), by=None)
    batch = previewed(study, mapping="plate: P2")
    assert any("seems to be the plate “P1” again" in note for note in batch.preview["notes"])


def test_a_layout_makes_specimens_of_known_patients(study: Study, read) -> None:
    layout = "well,subject,timepoint,collected_on,material\nF1,S3,edt,2024-02-01,serum\n"
    batch = previewed(study, layout=layout)
    assert batch.preview["writes"]["new specimens"] == 1
    commit_import(batch=batch, by=None)
    specimen = Specimen.objects.get(patient__subject_id="S3")
    assert (specimen.label, specimen.timepoint, specimen.material) == ("S3-edt", "edt", "serum")
    assert Well.objects.get(position="F1").specimen == specimen
    assert specimen.measurements.count() == 2


def test_a_layout_by_sample_name_serves_every_well_of_the_sample(study: Study, read) -> None:
    read(reading(dict.fromkeys(("A1", "A2"), "Unknown 7"), {"IL6": ["1", "2"]}))
    batch = previewed(study, layout="Sample;Subject ID;Timepoint\nUnknown 7;S3;pre\n")
    commit_import(batch=batch, by=None)
    found = Measurement.objects.filter(specimen__patient__subject_id="S3").order_by("pk")
    assert [(m.replicate, m.value) for m in found] == [(1, 1.0), (2, 2.0)]


def test_a_layout_for_a_plate_that_is_here_changes_nothing_and_says_so(study: Study, read) -> None:
    commit_import(batch=previewed(study), by=None)
    stood = Well.objects.get(position="F1").specimen
    batch = previewed(study, layout="well,subject,timepoint\nF1,S3,edt\n")
    assert (batch.state, batch.preview["writes"]) == ("previewed", {})
    (note,) = [n for n in batch.preview["notes"] if "layout.csv" in n]
    assert "changes nothing on the plate “P1”" in note
    assert "corrected on the plate's page" in note
    commit_import(batch=batch, by=None)
    assert Well.objects.get(position="F1").specimen == stood
    assert not Specimen.objects.filter(patient__subject_id="S3").exists()
    again = previewed(study)
    assert not any("corrected" in note for note in again.preview["notes"])


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("well,subject,timepoint\nF1,s3,pre\n", "Did you mean “S3”"),
        ("well,subject,timepoint\nH9,S3,pre\n", "does not have"),
        ("well,subject,timepoint\nF1,S3,week 6\n", "one of the study's visits: “pre”, “edt”"),
        ("well,subject,timepoint\nF1,S3,pre\nF01,S2,pre\n", "the same well"),
        ("well,subject,timepoint,label\nF1,S3,pre,#REF!\n", "an error of the spreadsheet"),
        ("well,subject,timepoint\nF1,#N/A,pre\n", "needs a subject id"),
        ("well,who\nF1,S3\n", "needs the columns subject and timepoint"),
        ("well,subject,timepoint,label\nF1,S3,pre,K-001\n", "already recorded with subject S1"),
    ],
)
def test_a_layout_that_does_not_fit_says_where(study: Study, read, layout: str, told: str) -> None:
    batch = previewed(study, layout=layout)
    assert batch.state == "refused"
    assert told in batch.message


def test_unknown_names_stop_at_the_preview_and_are_remembered_once_told(study: Study, read) -> None:
    read(reading({"A1": "K-001"}, {"Hu XY-9 (14)": ["1"], "ZZ": ["2"], "QQ": ["3"], "IL6": ["4"]}))
    by = make_member(study, "laboratory")
    batch = previewed(study, by=by)
    assert batch.state == "refused"
    assert [q["name"] for q in batch.preview["questions"]] == ["Hu XY-9 (14)", "ZZ", "QQ"]
    assert "3 names of analytes are not known" in batch.message
    choices = [
        NameChoice("Hu XY-9 (14)", "is", analyte="interleukin… no"),
        NameChoice("ZZ", "add", symbol="ZZZ1", uniprot="wrong"),
    ]
    with pytest.raises(Refused) as refused:
        name_analytes(batch=batch, choices=choices, by=by)
    assert set(refused.value.errors) == {"Hu XY-9 (14)", "ZZ"}
    assert not Analyte.objects.filter(symbol="ZZZ1").exists()
    choices = [
        NameChoice("Hu XY-9 (14)", "is", analyte="SPP1"),
        NameChoice("ZZ", "add", symbol="ZZZ1", full_name="zz one", uniprot="Q12345"),
        NameChoice("QQ", "leave_out"),
    ]
    again = preview_import(batch=name_analytes(batch=batch, choices=choices, by=by), by=by)
    assert again.state == "previewed", again.message
    assert ImportBatch.objects.get(pk=batch.pk).state == "dropped"
    commit_import(batch=again, by=by)
    assert {a.analyte.symbol for a in PlateAnalyte.objects.all()} == {"SPP1", "ZZZ1", "IL6"}
    assert AnalyteAlias.objects.get(normalized="xy9").analyte.symbol == "SPP1"
    event = AnalyteAlias.pgh_event_model.objects.get(normalized="xy9")  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["user"] == by.pk
    read(reading({"A1": "K-001"}, {"XY9 (77)": ["1"], "zz": ["2"]}, name="P9"))
    assert previewed(study).state == "previewed"


def test_a_name_that_its_uniprot_contradicts_is_asked(study: Study, read) -> None:
    read(reading({"A1": "K-001"}, {"IL6": ["1"]}, uniprot={"IL6": "P10451"}))
    batch = previewed(study)
    (question,) = batch.preview["questions"]
    assert question["suggestion"] == "SPP1"
    choice = NameChoice("IL6", "is", analyte="SPP1")
    again = preview_import(batch=name_analytes(batch=batch, choices=[choice], by=None), by=None)
    commit_import(batch=again, by=None)
    assert PlateAnalyte.objects.get().analyte.symbol == "SPP1"


def test_two_names_of_one_analyte_are_asked(study: Study, read) -> None:
    read(reading({"A1": "K-001"}, {"IL6": ["1"], "Hu IL-6 (19)": ["2"]}))
    (question,) = previewed(study).preview["questions"]
    assert "is already IL6" in question["why"]


def test_the_plates_of_one_file_are_kept_apart(study: Study, read) -> None:
    plates = {"row 1": "Plate A", "row 2": "Plate B"}
    samples = {"row 1": "K-001", "row 2": "K-001"}
    read(reading(samples, {"IL6": ["1", "2"]}, plates=plates, name="Project"))
    commit_import(batch=previewed(study), by=None)
    found = Measurement.objects.order_by("pk").values_list("plate_run__name", "replicate", "value")
    assert list(found) == [("Project / Plate A", 1, 1.0), ("Project / Plate B", 1, 2.0)]


def test_a_scale_of_another_kind_needs_a_panel_of_its_own(study: Study, read) -> None:
    Panel.objects.create(name="Cytokines", scale="npx")
    batch = previewed(study)
    assert "another scale" in batch.message
    assert previewed(study, mapping="panel: Cytokines by beads").state == "previewed"


def test_texts_that_cannot_be_kept_whole_are_refused_with_their_place(study: Study, read) -> None:
    made = reading({"A1": "K-001"}, {"IL6": ["1"]})
    made.measurements["raw_text"] = "1" * 101
    read(made)
    batch = previewed(study)
    assert batch.state == "refused"
    assert "plate.csv, A1, IL6" in batch.message


def test_a_long_remark_is_shortened_and_kept_in_full_beside(study: Study, read) -> None:
    read(reading({"A1": "K-001"}, {"IL6": ["1"]}, remarks=(("A1", "", "w" * 600),)))
    commit_import(batch=previewed(study), by=None)
    assert len(Well.objects.get().remark) == 500
    assert "w" * 600 in PlateRun.objects.get().notes[-1]


def test_only_the_laboratory_imports_and_a_site_sees_only_its_own(study: Study, read) -> None:
    with pytest.raises(NotAllowed):
        previewed(study, by=make_member(study, "statistician"))


def test_a_file_of_no_known_format_is_refused_with_a_sentence(study: Study) -> None:
    batch = previewed(study, b"nothing, of a plate\n1,2\n")
    assert batch.state == "refused"
    assert str(batch.message).startswith("plate.csv: ")
