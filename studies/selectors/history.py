"""The history of one patient, from the events that the database's triggers wrote."""

from datetime import datetime
from typing import Any, TypedDict

from django.apps import apps
from pghistory.models import Events

from studies.models import Patient
from studies.selectors.trail import people_named

SHOWN = 15
ABOUT_A_PATIENT = (
    "studies.BaselineEvent",
    "studies.LabResultEvent",
    "studies.FollowUpEvent",
)
PLUMBING = {"id", "patient_id", "created_at", "study_id"}


class HistoryEvent(TypedDict):
    """One change: who, when, what kind of row, and each field's old and new value."""

    when: datetime
    who: str
    what: str
    changes: list[tuple[str, Any, Any]]
    reason: str


def history_of_patient(patient: Patient, limit: int = SHOWN) -> list[HistoryEvent]:
    """The newest changes of a patient, of baseline factors, blood results and follow-up."""
    tracks = Events.objects.across("studies.PatientEvent").tracks(patient)
    about = Events.objects.across(*ABOUT_A_PATIENT).references(patient)
    newest = [
        *tracks.order_by("-pgh_created_at")[:limit],
        *about.order_by("-pgh_created_at")[:limit],
    ]
    newest.sort(key=lambda event: event.pgh_created_at, reverse=True)
    newest = newest[:limit]
    people = people_named((event.pgh_context or {}).get("user") for event in newest)
    return [_told(event, people) for event in newest]


def _told(event: Events, people: dict[int, str]) -> HistoryEvent:
    context = event.pgh_context or {}
    model = apps.get_model(event.pgh_obj_model)
    return HistoryEvent(
        when=event.pgh_created_at,
        who=people.get(context.get("user") or 0, ""),
        what=f"{model._meta.verbose_name}, {_verb(event.pgh_label)}",
        changes=_changes(event, model),
        reason=context.get("reason", ""),
    )


def _verb(label: str) -> str:
    return {"insert": "entered", "update": "changed", "delete": "deleted"}.get(label, label)


def _changes(event: Events, model: Any) -> list[tuple[str, Any, Any]]:
    if event.pgh_label == "update":
        found = event.pgh_diff or {}
    else:
        found = {k: [None, v] for k, v in (event.pgh_data or {}).items() if v is not None}
    names = {
        field.attname: str(field.verbose_name)
        for field in model._meta.concrete_fields
        if not field.generated
    }
    return [
        (names.get(key, key), old, new)
        for key, (old, new) in found.items()
        if key not in PLUMBING and key in names
    ]
