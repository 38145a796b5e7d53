"""A table of measurements against what the study knows: each way in which a row can disagree."""

from datetime import timedelta
from typing import Any

import pytest

from assays.models import Analyte, Measurement, Panel, PlateRun, Specimen
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import, receive_file
from studies.models import Study
from tests.factories import SiteFactory, StudyFactory, make_member, make_patient

pytestmark = pytest.mark.django_db

MAPPING = """
layout: wide
sample: sample
subject: subject
timepoint: {column: day, coding: {D0: pre, W6: edt}}
collected_on: drawn
unit: pg/mL
panel: {name: Cytokines, scale: concentration}
plate: plate
material: material
"""
HEADER = "sample,subject,day,drawn,material,plate,IL6,SPP1"
KNOWN = "A1,S1,D0,2020-03-30,plasma,P1,1.5,2.5"


@pytest.fixture
def study() -> Study:
    study = StudyFactory()
    for code, subject in (("tokyo", "S1"), ("osaka", "S2")):
        make_patient(study, site=SiteFactory(study=study, code=code), subject_id=subject)
    for symbol in ("IL6", "SPP1"):
        Analyte.objects.create(symbol=symbol, name=symbol)
    commit_import(batch=previewed(study, KNOWN), by=None)
    return study


def previewed(
    study: Study, *lines: str, by: Any = None, mapping: str = MAPPING, header: str = HEADER
) -> ImportBatch:
    content = "\n".join([header, *lines]).encode()
    batch = receive_file(
        study=study, name="f.csv", content=content, kind="assay", mapping_text=mapping, by=by
    )
    return preview_import(batch=batch, by=by)


def problems(batch: ImportBatch) -> list[str]:
    return [problem["why"] if isinstance(problem, dict) else problem[-1] for row in
            batch.preview["rows"] for problem in row["problems"]]  # fmt: skip


def changes(batch: ImportBatch) -> list[list[str | None]]:
    return [change for row in batch.preview["rows"] for change in row["changes"]]


def test_a_new_specimen_brings_itself_and_its_measurements(study: Study) -> None:
    batch = previewed(study, "A2,S2,W6,2020-05-10,serum,P1,3,4")
    assert problems(batch) == []
    assert changes(batch) == [
        ["specimen", None, "A2"],
        ["collected_on", None, "2020-05-10"],
        ["measurements", None, "2"],
    ]
    commit_import(batch=batch, by=None)
    made = Specimen.objects.get(study=study, label="A2")
    assert (made.patient.subject_id, made.timepoint, made.material) == ("S2", "edt", "serum")
    assert made.collected_on.isoformat() == "2020-05-10"
    told = made.measurements.order_by("analyte__symbol")
    assert [(m.value, m.unit, m.plate_run.name) for m in told] == [
        (3.0, "pg/mL", "P1"),
        (4.0, "pg/mL", "P1"),
    ]


def test_another_day_of_collection_is_told_old_and_new_and_written(study: Study) -> None:
    batch = previewed(study, KNOWN.replace("2020-03-30", "2020-03-31"))
    assert changes(batch) == [["collected_on", "2020-03-30", "2020-03-31"]]
    commit_import(batch=batch, by=None)
    assert Specimen.objects.get(study=study).collected_on.isoformat() == "2020-03-31"
    assert Measurement.objects.filter(specimen__study=study).count() == 2


def test_blood_is_collected_up_to_today(study: Study) -> None:
    today = study.today()
    assert problems(previewed(study, KNOWN.replace("2020-03-30", today.isoformat()))) == []
    later = (today + timedelta(days=1)).isoformat()
    (why,) = problems(previewed(study, KNOWN.replace("2020-03-30", later)))
    assert why == "blood cannot have been collected in the future."


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [(",S1,", ",S2,", "patient"), (",D0,", ",W6,", "timepoint"), ("plasma", "serum", "material")],
)
def test_a_specimen_stays_what_it_is(study: Study, old: str, new: str, field: str) -> None:
    (why,) = problems(previewed(study, KNOWN.replace(old, new)))
    assert str(why).startswith(f"the specimen is already recorded with {field} ")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (KNOWN.replace("plasma", ""), "write plasma or serum."),
        (KNOWN.replace(",P1,", ",,"), "the plate must be known."),
        (KNOWN.replace(",P1,", f",{'P' * 101},"), "the name of the plate is too long."),
        (KNOWN.replace(",S1,", ",S9,"), "this subject is not in the study; enrol or import the patient first."),
        (KNOWN.replace("1.5", "1.6"), "recorded as “1.5”; a raw value is never overwritten (IL6, replicate 1)."),
    ],
)  # fmt: skip
def test_what_a_row_must_say(study: Study, line: str, why: str) -> None:
    assert problems(previewed(study, line)) == [why]


def test_a_name_of_a_hundred_characters_is_a_name(study: Study) -> None:
    batch = previewed(study, KNOWN.replace(",P1,", f",{'P' * 100},"))
    assert problems(batch) == []


def test_a_plate_of_another_panel_is_another_plate(study: Study) -> None:
    other = Panel.objects.create(name="Another", scale="concentration")
    PlateRun.objects.create(study=study, panel=other, name="P9")
    (why,) = problems(previewed(study, KNOWN.replace(",P1,", ",P9,")))
    assert why == "this plate is already recorded with the panel Another."


def test_a_panel_keeps_its_scale(study: Study) -> None:
    npx = MAPPING.replace("scale: concentration", "scale: npx").replace("pg/mL", "NPX")
    told = problems(previewed(study, KNOWN, mapping=npx))
    assert "the panel is kept as concentration." in told


def test_the_laboratory_of_one_hospital_measures_its_own_patients(study: Study) -> None:
    lab = make_member(study, "laboratory", site=study.sites.get(code="tokyo"))
    batch = previewed(study, KNOWN, "A2,S2,D0,2020-03-30,plasma,P1,3,4", by=lab)
    assert problems(batch) == ["this subject belongs to a site that your role does not reach."]


def test_a_row_with_a_problem_is_not_new(study: Study) -> None:
    batch = previewed(study, "A2,S2,D0,2020-03-30,plasma,P1,3,many")
    counts = {verdict: n for verdict, n in batch.preview["counts"].items() if n}
    assert counts == {"rejected": 1}


def test_the_same_again_is_unchanged(study: Study) -> None:
    batch = previewed(study, KNOWN)
    assert {v: n for v, n in batch.preview["counts"].items() if n} == {"unchanged": 1}
