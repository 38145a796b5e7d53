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


def django_database(url: str) -> dict[str, Any]:
    """Django's connection settings for a libpq URI such as postgresql://user:secret@host/name.

    Queries are not compiled (jit): it takes longer than it saves where most of them are short.
    """
    dsn = parse_dsn(url)
    dsn["options"] = f"{dsn.get('options', '')} -c jit=off".strip()
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
    }
