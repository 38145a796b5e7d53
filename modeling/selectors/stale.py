"""What was made from values that have changed since, and since when."""

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from accounts.models import User
from modeling.models import ModelVersion, Score, StaleMark
from modeling.selectors.models import in_use, scores_visible_to
from studies.models import Study


def stale_versions(study: Study) -> set[int]:
    """Keys of the versions of a study's models whose training read values that have changed since."""
    marks = StaleMark.objects.filter(version__model__study=study, patient=None)
    return set(marks.order_by().values_list("version", flat=True))


def stale_scores(user: User, study: Study) -> int:
    """How many scores by versions in use, of patients whom the person may see, are not made anew yet."""
    marks = StaleMark.objects.filter(
        version=OuterRef("version"), patient=OuterRef("patient"), cleared_at=None
    )
    return (
        in_use(scores_visible_to(user).filter(patient__study=study)).filter(Exists(marks)).count()
    )


def versions_since(versions: QuerySet[ModelVersion]) -> QuerySet[ModelVersion]:
    """Annotated with stale_since: the oldest mark, or None."""
    marks = StaleMark.objects.filter(version=OuterRef("pk"), patient=None)
    return versions.annotate(stale_since=_oldest(marks, "version"))


def scores_since(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Annotated with stale_since: the oldest mark since the score was made, or None."""
    marks = StaleMark.objects.filter(
        version=OuterRef("version"), patient=OuterRef("patient"), cleared_at=None
    )
    return scores.annotate(stale_since=_oldest(marks, "patient"))


def _oldest(marks: QuerySet[StaleMark], by: str) -> Subquery:
    return Subquery(marks.order_by().values(by).annotate(oldest=Min("since")).values("oldest"))
