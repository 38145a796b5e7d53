"""The survival outcome, derived in this one place from index date and follow-up.

Overall survival (OS): from the index date to death; else censored at the last contact.
Progression-free survival (PFS): to the first progression or death; else censored at the last contact
at which disease status is known to have been assessed (a later contact says only that the patient
lives). A RECIST response other than "not evaluable" is such an assessment where nothing else is said.
Both use only what had happened by `as_of`. Times are whole days and may be 0.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Min, Q, QuerySet

from studies.models import Patient

ENDPOINTS = ("OS", "PFS")
ASSESSED = Q(follow_ups__disease_assessed=True) | Q(
    follow_ups__disease_assessed=None, follow_ups__response__in=["CR", "PR", "SD", "PD"]
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


def outcome_of(patient: Patient, endpoint: str) -> Outcome | None:
    """The outcome of a patient annotated by `with_outcome_dates`; None before any contact."""
    death: date | None = patient.death_date  # type: ignore[attr-defined]
    progression: date | None = patient.first_progression  # type: ignore[attr-defined]
    last: date | None = patient.last_contact  # type: ignore[attr-defined]
    if endpoint == "PFS":
        last = patient.last_assessment  # type: ignore[attr-defined]
        happened = min((d for d in (death, progression) if d is not None), default=None)
    elif endpoint == "OS":
        happened = death
    else:
        raise ValueError(f"The endpoint {endpoint!r} is not known; use one of {ENDPOINTS}.")
    end = happened or last
    if end is None:
        return None
    return Outcome(days=(end - patient.index_date).days, event=happened is not None)


def outcomes(
    patients: QuerySet[Patient], *, endpoint: str, as_of: date
) -> dict[int, Outcome | None]:
    """Outcome by primary key of each patient whose treatment had begun by `as_of`."""
    annotated = with_outcome_dates(patients.filter(index_date__lte=as_of), as_of=as_of)
    return {patient.pk: outcome_of(patient, endpoint) for patient in annotated.order_by(F("pk"))}
