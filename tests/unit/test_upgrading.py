"""Migrations that landed are never edited."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# SHA-256 of each migration that landed, first sixteen digits: add a line when one lands, never change one. Those of
# before 0.2 were made anew, once: config.management.commands.prepare tells a database of theirs.
LANDED = {
    "accounts/0001_initial": "b795a8ad59775f99",
    "assays/0001_initial": "3797eb5cfd7f43e2",
    "assays/0002_specimens_of_visits": "98dd7fa8f962935f",
    "clinical/0001_initial": "1cddd3aa014fead4",
    "clinical/0002_outcome_from_forms_and_voiding": "12393d7cd7487aaf",
    "exports/0001_initial": "74beececd4b83812",
    "exports/0002_datasets_of_visits": "34d41fa2f68a944b",
    "imports/0001_initial": "027a580e934c914b",
    "jobs/0001_initial": "6974e4c1c3d2538e",
    "modeling/0001_initial": "c942ae124519b32b",
    "studies/0001_initial": "297aa23201e10f50",
}


@pytest.mark.parametrize("migration", LANDED)
def test_a_landed_migration_is_never_edited(migration: str) -> None:
    app, name = migration.split("/")
    content = (ROOT / app / "migrations" / f"{name}.py").read_bytes()
    assert hashlib.sha256(content).hexdigest()[:16] == LANDED[migration]
