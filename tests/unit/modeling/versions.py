"""Versions, their datasets and scores as a training stores them, without the training."""

from datetime import date
from typing import Any

from django.utils import timezone

from ciri import FrozenTable
from clinical.models import Patient
from modeling.models import FrozenDataset, ModelVersion, PrognosticModel, Score
from modeling.services.models import define_model
from studies.models import Study
from tests.unit.modeling.conftest import CLINICAL


def model_of(study: Study, name: str = "m", **body: Any) -> PrognosticModel:
    return define_model(study=study, name=name, body=CLINICAL | body, by=None).model


def dataset_of(
    study: Study, table: FrozenTable | None = None, *, timepoint: str = "pre", **counts: int
) -> FrozenDataset:
    """A dataset that holds a table, or one without a line."""
    told = {"patients": 2, "training_patients": 2, "events": 1, "training_events": 1} | counts
    return FrozenDataset.objects.get_or_create(
        study=study,
        content_hash=table.content_hash if table else "0" * 64,
        defaults={
            "content": table.to_bytes() if table else b"",
            "as_of": date(2024, 5, 1),
            "timepoint": timepoint,
            "endpoint": "OS",
            **told,
        },
    )[0]


def version_of(
    model: PrognosticModel,
    number: int = 1,
    *,
    status: str = "challenger",
    verdict: str = "passed",
    dataset: FrozenDataset | None = None,
    features: tuple[str, ...] = (),
) -> ModelVersion:
    return ModelVersion.objects.create(
        model=model,
        number=number,
        specification=model.specifications.order_by("-number")[0],
        dataset=dataset or dataset_of(model.study),
        status=status,
        content=b"",
        content_hash=f"{number}" * 64,
        features=list(features),
        metrics={},
        report={},
        gate={"verdict": verdict, "sentence": "0.7 against 0.6"},
        software={},
    )


def score_of(version: ModelVersion, patient: Patient) -> Score:
    return Score.objects.create(
        version=version,
        patient=patient,
        mortality=1.0,
        percentile=50.0,
        group="good",
        basis="prediction",
        scored_at=timezone.now(),
    )
