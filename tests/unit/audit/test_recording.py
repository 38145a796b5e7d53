"""History names the person and the reason, also where one act holds another."""

import pytest
from pghistory.models import Events

from audit.recording import record
from studies.models import Study
from tests.factories import StudyFactory, UserFactory

pytestmark = pytest.mark.django_db


def said(words: str) -> dict[str, object]:
    return {"code": "words", "with": {"text": words}}


def told(study: Study) -> dict[str, object]:
    event = Events.objects.tracks(study).order_by("-pgh_id").first()
    assert event is not None
    return event.pgh_context


def test_a_change_names_its_person_and_reason() -> None:
    person = UserFactory()
    with record(by=person, reason="a new title"):
        study = StudyFactory()
    assert told(study) == {"user": person.pk, "reasons": [said("a new title")]}


def test_the_person_of_the_outer_act_stays_and_reasons_stand_together() -> None:
    person = UserFactory()
    with record(by=person, reason="job 1"):
        study = StudyFactory()
        with record(by=None, reason="gate passed"):
            Study.objects.filter(pk=study.pk).update(title="Changed")
    assert told(study) == {"user": person.pk, "reasons": [said("job 1"), said("gate passed")]}


def test_nothing_is_kept_of_an_act_that_failed() -> None:
    study = StudyFactory()
    before = Events.objects.tracks(study).count()

    def half() -> None:
        with record(by=None, reason="half"):
            Study.objects.filter(pk=study.pk).update(title="Half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert Events.objects.tracks(study).count() == before
