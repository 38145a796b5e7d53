"""A list of choices is written once; the database holds to the same list. Here, in the lowest app, because the
models of every app use it."""

from typing import Any

from django.db.models import CheckConstraint, Choices, Q


def constrain(field: str, choices: type[Choices], name: str, **more: Any) -> CheckConstraint:
    """A named constraint: a field holds one of its choices. NULL passes, as in every check of a database."""
    return CheckConstraint(condition=Q(**{f"{field}__in": list(choices.values)}), name=name, **more)
