"""What models say on the overview and on a patient's page."""

from typing import Any

from django.db.models import Count, F, Q, Window

from assays.models import PlateRun
from clinical.models import Patient
from modeling.models import PrognosticModel, StaleMark
from modeling.presentation.cautions import cautions_of
from modeling.presentation.provenance import how_scored
from modeling.selectors.models import HEAVY, champion_scores, with_champions
from modeling.selectors.stale import stale_scores, stale_versions
from modeling.services.schedule import how_due
from modeling.web.performance import headline
from studies.models import Study
from studies.permissions import Capability
from studies.web.requests import StudyRequest


def on_overview(request: StudyRequest, study: Study) -> tuple[str, dict[str, Any]] | None:
    """Each model's version in use, its C-index, and what the next retraining waits for."""
    if Capability.VIEW_MODELS not in request.capabilities:
        return None
    stale = stale_versions(study)
    rows = [
        {
            "model": model,
            "champion": model.champions[0] if model.champions else None,
            "headline": headline(model.champions[0]) if model.champions else None,
            "due": how_due(model) if model.retrains else None,
            "stale": model.champions[0].pk in stale if model.champions else False,
        }
        for model in with_champions(PrognosticModel.objects.filter(study=study))
    ]
    return "modeling/_overview.html", {
        "rows": rows,
        "stale_versions": sum(row["stale"] for row in rows),
        "stale_scores": stale_scores(request.user, study),
    }


def on_patient(request: StudyRequest, patient: Patient) -> tuple[str, dict[str, Any]] | None:
    """The patient's scores by the versions in use."""
    if Capability.VIEW_MODELS not in request.capabilities:
        return None
    scores = list(champion_scores(patient))
    said = cautions_of(score.version_id for score in scores)
    return "modeling/_patient_scores.html", {
        "stale": list(
            StaleMark.objects.filter(patient=patient, cleared_at=None).select_related(
                "version__model"
            )
        ),
        "scores": [
            (score, how_scored(score.version, score.basis), said[score.version_id])
            for score in scores
        ],
        "patient": patient,
    }


STALE_SHOWN = 100


def on_plate(request: StudyRequest, plate_run: PlateRun) -> tuple[str, dict[str, Any]] | None:
    """What went stale because of this plate, and apart from it what has been made anew since."""
    parts = {"standing": Q(cleared_at=None), "made_anew": Q(cleared_at__isnull=False)}
    counts = {f"{name}_count": Window(Count("pk", filter=part)) for name, part in parts.items()}
    marks = (
        StaleMark.objects.filter(plate_run=plate_run)
        .select_related("version__model", "dataset", "patient", "by")
        .defer(*(f"version__{field}" for field in HEAVY), "dataset__content")
        .annotate(**counts)
        .order_by(F("cleared_at").desc(nulls_first=True), "-pk")
    )
    found = list(marks[:STALE_SHOWN])
    if not found:
        return None
    shown = {
        "standing": [mark for mark in found if mark.cleared_at is None],
        "made_anew": [mark for mark in found if mark.cleared_at is not None],
    }
    return "modeling/_plate_stale.html", shown | {name: getattr(found[0], name) for name in counts}
