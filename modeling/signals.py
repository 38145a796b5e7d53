"""What modeling does when clinical data change (it asks, as a job, whether a model is due) and when other
measurements may be used than before (it marks what was made from them)."""

from typing import Any

from assays.signals import Consequence, ValuesChanged, values_changed
from clinical.signals import clinical_change
from modeling.models import PrognosticModel
from modeling.services.schedule import ask_whether_due
from modeling.services.staleness import mark_stale
from studies.models import Study


def on_clinical_change(sender: object, study: Study, **kwargs: Any) -> None:
    """In the transaction of the change itself, so that neither is there without the other."""
    if PrognosticModel.objects.filter(study=study, retrains=True).exists():
        ask_whether_due(study=study)


def on_values_changed(sender: object, change: ValuesChanged, **kwargs: Any) -> list[Consequence]:
    """In the transaction of the change itself."""
    return mark_stale(change)


def connect() -> None:
    values_changed.connect(on_values_changed, dispatch_uid="modeling.on_values_changed")
    clinical_change.connect(on_clinical_change, dispatch_uid="modeling.on_clinical_change")
