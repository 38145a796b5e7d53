"""What tells of plates and exclusions takes the same few queries for many plates, wells and analytes as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assays.models import Analyte, Exclusion, Measurement, PlateRun, Specimen, Well
from assays.selectors.exclusions import judgement_counts
from assays.selectors.plates import with_exclusions
from assays.selectors.specimens import standings
from assays.services.quality import exclude
from clinical.services.definitions import ensure_published
from imports.models import ImportBatch, SourceFile
from imports.selectors.batches import imports_visible_to
from modeling.models import ModelVersion, StaleMark
from modeling.selectors.stale import stale_scores
from studies.models import Study
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.api import add_champion, client_with, measure, small_study
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db
ANALYTES, PLATES = 93, 4


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OWN")


def large_specimen(study: Study) -> Specimen:
    """One specimen with 93 analytes on each of four plates; an exclusion of every kind on the last."""
    analytes = Analyte.objects.bulk_create(
        Analyte(symbol=f"A{n:02d}", name=f"analyte {n}") for n in range(ANALYTES)
    )
    patient = make_patient(study, subject_id="P1")
    ensure_published(study)
    specimen = Specimen.objects.create(
        study=study, patient=patient, label="P1-pre", timepoint="pre", material="plasma"
    )
    for n in range(PLATES):
        plate = make_plate(study, [], name=f"plate {n}")
        well = Well.objects.create(
            plate_run=plate, position="C5", sample_type="sample", specimen=specimen
        )
        Measurement.objects.bulk_create(
            Measurement(
                plate_run=plate, well=well, specimen=specimen, analyte=analyte,
                value=float(k), value_text=str(k), unit="pg/mL", flag="in_range",
                bead_count=30 + k, mfi=100.5 + k, dilution=4, replicate=n + 1,
            )
            for k, analyte in enumerate(analytes)
        )  # fmt: skip
    for reason, place in {
        "CV too high": {"analyte": analytes[0]},
        "a clot": {"well": well},
        "few beads": {"well": well, "analyte": analytes[0]},
    }.items():
        Exclusion.objects.create(plate_run=plate, rule="excluded", reason=reason, **place)
    return specimen


def test_a_specimen_of_93_analytes_on_four_plates_in_fewer_than_twenty_queries(
    study: Study,
) -> None:
    specimen = large_specimen(study)
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    with CaptureQueriesContext(connection) as counted:
        page = client.get(f"/studies/OWN/specimens/{specimen.pk}/").content.decode()
    assert len(counted) < 20
    assert page.count(">C5</a>") == PLATES * ANALYTES
    assert "93 values are excluded from models." in page
    # the first analyte under all three exclusions, the others under that of the well
    assert page.count("<small>a clot</small>") == ANALYTES
    assert page.count("<small>CV too high</small>") == page.count("<small>few beads</small>") == 1
    assert "100.5" in page
    for heading in ("Median fluorescence", "Beads", "Dilution"):
        assert f">{heading}</th>" in page


def test_a_table_without_wells_has_no_columns_for_them(study: Study) -> None:
    patient = make_patient(study)
    plate = PlateRun.objects.create(study=study, name="table", panel=make_plate(study, []).panel)
    ensure_published(study)
    specimen = Specimen.objects.create(
        study=study, patient=patient, label="P1-pre", timepoint="pre", material="plasma"
    )
    measure(specimen, plate, "IL6", 1.0)
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    page = client.get(f"/studies/OWN/specimens/{specimen.pk}/").content.decode()
    assert not [h for h in ("Well", "Median fluorescence", "Beads") if f">{h}</th>" in page]


def test_a_excluded_value_of_another_patient_is_nothing_to_stand_among(study: Study) -> None:
    mine, other, third = (make_patient(study, subject_id=f"P{n}") for n in (1, 2, 3))
    plate = make_plate(study, [mine, other, third])
    (first, *_rest) = [s for s in standings(mine, "pre") if s.symbol == "IL6"]
    assert first.percentile == 0
    wells = list(plate.wells.filter(specimen__patient__in=[other, third]))
    exclude(plate_run=plate, wells=wells, analyte=None, reason="spilt", by=None)
    assert {s.percentile for s in standings(mine, "pre")} == {0.0}
    assert standings(other, "pre") == []


def queries_of(client: Client, study: Study, lists: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for name in lists:
        client.get(f"/api/v1/studies/{study.code}/{name}/")  # notes when the token was last used
        with CaptureQueriesContext(connection) as counted:
            answer = client.get(f"/api/v1/studies/{study.code}/{name}/")
        assert answer.status_code == 200
        assert answer.json()["results"]
        found[name] = len(counted)
    return found


def test_lists_of_plates_and_exclusions_take_as_many_queries_for_many_as_for_one(
    study: Study,
) -> None:
    lists = ("plates", "exclusions", "measurements")
    client = client_with(study, "laboratory")
    patients = [make_patient(study) for _ in range(3)]

    def add(name: str) -> None:
        plate = make_plate(study, patients, name=name)
        well = plate.wells.get(position="A2")
        exclude(plate_run=plate, wells=[well], analyte=None, reason="a clot", by=None)

    add("plate 0")
    one = queries_of(client, study, lists)
    for n in range(1, 5):
        add(f"plate {n}")
    assert queries_of(client, study, lists) == one
    assert max(one.values()) <= 8


def test_lists_of_versions_and_scores_take_as_many_queries_however_many_are_stale() -> None:
    study = small_study()
    add_champion(study)
    client = client_with(study, "statistician")
    fresh = queries_of(client, study, ("versions", "scores"))
    for version in ModelVersion.objects.all():
        StaleMark.objects.create(version=version, reason="x")
        for patient in study.patients.all():
            StaleMark.objects.create(version=version, patient=patient, reason="x")
    assert queries_of(client, study, ("versions", "scores")) == fresh
    assert max(fresh.values()) <= 8


def test_stale_scores_are_those_of_versions_in_use_and_of_patients_whom_one_may_see() -> None:
    study = small_study()
    champion = add_champion(study)
    everything = make_member(study, "statistician")
    of_site_b = make_member(study, "investigator", site=study.sites.get(code="B"))
    assert stale_scores(everything, study) == 0
    for patient in study.patients.order_by("pk")[:2]:
        for _ in range(2):
            StaleMark.objects.create(version=champion, patient=patient, reason="x")
    assert (stale_scores(everything, study), stale_scores(of_site_b, study)) == (2, 1)
    StaleMark.objects.filter(patient=patient).update(cleared_at="2026-01-01T00:00:00Z")
    assert stale_scores(everything, study) == 1
    ModelVersion.objects.update(status="retired")
    assert stale_scores(everything, study) == 0


def test_wells_and_exclusions_are_counted_each_for_itself(study: Study) -> None:
    plate = make_plate(study, [make_patient(study)])
    make_plate(study, [], name="without exclusions", judged_at="2021-03-02T00:00:00Z")
    table = PlateRun.objects.create(study=study, panel=plate.panel, name="table")
    for rule in ("excluded", "vendor", "curve"):
        Exclusion.objects.create(plate_run=plate, rule=rule, reason="x")
    Exclusion.objects.create(plate_run=table, rule="excluded", reason="late")
    counted = {p.name: (p.well_count, p.standing) for p in with_exclusions(PlateRun.objects.all())}
    assert counted == {"plate 1": (7, 3), "without exclusions": (5, 0), "table": (0, 1)}
    with CaptureQueriesContext(connection) as queries:
        assert judgement_counts(study) == {"plates": 2, "excluded": 2, "waiting": 1}
    assert len(queries) == 1


def test_only_a_refused_file_waits_for_answers(study: Study) -> None:
    person = make_member(study, "laboratory")
    for state in ("refused", "previewed"):
        source = SourceFile.objects.create(
            study=study, name=f"{state}.csv", content=b"x", size=1, sha256=state.ljust(64, "0")
        )
        ImportBatch.objects.create(
            study=study, kind="plate", source=source, state=state, preview={"questions": [{"a": 1}]}
        )
    told = {batch.state: batch.questions for batch in imports_visible_to(person, study)}
    assert told == {"refused": [{"a": 1}], "previewed": None}
