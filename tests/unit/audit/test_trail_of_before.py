"""History written before reasons were sentences stays readable, and is found by its words."""

import pghistory
import pytest

from audit.recording import record
from audit.selectors.trail import TrailFilter, trail_of
from studies.models import Study
from tests.factories import StudyFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_reason_that_was_kept_as_text() -> None:
    person = UserFactory()
    with pghistory.context(reason="import 追跡.csv; job 1", user=person.pk):
        study = StudyFactory()
    with record(by=person, reason="a better title"):
        Study.objects.filter(pk=study.pk).update(title="Better")

    def reasons(text: str) -> list[str]:
        return [event.reason for event in trail_of(study, TrailFilter(text=text), limit=9)]

    assert reasons("") == ["a better title", "import 追跡.csv; job 1"]
    assert reasons("追跡.CSV; JOB") == ["import 追跡.csv; job 1"]
    assert reasons("better") == ["a better title"]
    assert reasons("moon") == []
