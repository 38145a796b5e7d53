"""A list of choices is written once; the database holds to the same list. Here, in the lowest app, because the
models of every app use it."""

from enum import StrEnum
from typing import Any

from django.db.models import CheckConstraint, Choices, Q


def constrain(
    field: str, choices: type[Choices] | type[StrEnum], name: str, **more: Any
) -> CheckConstraint:
    """A named constraint: a field holds one of its choices. NULL passes, as in every check of a database."""
    values = [one.value for one in choices]
    return CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name, **more)
