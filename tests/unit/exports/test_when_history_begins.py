"""History can tell of a moment from when all of its tables, and the study, were there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder

from exports.selectors.known import SINCE, history_begins
from exports.services.moments import check_moment
from studies.models import Study
from studies.refusals import Refused
from tests.factories import StudyFactory

pytestmark = pytest.mark.django_db

INSTALLED = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _installed() -> None:
    """The tables were made on one day; other migrations, of before and after, say nothing."""
    Migration = MigrationRecorder.Migration
    app, name = SINCE
    Migration.objects.filter(app=app, name=name).update(applied=INSTALLED)
    Migration.objects.create(app=app, name="another", applied=INSTALLED - 9 * HOUR)
    Migration.objects.create(app="other", name=name, applied=INSTALLED - 9 * HOUR)


def created(moment: datetime) -> Study:
    study = StudyFactory(time_zone="UTC")
    Study.objects.filter(pk=study.pk).update(created_at=moment)
    study.refresh_from_db()
    return study


def test_it_begins_with_the_last_of_its_tables() -> None:
    assert history_begins() == INSTALLED


@pytest.mark.parametrize("made", [INSTALLED - 5 * HOUR, INSTALLED, INSTALLED + 5 * HOUR])
def test_a_moment_before_either_is_refused(made: datetime) -> None:
    study, begins = created(made), max(made, INSTALLED)
    check_moment(begins, study)
    with pytest.raises(Refused, match=f"begins at {begins.isoformat()}".replace("+", r"\+")):
        check_moment(begins - timedelta(microseconds=1), study)
