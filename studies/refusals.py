"""Refusals: what a person reads when a write is not taken, and which field it is about."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A write that was not taken. `errors` maps fields (or "__all__") to sentences."""

    def __init__(self, errors: dict[str, list[str]] | str) -> None:
        self.errors = {NON_FIELD_ERRORS: [errors]} if isinstance(errors, str) else errors
        super().__init__(" ".join(str(text) for texts in self.errors.values() for text in texts))


class Stale(Refused):
    """The values have changed since the acting person was shown them."""


class Busy(Refused):
    """Somebody else is writing to the study for longer than a person is kept waiting; trying again helps."""


class NotAllowed(Refused):
    """The acting person has no role that permits this."""


# Sentences for the constraints that only the database can check.
BY_CONSTRAINT = {
    "studies_follow_up_not_before_index": (
        "contact_date",
        _("A contact cannot lie before the index date (first dose). Check both dates."),
    ),
    "studies_progression_not_before_index": (
        "progression_date",
        _("A progression cannot lie before the index date (first dose). Check both dates."),
    ),
    "studies_follow_up_not_in_future": (
        "contact_date",
        _("A contact cannot lie in the future. Enter the day on which it took place."),
    ),
    "studies_follow_up_not_after_death": (
        "contact_date",
        _(
            "A contact cannot lie after the death of the patient. Check the date of death and this one."
        ),
    ),
    "studies_follow_up_once_a_day": (
        "contact_date",
        _("There is already a contact on this day: correct that one."),
    ),
    "studies_follow_up_one_death": ("status", _("This patient's death is already recorded.")),
    # Two people entering the same for the first time, at the same moment: the second is told.
    "studies_baseline_patient_id_key": (
        "__all__",
        _("Somebody else has just entered these values. Reload the page and check them."),
    ),
    "studies_lab_once_per_timepoint": (
        "__all__",
        _("Somebody else has just entered these values. Reload the page and check them."),
    ),
    "studies_index_date_not_in_future": (
        "index_date",
        _("The index date cannot lie in the future. Enrol the patient when treatment has begun."),
    ),
    "studies_index_date_before_follow_up": (
        "index_date",
        _("The index date cannot lie after a contact or progression that is already recorded."),
    ),
    "studies_collected_on_not_in_future": (
        "collected_on",
        _("Blood cannot have been collected in the future. Check the date."),
    ),
    "studies_patient_subject_once_per_study": (
        "subject_id",
        _("This subject id is already in the study."),
    ),
    "studies_patient_subject_once_whatever_case": (
        "subject_id",
        _("A subject id that differs only in capitals is already in the study."),
    ),
    "studies_index_date_plausible": (
        "index_date",
        _("The index date cannot lie before 1990: check the year."),
    ),
    "studies_patient_site_and_cohort_of_the_study": (
        "site",
        _("The site and the cohort must belong to this study."),
    ),
}


@contextmanager
def explained() -> Iterator[None]:
    """Turn what models and database refuse into a `Refused` that a form or an importer can show."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise Refused(
            error.message_dict
            if hasattr(error, "error_dict")
            else {NON_FIELD_ERRORS: list(error.messages)}
        ) from error
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        if name not in BY_CONSTRAINT:
            raise
        field, sentence = BY_CONSTRAINT[name]
        raise Refused({field: [str(sentence)]}) from error
