"""The list of patients as coordinators need it: who, and what is missing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from accounts.models import User
from clinical.models import Baseline, FollowUp, LabResult, Patient
from clinical.selectors.access import patients_visible_to
from clinical.selectors.outcomes import with_outcome_dates
from studies.models import Study
from studies.permissions import Capability

OVERDUE_AFTER = timedelta(days=182)
FACTORS = 7  # age, sex, stage, BMI, PD-L1 at baseline; albumin and NLR before treatment

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
    overdue, known_factors (0 to 7)."""
    today = study.today()
    visible = patients_visible_to(user, Capability.VIEW_CLINICAL).filter(study=study)
    patients = with_status(visible, today=today)
    if wanted.q:
        patients = patients.filter(subject_id__icontains=wanted.q)
    if wanted.site:
        patients = patients.filter(site__code=wanted.site)
    if wanted.cohort:
        patients = patients.filter(cohort__code=wanted.cohort)
    if wanted.status == "overdue":
        patients = patients.filter(overdue=True)
    elif wanted.status:
        patients = patients.filter(status=wanted.status)
    return patients.select_related("site", "cohort", "baseline").order_by(*wanted.order)


def with_status(patients: QuerySet[Patient], *, today: date) -> QuerySet[Any]:
    """Annotate patients with how they are and what is missing (Any: types know no annotations)."""
    contacts = FollowUp.objects.filter(patient=OuterRef("pk")).order_by("-contact_date")
    labs = LabResult.objects.filter(patient=OuterRef("pk"), timepoint="pre")
    patients = with_outcome_dates(patients, as_of=today)
    patients = patients.annotate(
        last_status=Subquery(contacts.values("status")[:1]),
        knows_albumin=Exists(labs.filter(albumin_g_dl__isnull=False)),
        knows_nlr=Exists(labs.filter(nlr__isnull=False)),
    ).annotate(
        status=Case(When(last_status__isnull=True, then=Value("none")), default=F("last_status")),
        known_factors=_count_known_factors(),
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


def _count_known_factors() -> ExpressionWrapper:
    known = sum(
        (
            Case(When(condition, then=Value(1)), default=Value(0))
            for condition in (
                *(
                    Q(**{f"baseline__{name}__isnull": False})
                    for name in ("age", "sex", "stage", "bmi", "pdl1_class")
                ),
                Q(knows_albumin=True),
                Q(knows_nlr=True),
            )
        ),
        Value(0),
    )
    return ExpressionWrapper(known, output_field=IntegerField())


@dataclass(frozen=True)
class StudyCounts:
    """How a study is doing, in numbers, for the patients that a person may see."""

    patients: int
    deaths: int
    lost: int
    overdue: int
    complete: int


def study_counts(user: User, study: Study) -> StudyCounts:
    """Counted in one query."""
    patients = patients_visible_to(user, Capability.VIEW_CLINICAL).filter(study=study)
    keys = with_status(patients, today=study.today()).values(
        "pk", "status", "overdue", "known_factors"
    )
    rows = list(keys)
    return StudyCounts(
        patients=len(rows),
        deaths=sum(row["status"] == "dead" for row in rows),
        lost=sum(row["status"] == "lost" for row in rows),
        overdue=sum(row["overdue"] for row in rows),
        complete=sum(row["known_factors"] == FACTORS for row in rows),
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
        .filter(study=study)
        .annotate(month=TruncMonth("index_date"))
        .values("month", "site__name")
        .annotate(enrolled=Count("pk"))
        .order_by("month", "site__name")
    )
    return [
        {"month": row["month"].isoformat(), "site": row["site__name"], "enrolled": row["enrolled"]}
        for row in rows
    ]


def baseline_of(patient: Patient) -> Baseline | None:
    """The patient's baseline factors, if any were entered."""
    return Baseline.objects.filter(patient=patient).first()
