"""A database of what landed first comes up to what the models say, with all that it holds.

Its tables are made in a database of its own, as they stood before a migration, without foreign keys: what
is asked is what becomes of each column.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[2]
ALIAS = "landed"
SINCE = datetime(2026, 11, 27, tzinfo=UTC)

PREVIEW = {"counts": {"new": 3}, "problems": ["Row 4 has no date."]}
MODELS = [
    "jobs.Job",
    *("imports.ImportBatch", "imports.ImportBatchEvent"),
    *("assays.Exclusion", "assays.ExclusionEvent", "assays.PlateRun", "assays.PlateRunEvent"),
    *("modeling.StaleMark", "modeling.StaleMarkEvent"),
    *("modeling.ModelVersion", "modeling.ModelVersionEvent"),
]
TEXTS_TO_SENTENCES = [
    *(("assays", "0002_sentences"), ("imports", "0002_sentences"), ("jobs", "0002_sentences")),
    ("modeling", "0003_sentences"),
]

# SHA-256 of each migration that landed, first sixteen digits: add a line when one lands, never change one.
LANDED = {
    "accounts/0001_initial": "131b0acbb990ef3b",
    "assays/0001_initial": "16331c997f267563",
    "assays/0002_sentences": "4fa4ec9b63d33b3f",
    "clinical/0001_initial": "4dd41d8930dae783",
    "clinical/0002_dates_that_cannot_be": "00232bb00410f6df",
    "exports/0001_initial": "dc39c120e7e7d32b",
    "imports/0001_initial": "2b56ead4d1db43f6",
    "imports/0002_sentences": "698b342e9466ff06",
    "jobs/0001_initial": "913ab9bbb9cc8f2a",
    "jobs/0002_sentences": "e79cbafb532e9486",
    "modeling/0001_initial": "929851f0fea5b326",
    "modeling/0002_what_was_frozen_stays": "579f2b917e953314",
    "modeling/0003_sentences": "520ae89bdf9efb23",
    "studies/0001_initial": "39098c679384238c",
}


@pytest.mark.parametrize("migration", LANDED)
def test_a_landed_migration_is_never_edited(migration: str) -> None:
    app, name = migration.split("/")
    content = (ROOT / app / "migrations" / f"{name}.py").read_bytes()
    assert hashlib.sha256(content).hexdigest()[:16] == LANDED[migration]


@pytest.fixture
def landed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[BaseDatabaseWrapper]:
    """An empty database of its own."""
    with django_db_blocker.unblock():
        default = connections["default"]
        name = f"{default.settings_dict['NAME']}_landed"
        with default.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        connections.databases[ALIAS] = connections.databases["default"] | {"NAME": name}
        try:
            yield connections[ALIAS]
        finally:
            connections[ALIAS].close()
            del connections.databases[ALIAS], connections[ALIAS]
            with default.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def test_texts_become_sentences(landed: BaseDatabaseWrapper) -> None:
    loader = MigrationLoader(None)
    state = loader.project_state(TEXTS_TO_SENTENCES, at_end=False)
    with landed.schema_editor() as editor:
        for name in MODELS:
            editor.create_model(state.apps.get_model(name))
        editor.deferred_sql.clear()  # foreign keys, to tables that are not there
        for name in MODELS:
            table = state.apps.get_model(name)._meta.db_table
            editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    _fill(state.apps)
    for migration in TEXTS_TO_SENTENCES:
        with landed.schema_editor() as editor:
            state = loader.get_migration(*migration).apply(state, editor)
    _check(state.apps)


def _put(apps: Any, name: str, **given: Any) -> None:
    """A row of a model as it was; what is not given and must be there is anything of its type."""
    model = apps.get_model(name)
    needed = {
        field.attname: _anything(field)
        for field in model._meta.concrete_fields
        if not (field.null or field.has_default() or isinstance(field, models.AutoField))
        and field.attname not in given
    }
    model.objects.using(ALIAS).create(**needed | given)


def _anything(field: models.Field) -> Any:
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateTimeField):
        return SINCE
    if isinstance(field, models.CharField | models.TextField):
        return "x"
    return {} if isinstance(field, models.JSONField) else 1


def _fill(apps: Any) -> None:
    for said in ("Waiting for a worker.", ""):
        _put(apps, "jobs.Job", kind="k", key=f"a{said}", message=said, error=said, result=PREVIEW)
    for name in ("imports.ImportBatch", "imports.ImportBatchEvent"):
        _put(apps, name, message="Cannot be loaded: 'day' is missing.", id=1)
        _put(apps, name, message="", id=2)
    apps.get_model("imports.ImportBatch").objects.using(ALIAS).update(preview=PREVIEW)
    for name in ("assays.Exclusion", "assays.ExclusionEvent"):
        _put(apps, name, reason="edge of the plate", lift_reason="", id=1, analyte_id=1)
        lifted = {"lift_reason": "it was not", "lifted_at": SINCE}
        _put(apps, name, reason='said "twice"\n予後', id=2, analyte_id=2, **lifted)
    for name in ("modeling.StaleMark", "modeling.StaleMarkEvent"):
        _put(apps, name, reason="A value was excluded.", dataset_id=1, id=1)


def _check(apps: Any) -> None:
    def rows(name: str, *columns: str) -> list[tuple[str, ...]]:
        found = apps.get_model(name).objects.using(ALIAS).order_by("id").values_list(*columns)
        return [tuple(str(value) for value in row) for row in found]

    said = ("Waiting for a worker.",) * 2
    assert rows("jobs.Job", "message", "error", "traceback") == [(*said, ""), ("", "", "")]
    for name in ("imports.ImportBatch", "imports.ImportBatchEvent"):
        assert rows(name, "message") == [("Cannot be loaded: 'day' is missing.",), ("",)]
    for name in ("assays.Exclusion", "assays.ExclusionEvent"):
        reasons = [("edge of the plate", ""), ('said "twice"\n予後', "it was not")]
        assert rows(name, "reason", "lift_reason") == reasons
    for name in ("modeling.StaleMark", "modeling.StaleMarkEvent"):
        assert rows(name, "reason") == [("A value was excluded.",)]
    batches = apps.get_model("imports.ImportBatch").objects.using(ALIAS)
    assert list(batches.values_list("preview", flat=True)) == [PREVIEW] * 2
