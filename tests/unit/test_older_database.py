"""A database of a version whose migrations are no more is told in a sentence, and left as it is."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config.management.commands.prepare import BEFORE_0_2, refuse_older


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kept",
    [
        {("studies", "0001_initial")},
        {("studies", "0001_initial"), ("clinical", "0001_initial"), BEFORE_0_2},
    ],
)
def test_it_is_left_untouched(kept: set[tuple[str, str]]) -> None:
    recorder = MigrationRecorder(connection)
    recorder.migration_qs.all().delete()
    for migration in kept:
        recorder.record_applied(*migration)
    with pytest.raises(CommandError, match=r"before 0.2.*left untouched.*--data-dir"):
        call_command("prepare")
    assert set(recorder.applied_migrations()) == kept


@pytest.mark.parametrize(
    "applied",
    [
        set(),
        {("studies", "0001_initial"), ("clinical", "0001_initial")},
        {("clinical", "0001_initial")},
    ],
)
def test_a_new_one_and_one_of_this_version_are_taken(applied: set[tuple[str, str]]) -> None:
    refuse_older(applied)
