"""Specimens go with the visits to which they belong, from one version of a study's definition to the next."""

from collections.abc import Mapping

from django.db.models import Case, Count, Value, When

from assays.models import Specimen
from audit.recording import record
from clinical.dictionary.definition import Definition, StudyEvent
from sentences import several, storable_plural
from sentences import storable as _
from studies.models import Study
from studies.refusals import Refused


def follow_visits(*, study: Study, before: Definition, after: Definition) -> None:
    """Let specimens follow visits that have another name now. Raises Refused where specimens belong to a visit that is
    there no more. In the caller's transaction, which holds the study."""
    became = {event.name: _find(event, after) for event in before.events}
    _refuse_lost(study, {name for name, now in became.items() if now is None})
    renamed = {name: now.name for name, now in became.items() if now and now.name != name}
    if renamed:
        _rename(study, renamed)


def _find(event: StudyEvent, after: Definition) -> StudyEvent | None:
    """What a visit is now. What is shipped has no identities until it is published: then it is known by its name."""
    if event.oid is None:
        return after.event_by_name.get(event.name)
    return next((one for one in after.events if one.oid == event.oid), None)


def _refuse_lost(study: Study, lost: set[str]) -> None:
    counts = (
        Specimen.objects.filter(study=study, timepoint__in=lost)
        .order_by("timepoint")
        .values_list("timepoint")
        .annotate(n=Count("pk"))
    )
    told = [
        storable_plural(
            "%(n)d specimen belongs to the visit “%(visit)s”, which this version does not have.",
            "%(n)d specimens belong to the visit “%(visit)s”, which this version does not have.",
            n,
        )
        % {"visit": visit}
        for visit, n in counts
    ]
    if told:
        what_to_do = _(
            "Keep the visit in the definition; one that is called otherwise keeps its oid, and takes its specimens along."
        )
        raise Refused(several([*told, what_to_do]))


def _rename(study: Study, renamed: Mapping[str, str]) -> None:
    """In one statement, so that two visits can change names with each other."""
    named = Case(*(When(timepoint=old, then=Value(new)) for old, new in renamed.items()))
    told = ", ".join(f"{old} → {new}" for old, new in renamed.items())
    with record(by=None, reason=_("specimens follow their visits: %(visits)s") % {"visits": told}):
        Specimen.objects.filter(study=study, timepoint__in=renamed).update(timepoint=named)
