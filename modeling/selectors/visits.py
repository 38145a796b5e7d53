"""The visits at which models read: a specification is frozen and names its visit as it was called when it was stated."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from ciri import Specification, parse_specification
from clinical.selectors.visits import Visits, visits_of
from modeling.models import ModelSpecification, ModelVersion
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from tabular.section import near_names

REMEMBERED = 64
_remembered: dict[int, tuple[datetime, Visits]] = {}
"""By study: when it was read, and what."""


def read_specification(stated: ModelSpecification) -> Specification:
    """What a model is meant to be, with its visit as the study calls it now: this is how values are found."""
    specification = parse_specification(stated.body)
    visits = visits_of(stated.model.study_id)
    return replace(
        specification, timepoint=visits.call_now(specification.timepoint, stated.created_at)
    )


def find_visit(visits: Visits, stated: ModelSpecification) -> str:
    """The name that the visit of a specification has now."""
    return visits.call_now(stated.body.get("timepoint", ""), stated.created_at)


def read_alike(visits: Visits, a: ModelVersion, b: ModelVersion) -> bool:
    """Whether two versions predict the same outcome from the same visit."""
    first, second = (
        (one.specification.body["endpoint"], find_visit(visits, one.specification))
        for one in (a, b)
    )
    return first == second


def day_of_visit(version: ModelVersion) -> int | None:
    """The day at which a version's values are taken, from the first dose on; None where nobody planned it."""
    stated = version.specification
    return planned_day(version.model.study_id, stated.body.get("timepoint", ""), stated.created_at)


def planned_day(study: int, name: str, moment: datetime) -> int | None:
    """The day for which a visit was planned by the definition of a moment that has passed."""
    event = _visits_until(study, moment).at(moment).definition.event_by_name.get(name)
    return event.day if event and not event.anchor else None


def _visits_until(study: int, moment: datetime) -> Visits:
    """The visits of a study with all versions up to a moment. Remembered, for a page asks for each of its versions: none is
    published later for a moment that has passed."""
    read_at, found = _remembered.get(study, (None, None))
    if found is None or read_at is None or read_at < moment:
        if len(_remembered) >= REMEMBERED:
            _remembered.clear()
        read_at, found = timezone.now(), visits_of(study)
        _remembered[study] = read_at, found
    return found


def say_no_such_visit(study: Study, specification: Specification) -> Sentence | None:
    """Why a specification cannot be followed in a study, where that has no visit of its name."""
    name, visits = specification.timepoint, visits_of(study)
    if name in visits.names:
        return None
    near = near_names(name, visits.names)
    if near:
        return _("The study has no visit %(name)s. Did you mean %(near)s?") % {
            "name": name,
            "near": ", ".join(near),
        }
    return _("The study has no visit %(name)s. Write as timepoint one of: %(visits)s.") % {
        "name": name,
        "visits": ", ".join(visits.names) or "–",
    }
