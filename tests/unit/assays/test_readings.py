"""What models read of a study's plates: one query, the repeats that count, nothing that is barred."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assays.models import Measurement, Panel, PlateRun
from assays.selectors.readings import COLUMNS, readings, wide
from assays.services.judging import judge_plate
from assays.services.quality import exclude
from studies.models import Patient, Study
from tests.factories import StudyFactory, make_patient
from tests.unit.assays.plates import SYMBOLS, make_plate

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OWN")


@pytest.fixture
def plate(study: Study) -> PlateRun:
    made = make_plate(study, [make_patient(study, subject_id=f"P-{n}") for n in (3, 1, 2)])
    judge_plate(plate_run=made, by=None)
    return made


def test_a_study_is_read_with_one_query(study: Study, plate: PlateRun) -> None:
    with CaptureQueriesContext(connection) as counted:
        found = readings(Patient.objects.filter(study=study), "pre")
        matrix = wide(found)
    assert len(counted) == 1
    assert list(found.columns) == COLUMNS
    assert matrix.index.tolist() == ["P-1", "P-2", "P-3"]
    assert matrix.columns.tolist() == sorted(SYMBOLS)
    # make_plate: 10 x (place of the patient) x (place of the analyte), twice
    by_hand = [[40.0, 20.0, 60.0], [60.0, 30.0, 90.0], [20.0, 10.0, 30.0]]
    assert matrix.to_numpy().tolist() == by_hand


def test_nothing_measured_gives_nothing(study: Study) -> None:
    found = readings(Patient.objects.filter(study=study), "pre")
    assert list(found.columns) == COLUMNS
    assert found.empty
    assert wide(found).shape == (0, 0)


def test_only_the_timepoint_and_the_analytes_that_are_asked_for(
    study: Study, plate: PlateRun
) -> None:
    patients = Patient.objects.filter(study=study)
    assert readings(patients, "edt").empty
    assert set(readings(patients, "pre", ["IL6"])["analyte"]) == {"IL6"}
    assert readings(patients, "pre", []).empty
    assert set(readings(patients.filter(subject_id="P-1"), "pre")["subject"]) == {"P-1"}


def test_repeats_are_numbered_as_they_were_acquired(study: Study, plate: PlateRun) -> None:
    earlier = make_plate(study, [study.patients.get(subject_id="P-1")], name="before")
    PlateRun.objects.filter(pk=earlier.pk).update(acquired_at="2020-01-01T00:00:00Z")
    Measurement.objects.filter(plate_run=earlier, specimen__isnull=False).update(value=1.5)
    found = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
    mine = found[found["subject"] == "P-1"]
    assert mine["replicate"].tolist() == [1, 2, 3, 4]
    assert mine["value"].tolist() == [1.5, 1.5, 20.0, 20.0]


def test_the_first_of_a_panel_is_the_first_of_that_panel(study: Study, plate: PlateRun) -> None:
    other = make_plate(study, [study.patients.get(subject_id="P-1")], name="other panel")
    panel = Panel.objects.create(name="2-plex")
    PlateRun.objects.filter(pk=other.pk).update(panel=panel, acquired_at="2020-01-01T00:00:00Z")
    PlateRun.objects.filter(pk=plate.pk).update(judged_as="vendor first")
    found = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
    mine = found[found["subject"] == "P-1"]
    assert mine["replicate"].tolist() == [1, 2, 3]
    PlateRun.objects.filter(pk=other.pk).update(judged_as="vendor last")
    found = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
    assert found[found["subject"] == "P-1"]["replicate"].tolist() == [1, 2]


def test_a_limit_stands_beside_a_flag_and_the_matrix_has_no_number_there(
    study: Study, plate: PlateRun
) -> None:
    two = Measurement.objects.filter(
        specimen__patient__subject_id="P-1", analyte__symbol="IL6", value__isnull=False
    )
    two.update(value=None, flag="below_lloq", limit=0.1 + 0.2, value_text="< 0.3")
    found = readings(Patient.objects.filter(study=study), "pre", ["IL6"])
    mine = found[found["subject"] == "P-1"]
    assert mine["flag"].tolist() == ["below_lloq"] * 2
    assert mine["limit"].tolist() == [0.1 + 0.2] * 2
    assert np.isnan(wide(found).loc["P-1", "IL6"])


def test_what_is_barred_is_not_read(study: Study, plate: PlateRun) -> None:
    a2 = plate.wells.get(position="A2")
    exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=None)
    found = readings(Patient.objects.filter(study=study), "pre")
    assert len(found[found["subject"] == "P-3"]) == 3
    assert len(found[found["subject"] == "P-1"]) == 6
