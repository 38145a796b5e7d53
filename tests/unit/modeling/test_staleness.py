"""From a well that is excluded to the dataset, the version and the score that were made from it."""

import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assays.models import Analyte, Measurement, PlateRun, Specimen, Well
from assays.services.judging import judge_plate
from assays.services.policies import set_policy
from assays.services.quality import exclude, lift
from ciri import FrozenTable, parse_specification
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from jobs.models import Job
from jobs.services import claim
from jobs.work import Asked
from modeling.models import ModelVersion, StaleMark
from modeling.selectors.inputs import study_table
from modeling.selectors.models import champion_of
from modeling.services.datasets import freeze
from modeling.services.models import define_model
from modeling.services.scoring import RESCORE, compute_scores, request_rescoring, store_scores
from modeling.services.training import request_training
from studies.models import Study
from tests.factories import make_member
from tests.jobs import do_all_jobs
from tests.unit.assays.plates import SYMBOLS, make_plate
from tests.unit.modeling.conftest import CLINICAL, study_with_a_signal, trained_version

pytestmark = pytest.mark.django_db
BODY = {**CLINICAL, "analytes": {"candidates": list(SYMBOLS), "keep": 3}}


def measured(study: Study) -> PlateRun:
    """Three patients on a plate with wells, all the others in a delivered table."""
    first, others = list(study.patients.order_by("pk")[:3]), study.patients.order_by("pk")[3:]
    plate = make_plate(study, first)
    judge_plate(plate_run=plate, by=None)
    table = PlateRun.objects.create(study=study, panel=plate.panel, name="table")
    ensure_published(study)
    specimens = Specimen.objects.bulk_create(
        Specimen(
            study=study, patient=p, label=f"{p.subject_id}-pre", timepoint="pre", material="plasma"
        )
        for p in others
    )
    rng = np.random.default_rng(3)
    analytes = Analyte.objects.filter(symbol__in=SYMBOLS)
    Measurement.objects.bulk_create(
        Measurement(
            specimen=specimen, analyte=analyte, plate_run=table, value=value, value_text=str(value),
            unit="pg/mL", flag="in_range",
        )
        for specimen in specimens
        for analyte, value in zip(analytes, rng.lognormal(2, 1, 3).tolist(), strict=True)
    )  # fmt: skip
    return plate


@pytest.fixture(scope="module")
def trained(made_once: None) -> int:
    study = study_with_a_signal()
    measured(study)
    model = define_model(study=study, name="with_analytes", body=BODY, by=None).model
    # A thread has a connection of its own, which does not see what this file's transaction holds.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOGO_THREADS", "1")
        return trained_version(model).pk


@pytest.fixture(autouse=True)
def _in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOGO_THREADS", "1")


@pytest.fixture
def plate(champion: ModelVersion) -> PlateRun:
    return champion.model.study.plate_runs.exclude(name="table").get()


def wells_of(plate: PlateRun, patient: Patient) -> list[Well]:
    return list(plate.wells.filter(specimen__patient=patient))


