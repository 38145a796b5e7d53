"""The row of an export: who may make one, what it notes, and which exports and versions a study finds again."""

from datetime import date
from io import BytesIO
from typing import Any

import pyarrow.parquet as pq
import pytest

from assays.models import Measurement, PlateRun, Specimen
from audit.selectors.trail import TrailFilter, trail_of
from exports.models import Export
from exports.selectors.exports import exports_of
from exports.selectors.frozen import find_version
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from studies.models import Study
from studies.refusals import NotAllowed
from tests.factories import StudyFactory, make_member, make_patient
from tests.unit.exports.test_whole_dataset import exported, measure, plate_of
from tests.unit.modeling.versions import model_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="S")


def made(study: Study, by: Any = None, **recipe: Any) -> Export:
    dataset = export_analysis_dataset(study=study, recipe=Recipe(**recipe), via="page", by=by)
    b"".join(dataset.chunks())
    dataset.export.refresh_from_db()
    return dataset.export


def test_it_notes_who_made_it_how_and_by_which_versions(study: Study) -> None:
    version_of(model_of(study, "m"), 2, status="champion")
    version_of(model_of(study, "m"), 3, status="challenger")
    version_of(model_of(study, "n"), 7, status="champion")
    version_of(model_of(StudyFactory(), "other"), 1, status="champion")
    person = make_member(study, "statistician")
    export = made(study, person, timepoint="edt", endpoint="PFS", events_until=date(2020, 8, 1))
    assert export.champions == {"m": 2, "n": 7}
    assert (export.made_by, export.via, export.format) == (person, "page", "csv")
    assert (export.timepoint, export.endpoints) == ("edt", "PFS")
    assert export.events_until == date(2020, 8, 1)
    assert len(export.sha256) == 64
    assert export.finished_at is not None
    assert made(study, person).endpoints == "OS+PFS"


@pytest.mark.parametrize("role", ["coordinator", "laboratory", "monitor", "investigator"])
def test_only_who_may_export_makes_one(study: Study, role: str) -> None:
    with pytest.raises(NotAllowed):
        made(study, make_member(study, role))
    with pytest.raises(NotAllowed):
        made(study, make_member(StudyFactory(), "statistician"))
    assert not Export.objects.exists()


def test_a_study_finds_its_own_newest_first(study: Study) -> None:
    first, second = made(study), made(study)
    made(StudyFactory())
    assert list(exports_of(study)) == [second, first]


def test_why_it_was_made_stands_in_the_trail(study: Study) -> None:
    made(study, make_member(study, "statistician"))
    events = trail_of(study, TrailFilter(text="analysis dataset by page"), limit=5)
    assert [event.reason for event in events] == ["analysis dataset by page"] * len(events)
    assert events


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("m", 2),
        ("m:1", 1),
        ("m:3", 3),
        ("m:4", None),
        ("m:", 2),
        ("m:x", None),
        ("m:-1", None),
        ("m:２", None),
        ("m:1e0", None),
        ("m:000000001", 1),
        ("m:0000000001", None),
        ("n", None),
        ("other", None),
        ("other:1", None),
        ("", None),
    ],
)
def test_a_version_by_its_name(study: Study, called: str, found: int | None) -> None:
    for number, status in ((1, "retired"), (2, "champion"), (3, "challenger")):
        version_of(model_of(study, "m"), number, status=status)
    version_of(model_of(study, "n"), 1, status="challenger")
    version_of(model_of(StudyFactory(), "other"), 1, status="champion")
    version = find_version(study, called)
    assert (version and version.number) == found
    assert version is None or version.model.study == study


def test_what_no_model_may_use_stands_with_its_flag_and_a_repeat_that_does_not_count_is_not_there(
    study: Study,
) -> None:
    patient = make_patient(study, subject_id="P1")
    first, second = plate_of(study, "first"), plate_of(study, "second")
    PlateRun.objects.filter(study=study).update(judged_as="vendor last")
    measure(patient, first, "IL6", 2.0)
    measure(patient, second, "IL6", 4.0)
    specimen = Specimen.objects.get(label="P1-pre-first")
    Measurement.objects.filter(plate_run=second).update(specimen=specimen)
    measure(patient, first, "SPP1", 7.0, flag="outlier")
    measure(patient, first, "CXCL8", None, flag="missing")
    measure(patient, first, "EDT", 1.0, timepoint="edt")
    row = exported(study)["P1"]
    told = {name: row[name] for name in row if name.startswith(("IL6", "SPP1", "CXCL8", "EDT"))}
    assert told == {
        "IL6": "4.0",
        "IL6_flag": "in_range",
        "SPP1_flag": "outlier",
        "CXCL8_flag": "missing",
    }


def test_two_units_of_an_analyte_never_share_a_column(study: Study) -> None:
    patient, plate = make_patient(study, subject_id="P1"), plate_of(study, "first")
    measure(patient, plate, "IL6", 2.0)
    measure(patient, plate, "SPP1", 3.0)
    measure(patient, plate_of(study, "second"), "IL6", 5.0)
    Measurement.objects.filter(plate_run__name="second").update(unit="NPX")
    row = exported(study)["P1"]
    assert (row["IL6 (pg/mL)"], row["IL6 (NPX)"], row["SPP1"]) == ("2.0", "5.0", "3.0")
    assert "IL6" not in row


def test_it_says_how_many_are_not_in_it_for_want_of_an_index_date(study: Study) -> None:
    make_patient(study, subject_id="P1")
    make_patient(study, subject_id="P2", index_date=None)
    recipe = Recipe(format="parquet")
    made = export_analysis_dataset(study=study, recipe=recipe, via="command", by=None)
    table = pq.read_table(BytesIO(b"".join(made.chunks())))
    assert table.column("subject").to_pylist() == ["P1"]
    assert table.schema.metadata[b"yogo.without_index_date"] == b"1"
