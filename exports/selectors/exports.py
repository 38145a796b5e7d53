"""Reads of what was exported."""

from django.db.models import QuerySet

from exports.models import Export
from modeling.selectors.models import HEAVY
from studies.models import Study


def exports_of(study: Study) -> QuerySet[Export]:
    """The exports of a study, newest first, with who made them."""
    return (
        Export.objects.filter(study=study)
        .select_related("made_by", "token", "version__model")
        .defer(*(f"version__{field}" for field in HEAVY))
        .order_by("-id")
    )
