"""What becomes of the scores that a version gives: whose they are, what they replace, what they clear."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ciri import Explanation
from clinical.models import Patient
from clinical.services.patients import correct_enrolment
from jobs.models import Job
from jobs.work import Asked
from modeling.models import ModelVersion, Score, StaleMark
from modeling.services import scoring
from modeling.services.scoring import (
    RESCORE,
    Scored,
    request_rescoring,
    request_rescoring_again,
    request_study_rescoring,
    store_scores,
    strongest_contributions,
)
from studies.models import Study
from studies.refusals import NotAllowed
from tests.factories import StudyFactory, UserFactory, make_member, make_patient
from tests.unit.modeling.versions import model_of, score_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory()


@pytest.fixture
def people(study: Study) -> list[Patient]:
    return [make_patient(study, subject_id=name) for name in ("a", "b", "c")]


@pytest.fixture
def version(study: Study) -> ModelVersion:
    return version_of(model_of(study))


def told(*subjects: str, read_at: Any = None, **columns: Any) -> Scored:
    """What a version says of some subjects."""
    n = len(subjects)
    rows = {
        "subject": list(subjects),
        "mortality": [1.5 + k for k in range(n)],
        "percentile": [10.0 * k for k in range(n)],
        "group": ["good"] * n,
        "basis": ["prediction"] * n,
        "survival_6m": [0.9] * n, "survival_6m_low": [0.8] * n, "survival_6m_high": [0.95] * n,
        "survival_12m": [None] * n, "survival_12m_low": [None] * n, "survival_12m_high": [None] * n,
        "restricted_mean": [300.0] * n,
    }  # fmt: skip
    frame = pd.DataFrame(rows | columns)
    features = pd.DataFrame({"age": [60.0] * n, "IL6": [np.nan] * n})
    explanation = Explanation(np.array([[0.5, -0.25]] * n), np.array([1.25] * n), features)
    return Scored(read_at or timezone.now(), frame, explanation, (6, 12), [])


def store(version: ModelVersion, outcome: Scored) -> dict[str, Any]:
    return store_scores(Asked(payload={"version": version.pk}, by=None), outcome)


def test_each_figure_of_a_score_is_kept_under_its_own_name(
    version: ModelVersion, people: list[Patient]
) -> None:
    columns = {"group": ["poor", "good"], "basis": ["out-of-bag", "prediction"]}
    assert store(version, told("b", "a", **columns)) == {"scored": 2, "unscored": []}
    of_b, of_a = version.scores.get(patient=people[1]), version.scores.get(patient=people[0])
    assert (of_b.mortality, of_b.percentile, of_b.group, of_b.basis) == (
        1.5,
        0.0,
        "poor",
        "out-of-bag",
    )
    assert (of_a.mortality, of_a.percentile, of_a.group, of_a.basis) == (
        2.5,
        10.0,
        "good",
        "prediction",
    )
    assert of_b.survival == {"6m": 0.9, "12m": None}
    assert of_b.survival_interval == {"6m": [0.8, 0.95]}
    assert of_b.restricted_mean == 300.0
    assert of_b.explanation["base"] == 1.25
    assert of_b.explanation["contributions"] == [
        {"feature": "age", "value": 60.0, "contribution": 0.5},
        {"feature": "IL6", "value": None, "contribution": -0.25},
    ]


def test_new_scores_take_the_place_of_the_old_in_every_column(
    version: ModelVersion, people: list[Patient]
) -> None:
    store(version, told("a"))
    first = version.scores.get()
    new = told("a", mortality=[9.0], percentile=[99.0], group=["poor"], basis=["out-of-bag"],
               survival_6m=[0.1], survival_6m_low=[0.05], survival_6m_high=[0.2], restricted_mean=[20.0])  # fmt: skip
    new.explanation.base[:] = 7.0
    store(version, new)
    score = version.scores.get()
    assert score.pk == first.pk
    assert (score.mortality, score.percentile, score.group, score.basis) == (
        9.0,
        99.0,
        "poor",
        "out-of-bag",
    )
    assert (score.survival["6m"], score.survival_interval["6m"]) == (0.1, [0.05, 0.2])
    assert (score.restricted_mean, score.explanation["base"]) == (20.0, 7.0)
    assert score.scored_at > first.scored_at


def test_who_is_not_scored_any_longer_keeps_no_score_of_this_version_only(
    study: Study, version: ModelVersion, people: list[Patient]
) -> None:
    other = version_of(model_of(study, "other"), 2)
    for one in (version, other):
        score_of(one, people[2])
    outcome = told("a")
    store(version, Scored(outcome.read_at, outcome.scores, outcome.explanation, outcome.months, []))
    assert [s.patient for s in version.scores.all()] == [people[0]]
    assert [s.patient for s in other.scores.all()] == [people[2]]


def test_a_patient_of_another_study_with_the_same_id_gets_no_score(
    version: ModelVersion, people: list[Patient]
) -> None:
    namesake = make_patient(StudyFactory(), subject_id="a")
    make_patient(namesake.study, subject_id="z")
    assert store(version, told("a", "z"))["scored"] == 1
    assert [score.patient for score in Score.objects.all()] == [people[0]]


def test_blocks_of_any_size_write_the_same(
    version: ModelVersion, people: list[Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "BLOCK", 2)
    assert store(version, told("a", "b", "c"))["scored"] == 3
    kept = dict(version.scores.values_list("patient__subject_id", "mortality"))
    assert kept == {"a": 1.5, "b": 2.5, "c": 3.5}


def test_only_marks_of_this_versions_scores_from_before_the_reading_are_cleared(
    study: Study, version: ModelVersion, people: list[Patient]
) -> None:
    other = version_of(model_of(study, "other"), 2)
    read_at = timezone.now()
    before, after = read_at - timedelta(seconds=1), read_at + timedelta(seconds=1)
    cleared_long_ago = read_at - timedelta(days=3)
    marks = {
        "mine": StaleMark(reason="x", version=version, patient=people[0]),
        "mine, later": StaleMark(reason="x", version=version, patient=people[1]),
        "mine, cleared": StaleMark(
            reason="x", version=version, patient=people[2], cleared_at=cleared_long_ago
        ),
        "the version's": StaleMark(reason="x", version=version),
        "another version's": StaleMark(reason="x", version=other, patient=people[0]),
        "the dataset's": StaleMark(reason="x", dataset=version.dataset),
    }
    for name, mark in marks.items():
        mark.save()
        when = after if name == "mine, later" else before
        StaleMark.objects.filter(pk=mark.pk).update(since=when)
    store(version, told("a", "b", "c", read_at=read_at))
    cleared = {}
    for name, mark in marks.items():
        mark.refresh_from_db()
        cleared[name] = mark.cleared_at
    assert cleared.pop("mine") is not None
    assert cleared.pop("mine, cleared") == cleared_long_ago
    assert set(cleared.values()) == {None}


def test_a_mark_of_the_very_moment_of_reading_stays(
    version: ModelVersion, people: list[Patient]
) -> None:
    mark = StaleMark.objects.create(version=version, patient=people[0], reason="x")
    store(version, told("a", read_at=mark.since))
    mark.refresh_from_db()
    assert mark.cleared_at is None


def test_who_could_not_be_scored_is_told_and_at_most_a_thousand(version: ModelVersion) -> None:
    outcome = told()
    many = [{"subject": f"s{k}", "reason": "x"} for k in range(1001)]
    outcome = Scored(outcome.read_at, outcome.scores, outcome.explanation, outcome.months, many)
    assert store(version, outcome) == {"scored": 0, "unscored": many[:1000]}


def test_writing_holds_the_version(version: ModelVersion) -> None:
    with CaptureQueriesContext(connection) as counted:
        store(version, told())
    assert any("FOR NO KEY UPDATE" in query["sql"] for query in counted)


# Why a score is what it is


def explained(*contributions: float) -> Explanation:
    names = [f"f{k}" for k in range(len(contributions))]
    features = pd.DataFrame([range(len(contributions))], columns=names, dtype=float)
    return Explanation(np.array([contributions]), np.array([3.0]), features)


def test_the_strongest_come_first_whatever_their_sign_and_equal_ones_as_the_forest_has_them() -> (
    None
):
    (why,) = strongest_contributions(explained(0.1, -0.5, 0.0, 0.3, -0.1), slice(0, 1))
    assert [step["feature"] for step in why["contributions"]] == ["f1", "f3", "f0", "f4"]
    assert [step["value"] for step in why["contributions"]] == [1.0, 3.0, 0.0, 4.0]
    assert (why["base"], why["others"], why["rest"]) == (3.0, 0, 0.0)


def test_what_is_beyond_twelve_is_counted_and_summed() -> None:
    steps = [float(k) for k in range(1, 15)]
    (why,) = strongest_contributions(explained(*steps), slice(0, 1))
    assert [step["contribution"] for step in why["contributions"]] == steps[::-1][:12]
    assert (why["others"], why["rest"]) == (2, 3.0)


def test_figures_are_kept_with_four_decimals() -> None:
    (why,) = strongest_contributions(explained(0.123456), slice(0, 1))
    assert why["contributions"][0]["contribution"] == 0.1235


# Asking


def test_asking_for_a_versions_scores_twice_is_asking_once(study: Study) -> None:
    person = UserFactory()
    first, second = version_of(model_of(study), 1), version_of(model_of(study), 2)
    job = request_rescoring(version=first, by=person)
    assert request_rescoring(version=first, by=person) == job
    assert request_rescoring(version=second, by=person) != job
    assert (job.kind, job.payload, job.requested_by) == (RESCORE, {"version": first.pk}, person)


def test_a_study_is_scored_anew_by_its_versions_in_use_and_only_statisticians_may_ask(
    study: Study,
) -> None:
    in_use = version_of(model_of(study, "a"), 1, status="champion")
    version_of(model_of(study, "b"), 2, status="retired")
    version_of(model_of(StudyFactory(), "c"), 3, status="champion")
    for role in ("coordinator", "laboratory", "investigator", "monitor", "manager"):
        with pytest.raises(NotAllowed):
            request_study_rescoring(study=study, by=make_member(study, role))
    person = make_member(study, "statistician")
    jobs = request_study_rescoring(study=study, by=person)
    assert [(job.payload, job.requested_by) for job in jobs] == [({"version": in_use.pk}, person)]
    assert Job.objects.count() == 1


def test_a_version_out_of_use_whose_scores_are_written_already_is_not_scored_again(
    version: ModelVersion, study: Study
) -> None:
    job = request_rescoring(version=version, by=None)
    for state in ("running", "succeeded", "failed"):
        lease = timezone.now() if state == "running" else None
        Job.objects.filter(pk=job.pk).update(state=state, lease_until=lease, asked_again=False)
        request_rescoring_again(study=study, by=None)
        assert Job.objects.filter(kind=RESCORE, state="queued").count() == 0
        job.refresh_from_db()
        assert job.asked_again is (state == "running")


def test_who_has_no_outcome_yet_is_scored_too_and_later_marks_are_told_from_earlier_ones(
    version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is taken before anything is read: a mark made while reading is not cleared."""
    reads: list[tuple[Any, dict[str, Any]]] = []

    def study_table(study: Study, specification: Any, **how: Any) -> str:
        reads.append((timezone.now(), how))
        return "table"

    trained = SimpleNamespace(
        score=lambda table, **how: pd.DataFrame(),
        explain=lambda table, **how: None,
        unscored=lambda table: [],
    )
    monkeypatch.setattr(scoring, "study_table", study_table)
    monkeypatch.setattr(scoring, "TrainedModel", SimpleNamespace(from_bytes=lambda _: trained))
    asked = Asked(payload={"version": version.pk}, by=None)
    found = scoring.compute_scores(asked, lambda percent, text: None)
    ((read, how),) = reads
    assert found.read_at < read
    assert how == {"as_of": version.model.study.today(), "require_outcome": False}


def test_an_id_that_went_to_another_patient_meanwhile_brings_nobody_the_score_of_another(
    version: ModelVersion, study: Study
) -> None:
    one = make_patient(study, subject_id="X1")
    outcome = told("X1")
    correct_enrolment(patient=one, by=None, reason="a slip", subject_id="X2")
    make_patient(study, subject_id="X1")
    assert store(version, outcome)["scored"] == 0
    assert not version.scores.exists()
