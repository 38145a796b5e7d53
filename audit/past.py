"""The database as it was known at a moment, made again from the history that its triggers wrote.

Within `as_known_at`, temporary tables stand in front of the real ones under the same names, so that whatever
query is asked (the ORM's, or SQL by hand) reads the rows of that moment. Nothing that reads has to know.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models

from audit.tracking import event_of

LONGEST_ACT = "1 day"


@dataclass(frozen=True)
class Past:
    """A tracked table, and which of its history is wanted: SQL on the columns of the history's table, in
    which %(scope)s may stand, and the tables named before this one."""

    model: type[models.Model]
    where: str = "TRUE"

    @property
    def history(self) -> str:
        """The table of its history."""
        return str(event_of(self.model)._meta.db_table)


@contextmanager
def as_known_at(moment: datetime, tables: Sequence[Past], *, scope: int) -> Iterator[None]:
    """Read the tables as they were at a moment. In the caller's transaction, which must be there."""
    names = [past.model._meta.db_table for past in tables]
    with connection.cursor() as cursor:
        for past in tables:
            _rebuild(cursor, past, {"moment": moment, "scope": scope})
    yield
    with connection.cursor() as cursor:  # after an error the caller's transaction takes them away
        cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{_quote(name)}' for name in names)}")


def _rebuild(cursor: Any, past: Past, told: dict[str, Any]) -> None:
    """A temporary table in front of a real one, with the newest state of each row by then."""
    table, history = _quote(past.model._meta.db_table), _quote(past.history)
    written = [f for f in past.model._meta.concrete_fields if not f.generated]
    kept = {field.column for field in event_of(past.model)._meta.concrete_fields}
    columns = ", ".join(_quote(f.column) for f in written if f.column in kept)
    cursor.execute(
        f"CREATE TEMPORARY TABLE {table} (LIKE {table} INCLUDING GENERATED INCLUDING INDEXES)"
        " ON COMMIT DROP"
    )
    for column in (f.column for f in written if f.column not in kept):
        # Its history is not kept; whoever reads it is told so by an error, not by a wrong value.
        cursor.execute(f"ALTER TABLE pg_temp.{table} DROP COLUMN {_quote(column)} CASCADE")
    cursor.execute(
        f"INSERT INTO pg_temp.{table} ({columns}) SELECT {columns} FROM ("  # noqa: S608 - names of ours
        f"SELECT DISTINCT ON (pgh_obj_id) * FROM {history}"
        f" WHERE pgh_created_at <= %(moment)s AND ({past.where})"
        " ORDER BY pgh_obj_id, pgh_id DESC) newest WHERE pgh_label <> 'delete'",
        told,
    )
    cursor.execute(f"ANALYZE pg_temp.{table}")


def _quote(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def moment_and_snapshot() -> tuple[datetime, str]:
    """The time, and what is committed by then as PostgreSQL names it; the same name means the same state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), pg_current_snapshot()::text")
        found: tuple[datetime, str] = cursor.fetchone()
    return found


def is_still_written(tables: Sequence[Past], *, before: datetime) -> bool:
    """Whether somebody else is writing history of the tables in a transaction that was begun by then: what will
    have been known at that moment is not settled yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity a USING (pid)"
            " WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
            # A copy of this database on the same server has tables of the same numbers.
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND relation IN (SELECT name::regclass FROM unnest(%s::text[]) name)"
            " AND coalesce(a.xact_start <= %s, true))",
            [[past.history for past in tables], before],
        )
        return bool(cursor.fetchone()[0])


def act_around(moment: datetime, tables: Sequence[Past]) -> tuple[datetime, datetime] | None:
    """First and last change of an act (one context) of which a part was written by the moment and a part
    after it; None where there is none. An act of an import or a request is known whole or not at all."""
    parts = " UNION ALL ".join(
        f"SELECT pgh_context_id AS act, pgh_created_at AS changed FROM {_quote(past.history)}"  # noqa: S608
        " WHERE pgh_context_id IN (SELECT id FROM begun)"
        for past in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH begun AS MATERIALIZED (SELECT id FROM pghistory_context WHERE created_at <= %(moment)s"  # noqa: S608
            f" AND created_at > %(moment)s - interval '{LONGEST_ACT}')"
            f" SELECT min(changed), max(changed) FROM ({parts}) changes GROUP BY act"
            " HAVING min(changed) <= %(moment)s AND max(changed) > %(moment)s LIMIT 1",
            {"moment": moment},
        )
        found: tuple[datetime, datetime] | None = cursor.fetchone()
    return found
