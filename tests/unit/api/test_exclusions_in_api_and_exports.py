"""Exclusions as the API, the analysis dataset, the specimen's page and the overview tell them."""

import csv
import io
import random
from collections import defaultdict
from datetime import datetime
from statistics import fmean
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assays.models import Exclusion, Measurement, PlateRun, Specimen
from assays.services.judging import judge_plate
from assays.services.quality import exclude, lift
from modeling.models import ModelVersion, StaleMark
from studies.models import Study
from tests.factories import StudyFactory, make_member, make_patient
from tests.integration.api import add_champion, client_with, small_study
from tests.unit.assays.plates import SYMBOLS, make_plate

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OWN")


@pytest.fixture
def plate(study: Study) -> PlateRun:
    """Two patients in two wells each; patient P1's A2 is excluded, all of P2's CXCL8 as well."""
    made = make_plate(study, [make_patient(study, subject_id=f"P{n}") for n in (1, 2)])
    judge_plate(plate_run=made, by=None)
    a2 = made.wells.get(position="A2")
    exclude(plate_run=made, wells=[a2], analyte=None, reason="a clot", by=None)
    analyte = Measurement.objects.filter(analyte__symbol="CXCL8").first().analyte
    wells = list(made.wells.filter(position__startswith="B", sample_type="sample"))
    exclude(plate_run=made, wells=wells, analyte=analyte, reason="spilt", by=None)
    Measurement.objects.filter(well__position="A3", analyte__symbol="IL6").update(value=10.5)
    return made


def rows(study: Study, client: Client, tail: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/studies/{study.code}/{tail}").json()[
        "results"
    ]
    return found


def test_measurements_say_whether_they_are_excluded(study: Study, plate: PlateRun) -> None:
    client = client_with(study, "monitor")
    with CaptureQueriesContext(connection) as counted:
        found = rows(study, client, "measurements/?page_size=1000")
    excluded = {(row["well"], row["analyte"]) for row in found if row["excluded_from_models"]}
    assert excluded == {("A2", symbol) for symbol in SYMBOLS} | {("B2", "CXCL8"), ("B3", "CXCL8")}
    assert (found[0]["mfi"], found[0]["bead_count"], found[0]["dilution"]) == (100.0, 80.0, None)
    assert len(counted) < 8


def test_plates_and_exclusions_are_listed_for_those_who_see_the_whole_study(
    study: Study, plate: PlateRun
) -> None:
    exclusion = plate.exclusions.order_by("pk").first()
    assert exclusion is not None
    lift(exclusion=exclusion, reason="no clot", by=None)
    client = client_with(study, "laboratory")
    (told,) = rows(study, client, "plates/")
    assert (told["name"], told["format"], told["exclusions"]) == ("plate 1", "xponent", 2)
    first, *others = rows(study, client, "exclusions/")
    assert (first["well"], first["analyte"], first["reason"]) == ("A2", None, "a clot")
    assert (first["lift_reason"], len(others)) == ("no clot", 2)
    assert len(rows(study, client, "exclusions/?analyte=CXCL8")) == 2
    of_site = client_with(study, "laboratory", site=study.sites.first())
    assert rows(study, of_site, "plates/") == rows(study, of_site, "exclusions/") == []
    closed = client_with(study, "coordinator").get(f"/api/v1/studies/{study.code}/plates/")
    assert closed.status_code == 403


def dataset(study: Study) -> dict[str, dict[str, str]]:
    client = client_with(study, "statistician", "export")
    answer = client.get(f"/api/v1/studies/{study.code}/analysis-dataset")
    text = answer.getvalue().decode()
    return {row["subject"]: row for row in csv.DictReader(io.StringIO(text))}


def test_what_is_excluded_is_in_no_value_of_the_dataset(study: Study, plate: PlateRun) -> None:
    found = dataset(study)
    # P1: A2 is out, so A3 alone counts; P2: both repeats of 20 count, those of CXCL8 are excluded
    assert (found["P1"]["IL6"], found["P1"]["IL6_flag"]) == (
        "10.5",
        "in_range+excluded_from_models",
    )
    assert (found["P2"]["IL6"], found["P2"]["IL6_flag"]) == ("20.0", "in_range")
    assert (found["P2"]["CXCL8"], found["P2"]["CXCL8_flag"]) == ("", "excluded_from_models")


def test_the_dataset_keeps_the_repeat_that_the_policy_says(study: Study, plate: PlateRun) -> None:
    Measurement.objects.filter(well__position="B3", analyte__symbol="IL6").update(value=44.0)
    assert dataset(study)["P2"]["IL6"] == "32.0"
    PlateRun.objects.update(judged_as="vendor last")
    found = dataset(study)["P2"]
    assert (found["IL6"], found["IL6_flag"]) == ("44.0", "in_range")


