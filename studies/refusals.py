"""Refusals: what a person reads when a write is not taken, and which field it is about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction

from sentences import Sentence, as_sentence, of_validation, several
from sentences import storable as _

Errors = Mapping[str, Sequence[Sentence | str]]


class Refused(Exception):
    """A write that was not taken. `errors` maps fields (or "__all__") to sentences."""

    def __init__(self, errors: Errors | Sentence | str) -> None:
        self.errors: Errors = (
            errors if isinstance(errors, Mapping) else {NON_FIELD_ERRORS: [errors]}
        )
        super().__init__(self.said)

    @property
    def said(self) -> Sentence:
        """All sentences, one after the other."""
        return self.in_lines(" ")

    def in_lines(self, by: str = "\n") -> Sentence:
        """All sentences, each on a line of its own."""
        return several([one for found in self.errors.values() for one in found], by=by)

    def __str__(self) -> str:
        return str(self.said)


def say_not_known(value: str, values: Iterable[str]) -> Sentence:
    """The sentence about a choice that is none."""
    return _("“%(value)s” is not known; use one of: %(allowed)s.") % {
        "value": value,
        "allowed": ", ".join(values),
    }


class Stale(Refused):
    """The values have changed since the acting person was shown them."""


class Busy(Refused):
    """Somebody else is writing to the study for longer than a person is kept waiting; trying again helps."""


class NotAllowed(Refused):
    """The acting person has no role that permits this."""


# Constraint -> field and sentence, for those that only the database can check. Each app names its own.
_by_constraint: dict[str, tuple[str, Any]] = {}


def explain(sentences: Mapping[str, tuple[str, Any]]) -> None:
    """Say what a person reads when the database refuses a write: constraint -> field, sentence; done once, in
    an app's ready()."""
    _by_constraint.update(sentences)


def by_constraint() -> Mapping[str, tuple[str, Any]]:
    """Constraint -> field and sentence, of all apps."""
    return _by_constraint


def _by_field(error: ValidationError) -> Errors:
    if not hasattr(error, "error_dict"):
        return {NON_FIELD_ERRORS: of_validation(error)}
    return {
        field: of_validation(ValidationError(found)) for field, found in error.error_dict.items()
    }


@contextmanager
def explain_refusals() -> Iterator[None]:
    """Turn what models and database refuse into a `Refused` that a form or an importer can show."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise Refused(_by_field(error)) from error
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        if name not in _by_constraint:
            raise
        field, sentence = _by_constraint[name]
        raise Refused({field: [as_sentence(sentence)]}) from error
