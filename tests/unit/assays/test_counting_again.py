"""The database counts its measurements when many have come, so that nobody waits for a plan made for an empty table."""

import pytest
from django.db import connection

from assays.models import Measurement
from assays.services import copying
from tests.factories import StudyFactory, make_patient
from tests.unit.assays.plates import make_plate

pytestmark = pytest.mark.django_db


def held() -> float:
    """How many measurements the database holds to be there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'assays_measurement'")
        return float(cursor.fetchone()[0])


@pytest.mark.parametrize(("rows", "counted"), [(copying.MANY, True), (copying.MANY - 1, False)])
def test_many_are_counted(rows: int, counted: bool) -> None:
    study = StudyFactory()
    make_plate(study, [make_patient(study)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assays_measurement")
        before = held()
        make_plate(study, [make_patient(study)], name="another")
        copying.count_again(rows)
    there = Measurement.objects.count()
    assert before < there
    assert held() == (there if counted else before)