@pytest.mark.parametrize("seed", range(3))
def test_under_any_exclusions_the_dataset_is_what_a_naive_reader_makes_of_them(
    study: Study, seed: int
) -> None:
    chance = random.Random(seed)
    patients = [make_patient(study, subject_id=f"P{n}") for n in range(6)]
    plates = [make_plate(study, patients, name=f"plate {n}") for n in range(2)]
    for measurement in Measurement.objects.filter(specimen__isnull=False):
        measurement.value, measurement.flag = chance.choice(
            [(chance.uniform(1, 99), "in_range")] * 4
            + [(None, "missing"), (5.0, "extrapolated"), (7.0, "outlier")]
        )
        measurement.save()
    places: set[tuple[Any, ...]] = set()
    for _ in range(12):
        plate = chance.choice(plates)
        well = chance.choice([None, *plate.wells.filter(specimen__isnull=False)])
        analyte = chance.choice([None, *(told.analyte for told in plate.plate_analytes.all())])
        if well is None and analyte is None and seed:
            continue  # a whole plate leaves little to compare: in one run only
        places.add((plate, well, analyte, chance.random() < 0.2))
    for plate, well, analyte, lifted in places:
        Exclusion.objects.create(
            plate_run=plate,
            well=well,
            analyte=analyte,
            rule="excluded",
            reason="x",
            lifted_at="2026-01-01T00:00:00Z" if lifted else None,
            lift_reason="y" if lifted else "",
        )

    expected = defaultdict(lambda: ([], [], set()))
    for m in Measurement.objects.filter(specimen__isnull=False).select_related(
        "specimen__patient", "analyte"
    ):
        values, others, flags = expected[m.specimen.patient.subject_id, m.analyte.symbol]
        excluded = any(
            plate == m.plate_run and well in (None, m.well) and analyte in (None, m.analyte)
            for plate, well, analyte, lifted in places
            if not lifted
        )
        flags.add("excluded_from_models" if excluded and m.flag != "outlier" else m.flag)
        if m.flag == "in_range" and not excluded:
            values.append(m.value)
        if m.flag == "extrapolated" and not excluded:
            others.append(m.value)
    found = dataset(study)
    assert len(expected) == 6 * len(SYMBOLS)
    for (subject, symbol), (in_range, others, flags) in expected.items():
        values = in_range or others
        told = found[subject][symbol]
        assert (float(told) if told else None) == (fmean(values) if values else None)
        assert set(found[subject][f"{symbol}_flag"].split("+")) == flags


def test_versions_and_scores_say_since_when_they_are_stale() -> None:
    study = small_study()
    add_champion(study)
    version = ModelVersion.objects.get()
    patient = study.patients.get(subject_id="P002")
    client = client_with(study, "statistician")
    assert rows(study, client, "versions/")[0]["stale_since"] is None
    mark = StaleMark.objects.create(version=version, reason="x")
    StaleMark.objects.create(version=version, reason="later")
    of_score = StaleMark.objects.create(version=version, patient=patient, reason="x")
    since = rows(study, client, "versions/")[0]["stale_since"]
    assert datetime.fromisoformat(since) == mark.since
    stale = {row["subject"]: row["stale_since"] for row in rows(study, client, "scores/")}
    assert (stale["P001"], stale["P003"]) == (None, None)
    assert datetime.fromisoformat(stale["P002"]) == of_score.since
    StaleMark.objects.filter(pk=of_score.pk).update(cleared_at=of_score.since)
    assert all(row["stale_since"] is None for row in rows(study, client, "scores/"))


def test_a_specimens_page_tells_wells_and_exclusions_in_few_queries(
    study: Study, plate: PlateRun
) -> None:
    specimen = Specimen.objects.get(label="P1-pre")
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    with CaptureQueriesContext(connection) as counted:
        page = client.get(f"/studies/OWN/specimens/{specimen.pk}/").content.decode()
    assert len(counted) < 20
    assert "3 values are excluded from models." in page
    assert page.count("a clot") == 3
    assert f'href="/studies/OWN/plates/{plate.pk}/?analyte=' in page
    client.force_login(make_member(study, "coordinator"))
    page = client.get(f"/studies/OWN/specimens/{specimen.pk}/").content.decode()
    assert "a clot" in page
    assert "/plates/" not in page


def test_the_overview_tells_of_plates_those_who_see_them(study: Study, plate: PlateRun) -> None:
    make_plate(study, [], name="new")
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    page = client.get("/studies/OWN/").content.decode()
    assert "2 plates" in page
    assert "1 with values excluded from models" in page
    assert "1 awaits judgement" in page
    client.force_login(make_member(study, "coordinator"))
    assert "awaits judgement" not in client.get("/studies/OWN/").content.decode()