def test_excluding_a_well_names_and_marks_what_was_made_from_it(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    lab = make_member(study, "laboratory")
    patient = study.patients.order_by("pk")[0]
    well = wells_of(plate, patient)[0]
    _exclusions, told = exclude(plate_run=plate, wells=[well], analyte=None, reason="clot", by=lab)
    assert {one.kind for one in told} == {"dataset", "version", "score"}
    assert [one.text for one in told if one.kind == "version"] == ["with_analytes v1"]
    assert [one.text for one in told if one.kind == "score"] == [
        f"{patient.subject_id} by with_analytes v1"
    ]
    of_score = StaleMark.objects.get(patient=patient)
    assert (of_score.version, of_score.by, of_score.plate_run) == (champion, lab, plate)
    assert "clot" in of_score.reason
    assert StaleMark.objects.filter(dataset=champion.dataset).count() == 1

    client = Client()
    client.force_login(lab)
    page = client.get(f"/studies/{study.code}/plates/{plate.pk}/").content.decode()
    assert "What went stale" in page
    with CaptureQueriesContext(connection) as counted:
        client.get(f"/studies/{study.code}/plates/{plate.pk}/")
    assert len(counted) < 20
    assert f"score of {patient.subject_id} by with_analytes v1" in page
    client.force_login(make_member(study, "statistician"))
    overview = " ".join(client.get(f"/studies/{study.code}/").content.decode().split())
    assert "train again" in overview
    assert "Made from values that have changed since: 1 version in use · 1 score" in overview
    address = reverse("modeling:version", args=[study.code, "with_analytes", 1])
    shown = client.get(address).content.decode()
    assert "Stale since" in shown
    shown = client.get(f"/studies/{study.code}/patients/{patient.subject_id}/").content.decode()
    assert "is stale since" in shown


def test_new_scores_are_asked_for_and_clear_the_marks_of_scores_only(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    patient = study.patients.order_by("pk")[0]
    exclude(plate_run=plate, wells=wells_of(plate, patient), analyte=None, reason="clot", by=None)
    do_all_jobs()
    assert StaleMark.objects.get(patient=patient).cleared_at
    assert StaleMark.objects.filter(patient=None, cleared_at=None).count() == 2


def test_the_next_dataset_does_not_hold_what_is_excluded_and_holds_it_again_when_restored(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    specification = parse_specification(champion.specification.body)

    def content() -> bytes:
        return bytes(freeze(study, specification, as_of=study.today()).content)

    patient = study.patients.order_by("pk")[0]
    line = f'["{patient.subject_id}","IL6",'.encode()
    assert content().count(line) == 2
    exclusions, _ = exclude(
        plate_run=plate, wells=wells_of(plate, patient)[:1], analyte=None, reason="clot", by=None
    )
    assert content().count(line) == 1
    lift(exclusion=exclusions[0], reason="no clot", by=None)
    assert content() == bytes(champion.dataset.content)


@pytest.mark.parametrize(("rule", "value"), [("first", 10.0), ("last", 30.0)])
def test_the_policy_says_which_repeat_counts(
    study: Study, plate: PlateRun, champion: ModelVersion, rule: str, value: float
) -> None:
    patient = study.patients.order_by("pk")[0]
    last = Measurement.objects.filter(
        well__in=wells_of(plate, patient), analyte__symbol="IL6"
    ).last()
    Measurement.objects.filter(pk=last.pk).update(value=30.0)
    lab = make_member(study, "laboratory")
    set_policy(study=study, panel=plate.panel, values={"repeats": rule}, reason="SOP 7", by=lab)
    do_all_jobs()
    table = study_table_of(study, champion)
    rows = table.measurements.query("subject == @patient.subject_id and analyte == 'IL6'")
    assert rows["value"].tolist() == [value]


def test_a_plate_that_nothing_was_made_from_makes_nothing_stale(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    blank = plate.wells.get(sample_type="blank")
    _exclusions, told = exclude(
        plate_run=plate, wells=[blank], analyte=None, reason="leak", by=None
    )
    assert told == []
    assert not StaleMark.objects.exists()


def test_a_policy_that_takes_our_own_curve_changes_all_values_at_once_and_back(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    """The standards of five levels lie on FI = 10 x concentration; a well's fluorescence of 100 is 10."""
    lab = make_member(study, "laboratory")
    Measurement.objects.filter(plate_run=plate, well__sample_type="standard").delete()
    fifth = Well.objects.create(plate_run=plate, position="E1", sample_type="standard", sample="S5")
    standards = [*plate.wells.filter(sample_type="standard").exclude(pk=fifth.pk), fifth]
    Measurement.objects.bulk_create(
        Measurement(
            well=well, analyte=analyte, plate_run=plate, value=level, value_text=str(level),
            mfi=10 * level, unit="pg/mL", flag="in_range", expected=level,
        )
        for well, level in zip(standards, (1000.0, 250.0, 62.5, 15.625, 4.0), strict=True)
        for analyte in Analyte.objects.filter(symbol__in=SYMBOLS)
    )  # fmt: skip
    before = study_table_of(study, champion)
    values = {"concentration": "refit"}
    job = set_policy(study=study, panel=plate.panel, values=values, reason="SOP 8", by=lab)
    assert job is not None
    same = set_policy(study=study, panel=plate.panel, values=values, reason="SOP 8", by=lab)
    assert same is None
    # until the job is done, everything is read as it was
    assert study_table_of(study, champion).to_bytes() == before.to_bytes()
    do_all_jobs()
    of_plate = {p.subject_id for p in study.patients.order_by("pk")[:3]}
    after = study_table_of(study, champion).measurements
    mine = after["subject"].isin(of_plate)
    assert after[mine]["value"].to_numpy() == pytest.approx(np.full(mine.sum(), 10.0), rel=0.02)
    assert set(after[mine]["flag"]) == {"in_range"}
    unchanged = before.measurements[~before.measurements["subject"].isin(of_plate)]
    assert after[~mine]["value"].tolist() == unchanged["value"].tolist()
    marked = StaleMark.objects.filter(patient__isnull=False).values_list("patient__subject_id")
    assert {name for (name,) in marked} == of_plate
    assert StaleMark.objects.filter(version=champion, patient=None).exists()
    raw = Measurement.objects.filter(plate_run=plate, well__sample_type="sample")
    assert set(raw.values_list("value", flat=True)) != {10.0}

    set_policy(
        study=study, panel=plate.panel, values={"concentration": "vendor"}, reason="back", by=lab
    )
    do_all_jobs()
    assert study_table_of(study, champion).to_bytes() == before.to_bytes()


def test_an_analyte_without_a_curve_of_ours_is_excluded_where_the_policy_asks_for_it(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    lab = make_member(study, "laboratory")
    set_policy(
        study=study, panel=plate.panel, values={"concentration": "refit"}, reason="x", by=lab
    )
    do_all_jobs()
    exclusions = plate.exclusions.filter(rule="curve", lifted_at=None)
    assert sorted(exclusion.analyte.symbol for exclusion in exclusions) == sorted(SYMBOLS)
    assert "fewer than 5" in exclusions[0].reason
    of_plate = {p.subject_id for p in study.patients.order_by("pk")[:3]}
    assert not study_table_of(study, champion).measurements["subject"].isin(of_plate).any()


def study_table_of(study: Study, version: ModelVersion) -> FrozenTable:
    return study_table(
        study,
        parse_specification(version.specification.body),
        as_of=study.today(),
        require_outcome=False,
    )


def test_a_version_that_was_trained_while_a_value_was_excluded_is_stale_from_the_first_minute(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    one, two = study.patients.order_by("pk")[:2]
    exclude(plate_run=plate, wells=wells_of(plate, one)[:1], analyte=None, reason="a", by=None)
    run = request_training(model=champion.model, by=None)
    exclude(plate_run=plate, wells=wells_of(plate, two)[:1], analyte=None, reason="b", by=None)
    do_all_jobs()
    run.refresh_from_db()
    assert run.version not in (None, champion)
    marks = StaleMark.objects.filter(version=run.version, patient=None)
    assert [str(mark.reason).endswith("excluded: b") for mark in marks] == [True]


def test_what_was_decided_while_scores_were_computed_is_not_forgotten(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    one = study.patients.order_by("pk")[0]
    exclude(plate_run=plate, wells=wells_of(plate, one)[:1], analyte=None, reason="a", by=None)
    run = request_training(model=champion.model, by=None)
    do_all_jobs()
    run.refresh_from_db()
    in_use = champion_of(champion.model)
    other = run.version if in_use == champion else champion
    asked = Asked({"version": other.pk}, None)
    outcome = compute_scores(asked, lambda percent, text: None)
    exclude(plate_run=plate, wells=wells_of(plate, one), analyte=None, reason="b", by=None)
    store_scores(asked, outcome)
    mark = StaleMark.objects.get(version=other, patient=one, cleared_at=None)
    assert str(mark.reason).endswith("excluded: b")


def test_a_version_that_is_being_scored_is_scored_again(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    """It may have read the old values already, and where it has no scores yet there is nothing to mark."""
    ModelVersion.objects.filter(pk=champion.pk).update(status="retired")
    champion.scores.all().delete()
    request_rescoring(version=champion, by=None)
    job = claim(Job.objects.get(kind=RESCORE, state=Job.State.QUEUED).pk)
    one = study.patients.order_by("pk")[0]
    exclude(plate_run=plate, wells=wells_of(plate, one), analyte=None, reason="a", by=None)
    job.refresh_from_db()
    assert job.asked_again


def test_a_dataset_frozen_while_a_value_was_excluded_is_not_stale_when_it_is_restored(
    study: Study, plate: PlateRun, champion: ModelVersion
) -> None:
    one = study.patients.order_by("pk")[0]
    specification = parse_specification(champion.specification.body)
    exclusions, _ = exclude(
        plate_run=plate, wells=wells_of(plate, one), analyte=None, reason="a", by=None
    )
    without = freeze(study, specification, as_of=study.today())
    for exclusion in exclusions:
        lift(exclusion=exclusion, reason="no clot", by=None)
    assert not StaleMark.objects.filter(dataset=without).exists()
