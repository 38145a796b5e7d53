"""What modeling does when clinical data change: it asks, as a job, whether a model is due."""

from typing import Any

from modeling.models import PrognosticModel
from modeling.services.schedule import ask_whether_due
from studies.models import Study
from studies.signals import clinical_change


def on_clinical_change(sender: object, study: Study, **kwargs: Any) -> None:
    """In the transaction of the change itself, so that neither is there without the other."""
    if PrognosticModel.objects.filter(study=study, retrains=True).exists():
        ask_whether_due(study=study)


def connect() -> None:
    clinical_change.connect(on_clinical_change, dispatch_uid="modeling.on_clinical_change")
