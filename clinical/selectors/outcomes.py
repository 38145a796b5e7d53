"""The survival outcome, derived in this one place from index date and follow-up.

Overall survival (OS): from the index date to death; else censored at the last contact.
Progression-free survival (PFS): to the first progression or death; else censored at the last contact
at which disease status is known to have been assessed (a later contact says only that the patient
lives). A RECIST response other than "not evaluable" is such an assessment where nothing else is said.
Both use only what had happened by `as_of`. Times are whole days and may be 0.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Min, Q, QuerySet

from clinical.models import FollowUp, Patient

ENDPOINTS = ("OS", "PFS")
EVALUATED = ("CR", "PR", "SD", "PD")
ASSESSED = Q(follow_ups__disease_assessed=True) | Q(
    follow_ups__disease_assessed=None, follow_ups__response__in=EVALUATED
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Time in days from the index date, and whether the event happened (else censored)."""

    days: int
    event: bool


def with_outcome_dates(patients: QuerySet[Patient], *, as_of: date) -> QuerySet[Patient]:
    """Annotate patients with the dates that an outcome is made of, in one query."""
    seen = Q(follow_ups__contact_date__lte=as_of)
    return patients.annotate(
        last_contact=Max("follow_ups__contact_date", filter=seen),
        last_assessment=Max("follow_ups__contact_date", filter=seen & ASSESSED),
        death_date=Min("follow_ups__contact_date", filter=seen & Q(follow_ups__status="dead")),
        first_progression=Min(
            "follow_ups__progression_date", filter=Q(follow_ups__progression_date__lte=as_of)
        ),
    )


@dataclass(frozen=True)
class Course:
    """The dates that an outcome is made of, as `with_outcome_dates` annotates them."""

    index_date: date | None
    last_contact: date | None
    last_assessment: date | None
    death_date: date | None
    first_progression: date | None


def course_of(index_date: date | None, contacts: Collection[FollowUp]) -> Course:
    """The same dates from contacts in memory, stored or not: what a study would say of them."""
    assessed = [c.contact_date for c in contacts if is_assessment(c)]
    deaths = [c.contact_date for c in contacts if c.status == FollowUp.Status.DEAD]
    progressions = [c.progression_date for c in contacts if c.progression_date is not None]
    return Course(
        index_date,
        max((c.contact_date for c in contacts), default=None),
        max(assessed, default=None),
        min(deaths, default=None),
        min(progressions, default=None),
    )


def is_assessment(contact: FollowUp) -> bool:
    """Whether disease status is known to have been assessed at a contact: ASSESSED, of one in memory."""
    if contact.disease_assessed is None:
        return contact.response in EVALUATED
    return contact.disease_assessed


def outcome_of(patient: Patient | Course, endpoint: str) -> Outcome | None:
    """The outcome of a patient annotated by `with_outcome_dates`, or of a course; None before any contact, and while the index
    date is not known."""
    death: date | None = patient.death_date  # type: ignore[union-attr]
    progression: date | None = patient.first_progression  # type: ignore[union-attr]
    last: date | None = patient.last_contact  # type: ignore[union-attr]
    if endpoint == "PFS":
        last = patient.last_assessment  # type: ignore[union-attr]
        happened = min((d for d in (death, progression) if d is not None), default=None)
    elif endpoint == "OS":
        happened = death
    else:
        raise ValueError(f"The endpoint {endpoint!r} is not known; use one of {ENDPOINTS}.")
    begun, end = patient.index_date, happened or last
    if begun is None or end is None:
        return None
    return Outcome(days=(end - begun).days, event=happened is not None)


def outcomes(
    patients: QuerySet[Patient], *, endpoint: str, as_of: date
) -> dict[int, Outcome | None]:
    """Outcome by primary key of each patient whose treatment had begun by `as_of`."""
    annotated = with_outcome_dates(patients.filter(index_date__lte=as_of), as_of=as_of)
    return {patient.pk: outcome_of(patient, endpoint) for patient in annotated.order_by(F("pk"))}
