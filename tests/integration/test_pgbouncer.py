"""Through a pool of transactions: PgBouncer with its defaults, one connection to the server for everybody."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection, transaction
from pghistory.models import Events
from psycopg2.extensions import make_dsn

from audit.recording import record
from clinical.models import Patient
from config.environment import django_database
from config.management.commands.prepare import switch_compiling_off
from jobs.models import Job
from jobs.services import enqueue, run
from jobs.work import KINDS, Work
from runtime.paths import Places
from runtime.postgres import server_user
from runtime.processes import die_with_parent
from studies.models import Study
from studies.services.locking import lock_study
from tests.at_once import Other
from tests.factories import StudyFactory, UserFactory

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin:/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed (Debian: pgbouncer)."),
]
INI = """
[databases]
* = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
logfile = {folder}/pgbouncer.log
"""


@pytest.fixture
def pooled(places: Places) -> Iterator[str]:
    """PgBouncer in front of the test database, and every connection of this test goes through it."""
    direct = connection.get_connection_params()
    connection.close()
    folder = places.data / "pool"
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = probe.getsockname()[1]
    server = {"host": direct["host"], "port": direct.get("port", 5432)}
    who = {"user": direct["user"], "password": direct["password"]}
    (folder / "pgbouncer.ini").write_text(INI.format(**server, **who, listen=listen, folder=folder))
    user = server_user(Path(str(direct["host"])))
    if user:
        for path in (folder, folder / "pgbouncer.ini"):
            os.chown(path, user.uid, user.gid)
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    parent_pid = os.getpid()
    process = subprocess.Popen(
        [str(PGBOUNCER), "--quiet", str(folder / "pgbouncer.ini")],
        preexec_fn=lambda: die_with_parent(parent=parent_pid),
        **as_user,
    )
    url = make_dsn(dbname=direct["dbname"], host="127.0.0.1", port=listen, **who)
    settings = django_database(url)
    kept = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "OPTIONS")}
    try:
        _await(url)
        connection.settings_dict.update({name: settings[name] for name in kept})
        yield url
    finally:
        connection.close()
        connection.settings_dict.update(kept)
        process.terminate()
        process.wait(10)


def _await(url: str) -> None:
    for _ in range(100):
        try:
            psycopg2.connect(url).close()
            return
        except psycopg2.OperationalError:
            time.sleep(0.1)
    pytest.fail("PgBouncer does not answer.")


def test_the_application_starts_writes_its_history_and_does_its_jobs(
    pooled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = UserFactory()
    with record(by=person, reason="through a pool"):
        study = StudyFactory()
        lock_study(study)

    def unrelated() -> None:
        """Another client, on the same connection to the server."""
        Study.objects.filter(pk=study.pk).update(title="By nobody")

    assert Other(unrelated).ended() is None
    contexts = [event.pgh_context for event in Events.objects.tracks(study).order_by("pgh_id")]
    assert contexts == [
        {"user": person.pk, "reasons": [{"code": "words", "with": {"text": "through a pool"}}]},
        None,
    ]

    work = Work(lambda asked, progress: progress(50, "half"), lambda asked, outcome: {"done": 1})
    monkeypatch.setitem(KINDS, "test.pooled", work)
    job = enqueue("test.pooled", key="pooled", payload={}, by=person)
    run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (Job.State.SUCCEEDED, {"done": 1})


def test_what_is_set_within_a_transaction_does_not_reach_the_next_client(pooled: str) -> None:
    study = StudyFactory()
    with transaction.atomic():
        lock_study(study)

    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    assert Other(setting).ended() == "0"
    assert setting() == "0"


def test_no_cursor_outlives_its_transaction(pooled: str) -> None:
    rows = Patient.objects.all().iterator(chunk_size=1)
    assert list(rows) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone()[0] == 0


def test_queries_are_not_compiled_whoever_asks(pooled: str) -> None:
    switch_compiling_off()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting"
            " JOIN pg_database d ON d.oid = setdatabase WHERE datname = current_database()"
        )
        assert [row[0] for row in cursor.fetchall()] == ["jit=off"]
