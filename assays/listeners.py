"""What assays do when a study collects something else from now on."""

from typing import Any

from assays.services.visits import follow_visits
from clinical.selectors.definitions import Collected
from clinical.signals import definition_published
from studies.models import Study


def on_definition_published(
    sender: object, study: Study, before: Collected, after: Collected, **kwargs: Any
) -> None:
    """In the transaction of the publication itself; what is refused here is not published."""
    follow_visits(study=study, before=before.definition, after=after.definition)


def connect() -> None:
    definition_published.connect(
        on_definition_published, dispatch_uid="assays.on_definition_published"
    )
