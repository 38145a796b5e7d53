"""A study that collects what it defined itself, at visits of its own."""

from dataclasses import replace

from clinical.dictionary.definition import Definition
from clinical.dictionary.reading import read_definition
from clinical.selectors.definitions import collected_by
from clinical.services.definitions import publish_definition
from studies.models import Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory

# The order of the visits is neither that of the alphabet nor its reverse.
OWN = """
name: own
events:
  - {name: screening, label: {en: screening}, day: -7, forms: [blood]}
  - {name: c3d1, label: {en: "cycle 3, day 1"}, day: 45, forms: [blood]}
  - {name: off, label: {en: end of treatment}, forms: [blood]}
forms:
  - name: blood
    items:
      - {name: albumin, type: decimal, unit: g/dL, range: {low: 0.5, high: 8}, model_may_read: true}
"""


def study_of_own_visits(code: str = "OWN") -> Study:
    study = StudyFactory(code=code)
    SiteFactory(study=study)
    CohortFactory(study=study)
    publish_definition(study=study, definition=read_definition(OWN), by=None)
    return study


def rename(study: Study, **names: str) -> Definition:
    """Publish a version in which visits are called otherwise: they keep their identity."""
    now = collected_by(study).definition
    events = tuple(replace(one, name=names.get(one.name, one.name)) for one in now.events)
    return publish(study, replace(now, events=events))


def drop(study: Study, *names: str) -> Definition:
    """Publish a version without some visits."""
    now = collected_by(study).definition
    return publish(study, replace(now, events=tuple(e for e in now.events if e.name not in names)))


def publish(study: Study, definition: Definition) -> Definition:
    return publish_definition(study=study, definition=definition, by=None).definition
