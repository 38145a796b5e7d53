"""A small study as the API's tests see it: two sites, measurements, a champion, and tokens."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from assays.models import Analyte, Measurement, Panel, PlateRun, Specimen
from ciri import FrozenTable
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from clinical.services.patients import record_follow_up
from modeling.models import (
    FrozenDataset,
    ModelSpecification,
    ModelVersion,
    PrognosticModel,
    Score,
    TrainingRun,
)
from studies.models import Study
from studies.services.setup import create_study_token
from tests.factories import (
    CohortFactory,
    SiteFactory,
    StudyFactory,
    day,
    fill,
    make_member,
    make_patient,
)


def small_study(patients: int = 3, **study: Any) -> Study:
    """Sites A and B, alternating patients P001…, two analytes measured in each before treatment."""
    made = StudyFactory(**study)
    sites = [SiteFactory(study=made, code=code) for code in ("A", "B")]
    cohort = CohortFactory(study=made)
    panel, _ = Panel.objects.get_or_create(name="two")
    plate = PlateRun.objects.create(study=made, panel=panel, name="plate 1")
    for n in range(patients):
        patient = make_patient(made, site=sites[n % 2], cohort=cohort, subject_id=f"P{n + 1:03d}")
        fill(patient, age=60 + n, sex="male", stage="IV", pdl1=60, albumin=3.5)
        record_follow_up(
            patient=patient, contact_date=day(30), status="alive", progression_date=day(20), by=None
        )
        record_follow_up(patient=patient, contact_date=day(100 + n), status="dead", by=None)
        add_measurements(patient, plate)
    return made


def add_measurements(patient: Patient, plate: PlateRun) -> None:
    """IL6 in range at 10, CXCL8 below its limit."""
    ensure_published(patient.study)
    specimen = Specimen.objects.create(
        study=patient.study,
        patient=patient,
        timepoint="pre",
        material="plasma",
        label=f"{patient}-pre",
    )
    measure(specimen, plate, "IL6", 10.0)
    measure(specimen, plate, "CXCL8", None, flag="below_lloq", limit=3.2)


def measure(
    specimen: Specimen,
    plate: PlateRun,
    symbol: str,
    value: float | None,
    *,
    flag: str = "in_range",
    unit: str = "pg/mL",
    replicate: int = 1,
    limit: float | None = None,
) -> Measurement:
    """One measurement."""
    analyte, _ = Analyte.objects.get_or_create(symbol=symbol, defaults={"name": symbol})
    return Measurement.objects.create(
        specimen=specimen,
        analyte=analyte,
        plate_run=plate,
        replicate=replicate,
        value_text="< 3.2" if value is None else str(value),
        value=value,
        unit=unit,
        flag=flag,
        limit=limit,
    )


def add_champion(
    study: Study, name: str = "preCIRI14", number: int = 1, *, table: FrozenTable | None = None
) -> ModelVersion:
    """A version in use, with a score for each patient of the study. Its content is not read here."""
    model = PrognosticModel.objects.create(study=study, name=name)
    stated = ModelSpecification.objects.create(
        model=model, number=1, body={"endpoint": "OS"}, content_hash="5" * 64
    )
    dataset = FrozenDataset.objects.create(
        study=study,
        content_hash=table.content_hash if table else f"{model.pk:064d}",
        content=table.to_bytes() if table else b"",
        as_of=day(0),
        timepoint="pre",
        endpoint="OS",
        patients=3,
        training_patients=3,
        events=3,
        training_events=3,
    )
    version = ModelVersion.objects.create(
        model=model,
        number=number,
        specification=stated,
        dataset=dataset,
        status="champion",
        content=b"",
        content_hash="7" * 64,
        features=["IL6"],
        metrics={"validation": {"c": 0.68}},
        report={},
        software={},
    )
    TrainingRun.objects.create(
        model=model, specification=stated, dataset=dataset, version=version, reason="requested"
    )
    Score.objects.bulk_create(
        Score(
            version=version,
            patient=patient,
            mortality=12.5,
            percentile=80,
            group="poor",
            basis="prediction",
            scored_at=timezone.now(),
        )
        for patient in study.patients.all()
    )
    return version


def client_of(user: User, study: Study, scope: str = "read") -> Client:
    """A script's client with a token of the user for the study."""
    _, secret = create_study_token(user=user, study=study, scope=scope, name="test", by=None)
    return Client(headers={"authorization": f"Bearer {secret}"})


def client_with(study: Study, role: str, scope: str = "read", **member: Any) -> Client:
    """A script's client for a new person with a role in the study."""
    return client_of(make_member(study, role, **member), study, scope)
