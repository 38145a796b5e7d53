"""What models read of a study's plates: one query, the repeats that count, nothing that is excluded."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assays.models import Exclusion, Measurement, Panel, PlateRun
from assays.selectors.matrix import usable
from assays.selectors.readings import COLUMNS, readings, readings_and_excluded, wide
from assays.services.judging import judge_plate
from assays.services.quality import exclude
from clinical.models import Patient
from studies.models import Study
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


def test_what_is_excluded_is_not_read(study: Study, plate: PlateRun) -> None:
    a2 = plate.wells.get(position="A2")
    exclude(plate_run=plate, wells=[a2], analyte=None, reason="clot", by=None)
    found = readings(Patient.objects.filter(study=study), "pre")
    assert len(found[found["subject"] == "P-3"]) == 3
    assert len(found[found["subject"] == "P-1"]) == 6


def test_any_exclusions_leave_what_the_anti_joins_leave(study: Study, plate: PlateRun) -> None:
    """Random exclusions of all four kinds, standing and lifted, on two plates: the same measurements are left."""
    rng = np.random.default_rng(7)
    plates = [plate, make_plate(study, list(study.patients.order_by("pk")), name="plate 2")]
    analytes = list(plate.panel.analytes.order_by("pk"))
    patients = Patient.objects.filter(study=study)
    for _ in range(40):
        Exclusion.objects.all().delete()
        for _exclusion in range(rng.integers(0, 6)):
            made = plates[rng.integers(2)]
            wells = list(made.wells.order_by("pk"))
            well = wells[rng.integers(len(wells))] if rng.random() < 0.6 else None
            analyte = analytes[rng.integers(len(analytes))] if rng.random() < 0.8 else None
            lifted = {"lifted_at": timezone.now(), "lift_reason": "x"} if rng.random() < 0.3 else {}
            Exclusion.objects.get_or_create(
                plate_run=made, well=well, analyte=analyte, rule="excluded", defaults={"reason": "r"}
                | lifted,
            )  # fmt: skip
        by_orm = usable(Measurement.objects.filter(specimen__patient__in=patients))
        left = set(by_orm.values_list("pk", flat=True))
        found, excluded = readings_and_excluded(patients, "pre")
        assert set(found["id"]) == left
        of_patients = Measurement.objects.filter(specimen__patient__in=patients)
        assert excluded == set(of_patients.values_list("pk", flat=True)) - left
