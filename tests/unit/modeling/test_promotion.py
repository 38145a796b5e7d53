"""Who comes into use, who leaves it, and who may say so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pghistory.models import Events

from modeling.models import ModelVersion
from modeling.selectors.models import champion_of
from modeling.services.promotion import decide_by_gate, promote_version, reject_version
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import StudyFactory, make_member
from tests.unit.modeling.versions import model_of, version_of

pytestmark = pytest.mark.django_db
Status = ModelVersion.Status


@pytest.fixture
def study() -> Study:
    return StudyFactory()


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ("first", "champion"),
        ("passed", "champion"),
        ("failed", "challenger"),
        ("not comparable", "challenger"),
    ],
)
def test_the_gate_promotes_who_was_first_or_passed(study: Study, verdict: str, status: str) -> None:
    version = version_of(model_of(study), verdict=verdict)
    decide_by_gate(version=version)
    version.refresh_from_db()
    assert version.status == status


@pytest.mark.parametrize("verdict", ["first", "passed"])
def test_where_a_signature_is_asked_for_the_gate_promotes_nobody(
    study: Study, verdict: str
) -> None:
    version = version_of(model_of(study, retrain={"promote": "signature"}), verdict=verdict)
    decide_by_gate(version=version)
    version.refresh_from_db()
    assert version.status == "challenger"


def test_a_new_champion_retires_the_old_one_of_the_same_model_only(study: Study) -> None:
    model, other = model_of(study), model_of(study, "other")
    old = version_of(model, 1, status=Status.CHAMPION)
    bystander = version_of(other, 2, status=Status.CHAMPION)
    rival = version_of(model, 3)
    new = version_of(model, 4)
    decide_by_gate(version=new)
    stand = dict(ModelVersion.objects.values_list("number", "status"))
    assert stand == {1: "retired", 2: "champion", 3: "challenger", 4: "champion"}
    assert champion_of(model) == new
    assert champion_of(other) == bystander
    assert old.model.versions.filter(status=Status.CHAMPION).get() == new
    assert rival.status == Status.CHALLENGER


def test_champions_of_models_made_before_stay_in_use(study: Study) -> None:
    elsewhere = version_of(model_of(StudyFactory()), 1, status=Status.CHAMPION)
    bystander = version_of(model_of(study, "a"), 2, status=Status.CHAMPION)
    model = model_of(study, "z")
    old, new = version_of(model, 3, status=Status.CHAMPION), version_of(model, 4)
    promote_version(version=new, by=None, reason="board of 1 May")
    stand = dict(ModelVersion.objects.values_list("pk", "status"))
    assert stand == {
        elsewhere.pk: "champion", bystander.pk: "champion", old.pk: "retired", new.pk: "champion",
    }  # fmt: skip


def test_who_decided_and_when_is_kept_of_both(study: Study) -> None:
    model = model_of(study)
    old, new = version_of(model, 1, status=Status.CHAMPION), version_of(model, 2)
    person = make_member(study, "investigator")
    before = timezone.now()
    told = promote_version(version=new, by=person, reason="board of 1 May")
    assert (told, told.status, told.decided_by) == (new, Status.CHAMPION, person)
    for version in (old, new):
        version.refresh_from_db()
        assert version.decided_by == person
        assert version.decided_at is not None
        assert before <= version.decided_at < before + timedelta(minutes=1)


def test_a_decision_holds_the_model_so_that_two_at_once_come_one_after_the_other(
    study: Study,
) -> None:
    version = version_of(model_of(study))
    with CaptureQueriesContext(connection) as counted:
        promote_version(version=version, by=None, reason="x")
    assert any("FOR NO KEY UPDATE" in query["sql"] for query in counted)


def test_a_version_that_somebody_has_decided_on_meanwhile_is_not_moved(study: Study) -> None:
    version = version_of(model_of(study))
    ModelVersion.objects.filter(pk=version.pk).update(status=Status.REJECTED)
    with pytest.raises(Refused, match="cannot become"):
        promote_version(version=version, by=None, reason="x")
    stale = version_of(model_of(study, "second"), 2)
    ModelVersion.objects.filter(pk=stale.pk).update(status=Status.CHAMPION)
    with pytest.raises(Refused, match="Somebody else has just decided"):
        reject_version(version=stale, by=None, reason="x")
    rejected = reject_version(version=version_of(model_of(study, "third"), 3), by=None, reason="x")
    assert rejected.status == Status.REJECTED
    assert ModelVersion.objects.get(pk=stale.pk).status == Status.CHAMPION


@pytest.mark.parametrize("decide", [promote_version, reject_version])
def test_only_investigators_of_the_study_decide_and_only_with_a_reason(
    study: Study, decide: Any
) -> None:
    version = version_of(model_of(study))
    for role in ("coordinator", "laboratory", "statistician", "monitor", "manager"):
        with pytest.raises(NotAllowed):
            decide(version=version, by=make_member(study, role), reason="x")
    with pytest.raises(NotAllowed):
        decide(version=version, by=make_member(StudyFactory(), "investigator"), reason="x")
    investigator = make_member(study, "investigator")
    for nothing in ("", "  \n"):
        with pytest.raises(Refused, match="Say why"):
            decide(version=version, by=investigator, reason=nothing)
    version.refresh_from_db()
    assert version.status == Status.CHALLENGER
    decide(version=version, by=investigator, reason="x")
    version.refresh_from_db()
    assert version.status in (Status.CHAMPION, Status.REJECTED)


def test_what_may_follow_what(study: Study) -> None:
    """challenger -> champion or rejected; champion -> retired; retired -> champion; rejected stays."""
    told = {
        (before, decide.__name__): _ends_as(study, number, before, decide)
        for number, (before, decide) in enumerate(
            [(b, d) for b in Status.values for d in (promote_version, reject_version)], start=1
        )
    }
    assert told == {
        ("challenger", "promote_version"): "champion",
        ("challenger", "reject_version"): "rejected",
        ("champion", "promote_version"): "refused",
        ("champion", "reject_version"): "refused",
        ("retired", "promote_version"): "champion",
        ("retired", "reject_version"): "refused",
        ("rejected", "promote_version"): "refused",
        ("rejected", "reject_version"): "refused",
    }


def _ends_as(study: Study, number: int, before: str, decide: Any) -> str:
    version = version_of(model_of(study, f"m{number}"), number, status=before)
    try:
        decide(version=version, by=None, reason="x")
    except Refused:
        return "refused"
    version.refresh_from_db()
    return str(version.status)


def test_the_reason_and_the_person_stand_in_the_trail(study: Study) -> None:
    person = make_member(study, "investigator")
    for number, decide in enumerate((promote_version, reject_version), start=1):
        version = version_of(model_of(study, f"m{number}"), number)
        decide(version=version, by=person, reason="board of 1 May")
        event = Events.objects.tracks(version).order_by("-pgh_id").first()
        assert event is not None
        assert event.pgh_context == {
            "user": person.pk,
            "reasons": [{"code": "words", "with": {"text": "board of 1 May"}}],
        }


def test_what_the_gate_decided_stands_in_the_trail_with_its_figures(study: Study) -> None:
    version = version_of(model_of(study))
    decide_by_gate(version=version)
    event = Events.objects.tracks(version).order_by("-pgh_id").first()
    assert event is not None
    assert event.pgh_context == {
        "reasons": [{"code": "modeling.by_gate", "with": {"why": "0.7 against 0.6"}}]
    }
