"""The pages of specimens: every value as written, with its number, unit and flag in words."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assays.models import Analyte, Measurement, Panel, PlateRun, Specimen
from assays.selectors.specimens import counts_by_timepoint, standings
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from studies.models import Site, Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory, make_member, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = StudyFactory(code="ICI")
    SiteFactory(study=study, code="A", name="Hospital A")
    SiteFactory(study=study, code="B", name="Hospital B")
    CohortFactory(study=study)
    return study


@pytest.fixture
def site_a(study: Study) -> Site:
    return study.sites.get(code="A")


@pytest.fixture
def plate(study: Study) -> PlateRun:
    return PlateRun.objects.create(
        study=study, panel=Panel.objects.create(name="Panel 1"), name="Plate 1"
    )


def specimen_of(patient: Patient, label: str, timepoint: str = "pre") -> Specimen:
    ensure_published(patient.study)
    return Specimen.objects.create(
        study=patient.study, patient=patient, label=label, timepoint=timepoint, material="plasma"
    )


def measured(specimen: Specimen, plate: PlateRun, text: str, **more: object) -> Measurement:
    analyte, _ = Analyte.objects.get_or_create(symbol="SPP1", name="osteopontin")
    known = {"unit": "pg/mL", "flag": "in_range", "value": None, **more}
    return Measurement.objects.create(
        specimen=specimen, plate_run=plate, analyte=analyte, value_text=text, **known
    )


def signed_in(study: Study, role: str, **more: object) -> Client:
    client = Client()
    client.force_login(make_member(study, role, **more))
    return client


def listed(client: Client, **wanted: str) -> list[str]:
    page = client.get(reverse("assays:specimens", args=["ICI"]), wanted)
    return [specimen.label for specimen in page.context["page"]]


def page_of(client: Client, specimen: Specimen) -> str:
    address = reverse("assays:specimen", args=["ICI", specimen.pk])
    return client.get(address).content.decode()


def test_specimens_are_found_by_label_subject_and_timepoint(study: Study, site_a: Site) -> None:
    first = make_patient(site=site_a, subject_id="A-1")
    second = make_patient(site=site_a, subject_id="A-2")
    specimen_of(first, "tube-1")
    specimen_of(first, "tube-2", "edt")
    specimen_of(second, "tube-3")
    laboratory = signed_in(study, "laboratory")
    assert listed(laboratory) == ["tube-1", "tube-2", "tube-3"]
    assert listed(laboratory, q="a-1") == ["tube-1", "tube-2"]
    assert listed(laboratory, q="TUBE-3") == ["tube-3"]
    assert listed(laboratory, timepoint="edt") == ["tube-2"]
    assert listed(laboratory, q="a-1", timepoint="pre") == ["tube-1"]
    assert listed(laboratory, timepoint="never") == ["tube-1", "tube-2", "tube-3"]


@pytest.mark.alone
def test_a_value_out_of_range_keeps_its_text_and_has_its_flag_in_words(
    study: Study, site_a: Site, plate: PlateRun
) -> None:
    specimen = specimen_of(make_patient(site=site_a), "tube-1")
    measured(specimen, plate, "12.50", value=12.5)
    measured(specimen, plate, "< 3.2", flag="below_lloq", limit=3.2, replicate=2)
    text = page_of(signed_in(study, "laboratory"), specimen)
    assert "<code>12.50</code>" in text
    assert "<code>&lt; 3.2</code>" in text
    assert "below LLOQ" in text
    assert "1 without a number in range" in text
    assert "osteopontin" in text


def test_the_laboratory_sees_subject_ids_but_no_way_to_the_patient(
    study: Study, site_a: Site
) -> None:
    specimen = specimen_of(make_patient(site=site_a, subject_id="A-1"), "tube-1")
    there = reverse("clinical:patient", args=["ICI", "A-1"])
    laboratory = page_of(signed_in(study, "laboratory"), specimen)
    assert "A-1" in laboratory
    assert there not in laboratory
    assert there in page_of(signed_in(study, "monitor"), specimen)


def test_a_coordinator_finds_no_specimen_of_another_hospital(study: Study, site_a: Site) -> None:
    own = specimen_of(make_patient(site=site_a), "tube-1")
    other = specimen_of(make_patient(site=study.sites.get(code="B")), "tube-2")
    coordinator = signed_in(study, "coordinator", site=site_a)
    assert listed(coordinator) == [own.label]
    address = reverse("assays:specimen", args=["ICI", other.pk])
    assert coordinator.get(address).status_code == 404


def test_a_specimen_of_another_study_is_not_found_under_this_one(study: Study) -> None:
    theirs = specimen_of(make_patient(StudyFactory()), "tube-1")
    address = reverse("assays:specimen", args=["ICI", theirs.pk])
    assert signed_in(study, "laboratory").get(address).status_code == 404


def test_a_study_without_specimens_says_where_they_come_from(study: Study) -> None:
    page = signed_in(study, "laboratory").get(reverse("assays:specimens", args=["ICI"]))
    assert "import a file under Data" in page.content.decode()


@pytest.mark.alone
def test_the_patients_page_lists_the_specimens(study: Study, site_a: Site, plate: PlateRun) -> None:
    patient = make_patient(site=site_a, subject_id="A-1")
    specimen = specimen_of(patient, "tube-1")
    measured(specimen, plate, "12.50", value=12.5)
    page = signed_in(study, "monitor").get(reverse("clinical:patient", args=["ICI", "A-1"]))
    assert reverse("assays:specimen", args=["ICI", specimen.pk]) in page.content.decode()


@pytest.mark.alone
def test_a_patient_stands_among_the_cohort_and_not_among_others(
    study: Study, site_a: Site, plate: PlateRun
) -> None:
    patients = [make_patient(site=site_a) for _ in range(5)]
    for n, patient in enumerate(patients):
        measured(specimen_of(patient, f"pre-{n}"), plate, str(n), value=n)
        measured(specimen_of(patient, f"edt-{n}", "edt"), plate, str(n), value=-n)
    unmeasured = make_patient(site=site_a)
    measured(specimen_of(unmeasured, "low"), plate, "< 1", flag="below_lloq")
    validation = CohortFactory(study=study, code="validation", kind="validation")
    alone = make_patient(site=site_a, cohort=validation)
    measured(specimen_of(alone, "alone"), plate, "100", value=100)
    found = [[s.percentile for s in standings(patient, "pre")] for patient in patients]
    assert found == [[0], [25], [50], [75], [100]]
    assert standings(unmeasured, "pre") == []
    assert standings(alone, "pre") == []
    reader = signed_in(study, "monitor")
    address = reverse("clinical:patient", args=["ICI", patients[3].subject_id])
    assert "Percentile in the cohort" in reader.get(address).content.decode()


@pytest.mark.alone
def test_the_overview_counts_what_was_measured_at_each_timepoint(
    study: Study, site_a: Site, plate: PlateRun
) -> None:
    overview = reverse("studies:overview", args=["ICI"])
    laboratory = signed_in(study, "laboratory")
    assert "Nothing is measured yet" in laboratory.get(overview).content.decode()
    first, second = make_patient(site=site_a), make_patient(site=study.sites.get(code="B"))
    measured(specimen_of(first, "tube-1"), plate, "12.5", value=12.5)
    measured(specimen_of(second, "tube-2"), plate, "***", flag="missing")
    specimen_of(second, "tube-3", "edt")
    pre, edt = counts_by_timepoint(make_member(study, "laboratory"), study)
    assert (pre.patients, pre.specimens, pre.measurements, pre.out_of_range) == (2, 2, 2, 1)
    assert pre.percent_out_of_range == 50
    assert (edt.specimens, edt.measurements, edt.percent_out_of_range) == (1, 0, None)
    coordinator = make_member(study, "coordinator", site=site_a)
    assert [row.patients for row in counts_by_timepoint(coordinator, study)] == [1]
    assert "50.0 %" in laboratory.get(overview).content.decode()


@pytest.mark.alone
def test_the_number_of_queries_does_not_grow_with_the_specimens(
    study: Study, site_a: Site, plate: PlateRun
) -> None:
    laboratory = signed_in(study, "laboratory")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            listed(laboratory)
        return len(captured)

    measured(specimen_of(make_patient(site=site_a), "tube-0"), plate, "1", value=1)
    few = queries()
    for n in range(1, 10):
        measured(specimen_of(make_patient(site=site_a), f"tube-{n}"), plate, "1", value=1)
    assert queries() == few
    assert few <= 12
