"""Studies and patients in one line, made through the services that people use."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

import factory

from accounts.models import User
from clinical.dictionary.filling import Filled
from clinical.dictionary.values import text_of
from clinical.models import FilledForm, Patient
from clinical.selectors.definitions import collected_by
from clinical.selectors.record import draw, forms_of
from clinical.services.definitions import ensure_published
from clinical.services.filling import fill_form
from clinical.services.patients import enrol_patient
from studies.models import Cohort, Membership, Site, Study

INDEX_DATE = date(2020, 4, 1)
_subject = count(1)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    password = factory.django.Password("a long enough passphrase")


class StudyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Study

    code = factory.Sequence(lambda n: f"STUDY{n}")
    title = "A study"


class SiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Site

    study = factory.SubFactory(StudyFactory)
    code = factory.Sequence(lambda n: f"site{n}")
    name = factory.LazyAttribute(lambda site: f"Hospital {site.code}")


class CohortFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cohort

    study = factory.SubFactory(StudyFactory)
    code = "discovery"
    kind = "discovery"


def make_patient(
    study: Study | None = None,
    *,
    site: Site | None = None,
    cohort: Cohort | None = None,
    index_date: date | None = INDEX_DATE,
    subject_id: str | None = None,
) -> Patient:
    """A patient of the study, at its first site and in its first cohort unless told otherwise."""
    study = study or (site.study if site else StudyFactory())
    return enrol_patient(
        study=study,
        site=site or study.sites.first() or SiteFactory(study=study),
        cohort=cohort or study.cohorts.first() or CohortFactory(study=study),
        subject_id=subject_id or f"S{next(_subject):04d}",
        index_date=index_date,
        by=None,
    )


def fill(patient: Patient, event: str = "pre", **answers: Any) -> Patient:
    """Answer items of the patient's study at an event, as somebody would type them."""
    definition = collected_by(patient.study).definition
    by_form: dict[str, dict[str, str]] = {}
    for name, answer in answers.items():
        form = definition.form_of_item[name].name
        by_form.setdefault(form, {})[name] = text_of(answer)
    for form, texts in by_form.items():
        fill_form(patient=patient, event=event, form=form, texts=texts, by=None)
    return patient


def answers(patient: Patient, event: str = "pre") -> dict[str, Any]:
    """What is known of a patient at an event, by item."""
    found: dict[str, Any] = {}
    for row in forms_of([patient]).filter(event_form__event__name=event):
        found |= row.values
    return found


def fill_many(answers: Mapping[Patient, Mapping[str, Any]], event: str = "pre") -> None:
    """Typed answers of many patients of a study at an event, in one statement for each form, as an import writes them.
    What is derived from other forms follows when those are filled."""
    collected = ensure_published(next(iter(answers)).study)
    for (at, name), place in collected.places.items():
        form = collected.definition.form_by_name[name]
        asked = {p: {k: v for k, v in a.items() if k in form.by_name} for p, a in answers.items()}
        given = {patient: values for patient, values in asked.items() if values}
        if at != event or not given:
            continue
        held = [(patient.pk, Filled(values)) for patient, values in given.items()]
        drawn = draw(collected, at, name, held, list)
        FilledForm.objects.bulk_create(
            FilledForm(
                patient=patient,
                event_form_id=place.pk,
                event_oid=place.event,
                form_oid=place.form,
                status=FilledForm.Status.COMPLETE,
                values=dict(one.filled.values),
            )
            for patient, one in zip(given, drawn, strict=True)
        )


def make_member(study: Study, role: str, *, site: Site | None = None, **user: Any) -> User:
    """A person with a role in the study; a coordinator gets its first site unless told otherwise."""
    person = UserFactory(**user)
    if role == "coordinator" and site is None:
        site = study.sites.first() or SiteFactory(study=study)
    Membership.objects.create(user=person, study=study, role=role, site=site)
    return person


def day(n: int) -> date:
    """The n-th day after the index date."""
    return INDEX_DATE + timedelta(days=n)
