"""The database of each release, brought to the newest: everything is still there, trains, scores and is exported."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from tests.upgrade.make_dump import DUMPS, ROOT

RELEASES = sorted(DUMPS.glob("*.sql.gz"))


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own, with what a release's dump holds: its address."""
    dump: Path = request.param
    ours = os.environ["DATABASE_URL"]
    name = f"upgrade_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    server = psycopg2.connect(ours)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
        address = make_dsn(ours, dbname=name)
        _load(address, gzip.decompress(dump.read_bytes()).decode())
        yield address
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    server.close()


def _load(address: str, dumped: str) -> None:
    """Run a dump's statements; lines that only psql knows begin with a backslash."""
    statements = "\n".join(line for line in dumped.splitlines() if not line.startswith("\\"))
    connection = psycopg2.connect(address)
    with connection, connection.cursor() as cursor:
        cursor.execute(statements)
    connection.close()


def run(address: str, *arguments: str) -> str:
    environment = {**os.environ, "DATABASE_URL": address, "YOGO_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_there_is_a_dump_of_each_release() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = [line.split()[1] for line in changes.splitlines() if line.startswith("## ")]
    kept = {path.name.removesuffix(".sql.gz") for path in RELEASES}
    assert kept == {one for one in released if one != "0.1.0"}  # before the migrations of today


@pytest.mark.parametrize("database", RELEASES, indirect=True, ids=[path.name for path in RELEASES])
def test_the_database_of_a_release_is_brought_to_the_newest(database: str) -> None:
    run(database, "manage.py", "migrate", "--verbosity=0")
    assert run(database, "manage.py", "makemigrations", "--check", "--dry-run")
    program = "from tests.upgrade.after import main; main()"
    told = json.loads(run(database, "manage.py", "shell", "--verbosity=0", "-c", program).splitlines()[-1])  # fmt: skip
    assert told["empty"] == []
    assert (told["dataset_is_read"], told["features"]) == (True, True)
    assert told["scored"] > 80
    assert told["scores_are_the_same"]
    assert told["versions"] == [1, 2]
    assert told["trained"] == 60
    assert (told["exported"], told["score_columns"]) == (90, 1)
    assert told["answers"] > 90
    assert told["forms_of_a_patient"] >= 4
    assert told["from_forms"] == 1
    assert told["without_index_date"] == 1
