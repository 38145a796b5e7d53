"""The analysis dataset of a small study, whole: every cell, worked out by hand."""

from datetime import date
from typing import Any

import pytest

from assays.models import Analyte, Exclusion, Measurement, Panel, PlateRun, Specimen
from clinical.models import FollowUp, Patient
from clinical.services.definitions import ensure_published
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from modeling.models import Score
from studies.models import Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory, day, fill, make_patient
from tests.unit.modeling.versions import model_of, score_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = StudyFactory(code="S")
    for code in ("A", "B"):
        SiteFactory(study=study, code=code)
    for code, kind in (("disc", "discovery"), ("valid", "validation")):
        CohortFactory(study=study, code=code, kind=kind)
    one = enrol(study, "P1", "A", "disc")
    fill(
        one, age=61.5, sex="female", stage="IV", ecog=1, height=200, weight=80, pdl1=49, pretreated=True,
        combination=False, albumin=3.9, nlr_reported=2.5, collected_on=day(-3),
    )  # fmt: skip
    fill(one, "edt", albumin=2.9, nlr_reported=9.5, neutrophils="ND")
    follow(one, 40, "alive", progression_date=day(35), disease_assessed=True)
    follow(one, 120, "dead")
    two = enrol(study, "P2", "B", "valid", index_date=day(10))
    follow(two, 90, "alive", disease_assessed=True)
    enrol(study, "P3", "B", "valid", index_date=day(200))
    make_patient(StudyFactory(), subject_id="P4")

    plate = plate_of(study, "first")
    measure(one, plate, "IL6", 8.0)
    measure(one, plate_of(study, "second"), "IL6", 4.0)
    measure(one, plate, "IL6", 99.0, timepoint="edt")
    measure(one, plate, "SPP1", None, flag="below_lloq", limit=0.5)
    measure(two, plate, "IL6", None, flag="above_uloq", limit=900.0)
    excluded = plate_of(study, "excluded")
    measure(two, excluded, "SPP1", 3.0)
    Exclusion.objects.create(plate_run=excluded, rule="excluded", reason="x")

    version = version_of(model_of(study, "m"), 2, status="champion")
    retired = version_of(model_of(study, "m"), 1, status="retired")
    for used in (version, retired):
        score_of(used, one)
    Score.objects.filter(version=version).update(
        mortality=12.5, percentile=75.0, group="poor", basis="out-of-bag"
    )
    return study


def enrol(study: Study, name: str, site: str, cohort: str, **more: Any) -> Patient:
    where, which = study.sites.get(code=site), study.cohorts.get(code=cohort)
    return make_patient(study, site=where, cohort=which, subject_id=name, **more)


def follow(patient: Patient, when: int, status: str, **more: Any) -> None:
    FollowUp.objects.create(patient=patient, contact_date=day(when), status=status, **more)


def plate_of(study: Study, name: str) -> PlateRun:
    panel, _ = Panel.objects.get_or_create(name="panel")
    return PlateRun.objects.get_or_create(study=study, panel=panel, name=name)[0]


def measure(
    patient: Patient, plate: PlateRun, symbol: str, value: float | None, **more: Any
) -> None:
    told = {"timepoint": "pre", "flag": "in_range", "limit": None} | more
    timepoint = told.pop("timepoint")
    ensure_published(patient.study)
    specimen, _ = Specimen.objects.get_or_create(
        study=patient.study,
        label=f"{patient.subject_id}-{timepoint}-{plate.name}",
        defaults={"patient": patient, "timepoint": timepoint, "material": "plasma"},
    )
    analyte, _ = Analyte.objects.get_or_create(symbol=symbol, defaults={"name": symbol})
    Measurement.objects.create(
        specimen=specimen, analyte=analyte, plate_run=plate, value=value,
        value_text="" if value is None else str(value), unit="pg/mL", **told,
    )  # fmt: skip


def exported(study: Study, **recipe: Any) -> dict[str, dict[str, str]]:
    """Cells by column, by subject; what is empty is left out."""
    made = export_analysis_dataset(study=study, recipe=Recipe(**recipe), via="command", by=None)
    header, *lines = b"".join(made.chunks()).decode().splitlines()
    table = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    return {row["subject"]: {k: v for k, v in row.items() if v} for row in table}


FIRST = {
    "subject": "P1", "site": "A", "cohort": "disc", "index_date": "2020-04-01",
    "events_until": "2020-08-01", "simulated": "FALSE",
    "os_days": "120", "os_event": "TRUE", "pfs_days": "35", "pfs_event": "TRUE",
    "age": "61.5", "sex": "female", "stage": "IV", "ecog": "1", "height": "200.0", "weight": "80.0",
    "bmi": "20.0", "pdl1": "49.0", "pdl1_class": "1-49", "pretreated": "TRUE", "combination": "FALSE",
    "collected_on": "2020-03-29", "albumin": "3.9", "nlr_reported": "2.5", "nlr": "2.5",
    "IL6": "6.0", "IL6_flag": "in_range", "SPP1_flag": "below_lloq", "SPP1_low": "0.5",
    "m_mortality": "12.5", "m_percentile": "75.0", "m_group": "poor", "m_version": "2",
    "m_basis": "out-of-bag",
}  # fmt: skip
SECOND = {
    "subject": "P2", "site": "B", "cohort": "valid", "index_date": "2020-04-11",
    "events_until": "2020-08-01", "simulated": "FALSE",
    "os_days": "80", "os_event": "FALSE", "pfs_days": "80", "pfs_event": "FALSE",
    "IL6_flag": "above_uloq", "IL6_high": "900.0", "SPP1_flag": "excluded_from_models",
}  # fmt: skip


def test_every_cell_is_where_it_belongs(study: Study) -> None:
    """P3 begins in October; P4 is in another study."""
    assert exported(study, events_until=date(2020, 8, 1)) == {"P1": FIRST, "P2": SECOND}


def test_the_day_itself_counts_and_what_comes_later_is_not_known(study: Study) -> None:
    def outcome(day: date) -> dict[str, str]:
        found = exported(study, events_until=day)["P1"]
        return {k: v for k, v in found.items() if k.startswith(("os_", "pfs_"))}

    assert outcome(date(2020, 7, 30))["os_days"] == "120"
    assert outcome(date(2020, 7, 29)) == {
        "os_days": "40", "os_event": "FALSE", "pfs_days": "35", "pfs_event": "TRUE",
    }  # fmt: skip
    assert outcome(date(2020, 5, 5)) == {}
    assert set(exported(study, events_until=day(10))) == {"P1", "P2"}
    assert set(exported(study, events_until=day(9))) == {"P1"}


def test_the_other_timepoint_has_its_own_values_and_one_endpoint_is_one(study: Study) -> None:
    found = exported(study, timepoint="edt", endpoint="OS", events_until=date(2020, 8, 1))["P1"]
    assert (found["IL6"], found["albumin"], found["nlr"]) == ("99.0", "2.9", "9.5")
    assert (found["neutrophils_missing"], found["age"]) == ("ND", "61.5")
    assert "pfs_days" not in found
    assert "SPP1_flag" not in found
    assert found["os_days"] == "120"
