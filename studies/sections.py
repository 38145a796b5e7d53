"""What apps above add to the overview and to a patient's page, without studies knowing them.

A provider gets the request and the study (or patient) and returns a template with its context, or
None where it has nothing to say to this person. Providers register in their app's ready().
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from studies.models import Patient, Study

Section = tuple[str, dict[str, Any]]
OverviewProvider = Callable[[HttpRequest, Study], Section | None]
PatientProvider = Callable[[HttpRequest, Patient], Section | None]

_overview: dict[OverviewProvider, int] = {}
_patient: dict[PatientProvider, int] = {}


def register_overview_section(order: int, provider: OverviewProvider) -> None:
    _overview[provider] = order


def register_patient_section(order: int, provider: PatientProvider) -> None:
    _patient[provider] = order


def overview_sections(request: HttpRequest, study: Study) -> list[Section]:
    """In the order that the providers asked for."""
    found = (provider(request, study) for provider in sorted(_overview, key=_overview.__getitem__))
    return [section for section in found if section is not None]


def patient_sections(request: HttpRequest, patient: Patient) -> list[Section]:
    """In the order that the providers asked for."""
    found = (provider(request, patient) for provider in sorted(_patient, key=_patient.__getitem__))
    return [section for section in found if section is not None]
