"""What the settings read from the environment: one list, so that deployment files can be checked against it."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg2.extensions import parse_dsn

DECLARED: dict[str, str] = {}


def env(name: str, purpose: str, default: str | None = None) -> str:
    """The value of an environment variable; with no default, its absence stops start-up with a sentence."""
    DECLARED[name] = purpose
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(
            f"{name} is not set: it holds {purpose}. Set it in the environment "
            "(docs/operations.md lists all of them), or use ./yogo, which sets it for you."
        )
    return default


# How long nobody may answer: at the start of a connection, and on one that stands.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}


def django_database(url: str) -> dict[str, Any]:
    """Django's connection settings for a libpq URI such as postgresql://user:secret@host/name.

    Nothing here, and nothing in the application, belongs to a session of the server longer than to a
    transaction, so that a pool of transactions (PgBouncer) may stand between: no start-up options, no cursors
    that outlive a transaction.
    """
    dsn = PATIENCE | parse_dsn(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": dsn.pop("dbname", ""),
        "USER": dsn.pop("user", ""),
        "PASSWORD": dsn.pop("password", ""),
        "HOST": dsn.pop("host", ""),
        "PORT": dsn.pop("port", ""),
        "OPTIONS": dsn,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
