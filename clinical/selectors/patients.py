"""The list of patients as coordinators need it: who, and what is missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import User
from clinical.dictionary.definition import Definition
from clinical.models import FilledForm, FollowUp, Item, Patient
from clinical.selectors.access import patients_visible_to
from clinical.selectors.definitions import Collected, collected_by
from clinical.selectors.outcomes import with_outcome_dates
from studies.models import Study
from studies.permissions import Capability

OVERDUE_AFTER = timedelta(days=182)

SORTS = {
    "subject": "subject_id",
    "site": "site__code",
    "cohort": "cohort__code",
    "index": "index_date",
    "contact": "last_contact",
    "missing": "known_factors",
}


@dataclass(frozen=True)
class PatientFilter:
    """What a person asked the list for; empty texts ask for everything."""

    q: str = ""
    site: str = ""
    cohort: str = ""
    status: str = ""
    sort: str = "subject"

    @property
    def order(self) -> tuple[str, ...]:
        name = self.sort.removeprefix("-")
        column = SORTS.get(name, "subject_id")
        return (f"-{column}" if self.sort.startswith("-") else column, "subject_id")


def patient_list(user: User, study: Study, wanted: PatientFilter) -> QuerySet[Patient]:
    """The patients a person may see, with status, last contact, and known factors, filtered and
    sorted. Annotated: last_contact, death_date, status ("dead", "lost", "alive", "none"),
    overdue, known_factors (0 to as many as are critical)."""
    visible = patients_visible_to(user, Capability.VIEW_CLINICAL).filter(study=study)
    patients = with_status(visible, today=study.today())
    patients = with_known_factors(patients, collected_by(study))
    if wanted.q:
        patients = patients.filter(subject_id__icontains=wanted.q)
    if wanted.site:
        patients = patients.filter(site__code=wanted.site)
    if wanted.cohort:
        patients = patients.filter(cohort__code=wanted.cohort)
    if wanted.status == "overdue":
        patients = patients.filter(overdue=True)
    elif wanted.status == "untreated":
        patients = patients.filter(index_date__isnull=True)
    elif wanted.status:
        patients = patients.filter(status=wanted.status)
    return patients.select_related("site", "cohort").order_by(*wanted.order)


def with_status(patients: QuerySet[Patient], *, today: date) -> QuerySet[Any]:
    """Annotate patients with how they are (Any: types know no annotations)."""
    contacts = FollowUp.objects.filter(patient=OuterRef("pk")).order_by("-contact_date")
    patients = with_outcome_dates(patients, as_of=today)
    patients = patients.annotate(last_status=Subquery(contacts.values("status")[:1])).annotate(
        status=Case(When(last_status__isnull=True, then=Value("none")), default=F("last_status"))
    )
    quiet_since = today - OVERDUE_AFTER
    return patients.annotate(
        overdue=Case(
            When(
                Q(status="alive", last_contact__lt=quiet_since)
                | Q(status="none", index_date__lt=quiet_since),
                then=Value(True),
            ),
            default=Value(False),
        )
    )


def critical_items(definition: Definition) -> dict[str, tuple[str, str]]:
    """What must not be missing of a patient: item -> the first event at which it is asked, and its form."""
    found: dict[str, tuple[str, str]] = {}
    for event in definition.events:
        for place in event.forms:
            for item in definition.form_by_name[place.form].items:
                if item.critical:
                    found.setdefault(item.name, (event.name, place.form))
    return found


def with_known_factors(patients: QuerySet[Any], collected: Collected) -> QuerySet[Any]:
    """Annotate patients with how many critical items have a value, whatever an item was called when its form was filled. A code
    that says why there is none does not count."""
    names = _names_ever(collected.definition)
    known = [
        Max(
            Case(
                When(
                    event_oid=collected.places[where].event,
                    form_oid=collected.places[where].form,
                    values__has_any_keys=names[name],
                    then=Value(1),
                ),
                default=Value(0),
            )
        )
        for name, where in critical_items(collected.definition).items()
        if where in collected.places
    ]
    rows = (
        FilledForm.objects.filter(patient=OuterRef("pk"), voided_at__isnull=True)
        .order_by()
        .values("patient")
        .annotate(known=ExpressionWrapper(sum(known, Value(0)), output_field=IntegerField()))
    )
    return patients.annotate(
        known_factors=Coalesce(Subquery(rows.values("known")), Value(0)) if known else Value(0)
    )


def _names_ever(definition: Definition) -> dict[str, list[str]]:
    """Critical item -> its names in all versions."""
    oids = {definition.item(name).oid: name for name in critical_items(definition)}
    found = {name: [name] for name in oids.values()}
    for oid, name in Item.objects.filter(oid__in=[oid for oid in oids if oid]).values_list("oid", "name"):  # fmt: skip
        found[oids[oid]].append(name)
    return found


@dataclass(frozen=True)
class StudyCounts:
    """How a study is doing, in numbers, for the patients that a person may see."""

    patients: int
    deaths: int
    lost: int
    overdue: int
    untreated: int
    complete: int
    critical: int


def study_counts(user: User, study: Study) -> StudyCounts:
    """Counted in one query, and one for what the study collects. untreated: patients whose index date is not known; complete:
    those of whom all critical items are known."""
    collected = collected_by(study)
    patients = patients_visible_to(user, Capability.VIEW_CLINICAL).filter(study=study)
    told = with_known_factors(with_status(patients, today=study.today()), collected)
    rows = list(told.values("index_date", "status", "overdue", "known_factors"))
    critical = len(critical_items(collected.definition))
    return StudyCounts(
        patients=len(rows),
        deaths=sum(row["status"] == "dead" for row in rows),
        lost=sum(row["status"] == "lost" for row in rows),
        overdue=sum(row["overdue"] for row in rows),
        untreated=sum(row["index_date"] is None for row in rows),
        complete=sum(row["known_factors"] == critical for row in rows),
        critical=critical,
    )


def overdue_patients(user: User, study: Study, limit: int) -> QuerySet[Patient]:
    """Those who have not been heard of for longest."""
    patients = patients_visible_to(user, Capability.VIEW_CLINICAL).filter(study=study)
    return (
        with_status(patients, today=study.today())
        .filter(overdue=True)
        .select_related("site")
        .order_by(F("last_contact").asc(nulls_first=True), "subject_id")[:limit]
    )


def enrolment_by_month(user: User, study: Study) -> list[dict[str, object]]:
    """Rows month (YYYY-MM-01), site, enrolled."""
    from django.db.models.functions import TruncMonth

    rows = (
        patients_visible_to(user, Capability.VIEW_CLINICAL)
        .filter(study=study, index_date__isnull=False)
        .annotate(month=TruncMonth("index_date"))
        .values("month", "site__name")
        .annotate(enrolled=Count("pk"))
        .order_by("month", "site__name")
    )
    return [
        {"month": row["month"].isoformat(), "site": row["site__name"], "enrolled": row["enrolled"]}
        for row in rows
    ]
