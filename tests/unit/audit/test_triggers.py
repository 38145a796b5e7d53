"""What history costs: the same for each row, however many rows a transaction has."""

import time

import pytest
from django.db import connection, transaction
from pghistory.models import Events

from audit.recording import record
from audit.triggers import replace_trigger_functions
from studies.models import Study
from tests.factories import StudyFactory

pytestmark = pytest.mark.django_db


def test_no_function_of_ours_catches_exceptions_for_each_row() -> None:
    """A caught exception aborts a subtransaction, which walks all that is deferred: time by the square."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_language l ON l.oid = prolang"
            " WHERE pronamespace = 'public'::regnamespace AND l.lanname = 'plpgsql'"
            r" AND prosrc ~* '\yEXCEPTION\s+WHEN\y'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("setting", ["unset", "{}", "everything"])
def test_no_setting_of_a_session_switches_history_off(setting: str) -> None:
    study = StudyFactory()
    before = Events.objects.tracks(study).count()
    with connection.cursor() as cursor:
        if setting != "unset":
            cursor.execute(
                "SELECT set_config('pgtrigger.ignore', (SELECT array_agg(tgname)::text"
                " FROM pg_trigger WHERE tgrelid = 'studies_study'::regclass), true)"
                if setting == "everything"
                else "SELECT set_config('pgtrigger.ignore', '{}', true)"
            )
    Study.objects.filter(pk=study.pk).update(title="Changed")
    assert Events.objects.tracks(study).count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_write_without_an_act_around_it_is_in_history_without_a_person() -> None:
    with record(by=None, reason="first"):
        study = StudyFactory()
    # What the connection keeps of the settings after that transaction is '', which is no UUID.
    Study.objects.filter(pk=study.pk).update(title="By hand")
    newest = Events.objects.tracks(study).order_by("-pgh_id").first()
    assert newest is not None
    assert newest.pgh_context is None


def seconds_for(study: Study, rows: int) -> float:
    """One transaction that writes rows with a deferred foreign key and history."""
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(
            "INSERT INTO studies_site (study_id, code, name)"
            " SELECT %s, 'S' || n, 'Site ' || n FROM generate_series(1, %s) AS n",
            [study.pk, rows],
        )
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


@pytest.mark.django_db(transaction=True)
def test_ten_times_the_rows_of_a_transaction_take_about_ten_times_as_long() -> None:
    study = StudyFactory()
    few = min(seconds_for(study, 1_500) for _ in range(3))
    many = seconds_for(study, 15_000)
    assert many / few < 20, (few, many)


def test_replacing_is_safe_to_do_again() -> None:
    from django.apps import apps

    replace_trigger_functions(apps.get_app_config("audit"), using="default")
    test_no_function_of_ours_catches_exceptions_for_each_row()
