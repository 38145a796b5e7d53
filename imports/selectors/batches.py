"""The imports that a person may see."""

from django.db.models import Case, F, Q, QuerySet, When

from accounts.models import User
from imports.models import ImportBatch
from imports.registry import IMPORTERS
from studies.models import Study
from studies.selectors.access import memberships_with


def imports_visible_to(user: User, study: Study) -> QuerySet[ImportBatch]:
    """A study's imports, newest first. A preview shows patients, so whoever is bound to a site sees
    only the imports that they started themselves."""
    seen = Q(created_by=user)
    for kind, importer in IMPORTERS.items():
        whole = memberships_with(user, importer.seen_with).filter(study=study, site__isnull=True)
        if whole.exists():
            seen |= Q(kind=kind)
    return (
        ImportBatch.objects.filter(seen, study=study)
        .select_related("source", "samples", "created_by")
        .defer("source__content", "samples__content", "preview")
        # A preview may be large: of those that may wait for a person, only what they wait for is read.
        .annotate(
            questions=Case(When(state=ImportBatch.State.REFUSED, then=F("preview__questions"))),
            sheets=Case(When(state=ImportBatch.State.REFUSED, then=F("preview__sheets"))),
            doubts=Case(When(state=ImportBatch.State.PREVIEWED, then=F("preview__doubts"))),
        )
        .order_by("-id")
    )
