"""Measurements are written by COPY, for there are many."""

import io
from collections.abc import Iterable

from django.db import connection

MANY = 10_000


def copy_in(command: str, parts: Iterable[str]) -> None:
    """Write CSV texts by a COPY command. The history of the rows is written by the table's triggers as for any
    other insert: the context of the transaction was set by the statements before."""
    with connection.cursor() as cursor:
        # Foreign keys that wait for the end of the transaction would make the history trigger of each
        # row slower than that of the row before.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for part in parts:
            cursor.copy_expert(command, io.StringIO(part))


def count_again(rows: int) -> None:
    """Let the database count its measurements when many have come. A table that was cleaned up while it was
    still empty is held to be empty until the next count, which is minutes away, and whoever reads it meanwhile
    reads each row for each row of another table."""
    if rows >= MANY:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE (SKIP_LOCKED) assays_specimen, assays_measurement")
