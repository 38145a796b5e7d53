"""Subject ids: what hospitals write, in one spelling."""

import unicodedata
from string import digits
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

LONGEST_SUBJECT_ID = 60
# An id is a part of addresses; and no spreadsheet takes what begins with a letter or digit for a formula.
NOT_INSIDE = "/\\"
AS_WRITTEN = r"^[[:alnum:]]( ?[^/\\[:cntrl:][:space:]])*$"


def as_subject_id(text: str) -> str:
    """The one spelling of an id: full-width letters and digits as plain ones, single blanks inside and none around."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def refuse_subject_id(text: str) -> None:
    """Raise ValidationError where a text in its one spelling cannot be a subject id."""
    if not (text[:1].isalpha() or text[:1] in digits):
        raise ValidationError(_("A subject id begins with a letter or a digit."))
    if any(c in NOT_INSIDE or not c.isprintable() for c in text):
        raise ValidationError(
            _(
                "A subject id has letters, digits, blanks and signs, but no slash and nothing unseen."
            )
        )


class SubjectIdField(models.CharField):
    """A text that is stored and looked up in its one spelling."""

    default_validators = [refuse_subject_id]

    def to_python(self, value: Any) -> Any:
        return _spelt_once(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _spelt_once(super().get_prep_value(value))

    def deconstruct(self) -> Any:
        """To the database it is a text like others: so migrations need not know this class."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def _spelt_once(value: Any) -> Any:
    return as_subject_id(value) if isinstance(value, str) else value


SUBJECT_ID_AS_WRITTEN = models.CheckConstraint(
    condition=Q(subject_id__regex=AS_WRITTEN)
    & Q(
        Func(
            F("subject_id"),
            template="(%(expressions)s IS NFKC NORMALIZED)",
            output_field=models.BooleanField(),
        )
    ),
    name="clinical_patient_subject_in_one_spelling",
    violation_error_message=_(
        "A subject id has letters, digits, blanks and signs, but no slash and nothing unseen."
    ),
)
