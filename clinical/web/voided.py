"""Forms that were entered in error, as the patient's page lists them."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from clinical.models import FilledForm
from clinical.selectors.sheets import Sheets
from clinical.selectors.voided import list_voided
from clinical.sentences import say
from clinical.web.cards import name_instance
from clinical.web.forms import ReasonForm

RESTORE = "restore"


@dataclass(frozen=True)
class VoidedForm:
    """A voided form. restore: None where the person may not, or another form stands in its place."""

    title: str
    event: str
    when: datetime | None
    by: str
    reason: str
    is_replaced: bool
    restore: ReasonForm | None
    address: str


def voided_of(sheets: Sheets, *, may_enter: bool, given: ReasonForm | None) -> list[VoidedForm]:
    """The voided forms of a patient. `given`: a reason that was refused."""
    study, subject = sheets.patient.study.code, sheets.patient.subject_id
    return [
        VoidedForm(
            *_names(one.row),
            when=one.row.voided_at,
            by=one.by,
            reason=one.row.void_reason,
            is_replaced=one.is_replaced,
            restore=ReasonForm.fresh(RESTORE, one.row, given)
            if may_enter and not one.is_replaced
            else None,
            address=reverse("clinical:restore", args=[study, subject, one.row.pk]),
        )
        for one in list_voided(sheets.voided, sheets.rows)
    ]


def _names(row: FilledForm) -> tuple[str, str]:
    """The form and its event, as they were called when it was filled."""
    place = row.event_form
    form, event = (say(part.label, part.name) for part in (place.form, place.event))
    return (
        name_instance(form, place.repeats, row.form_instance),
        name_instance(event, place.event.repeats, row.event_instance),
    )
