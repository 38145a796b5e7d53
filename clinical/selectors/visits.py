"""The visits of a study by their names: those that it has, those that it had, and what a name has become."""

from dataclasses import dataclass
from datetime import datetime

from clinical.dictionary.definition import StudyEvent
from clinical.models import Definition
from clinical.selectors.definitions import Collected, collected_in
from studies.models import Study


@dataclass(frozen=True)
class Visits:
    """The visits of a study's definition. `published`: moment and key of each version, the oldest first."""

    published: tuple[tuple[datetime, int], ...]

    @property
    def now(self) -> Collected:
        """What the study collects."""
        return collected_in(self.published[-1][1] if self.published else 0)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the definition."""
        return tuple(self.now.definition.event_by_name)

    @property
    def former(self) -> tuple[str, ...]:
        """Names that visits had in versions before, and none has now."""
        versions = [collected_in(pk).definition for _moment, pk in self.published]
        names = dict.fromkeys(name for one in versions for name in one.event_by_name)
        return tuple(name for name in names if name not in self.names)

    def at(self, moment: datetime) -> Collected:
        """What the study collected at a moment."""
        known = [pk for published_at, pk in self.published if published_at <= moment]
        return collected_in(known[-1] if known else 0)

    def find(self, name: str, since: datetime) -> StudyEvent | None:
        """The visit that was called so at a moment, as it is now. What is frozen keeps the name of its time: a
        specification names its visit by it after a renaming, too."""
        event = self.at(since).definition.event_by_name.get(name)
        if event is not None and event.oid is None and self.published:
            # What is shipped has no identities; it got them by its names when the first version was published.
            first = collected_in(self.published[0][1]).definition
            event = first.event_by_name.get(name)
        if event is None or event.oid is None:
            return event
        return next((one for one in self.now.definition.events if one.oid == event.oid), None)

    def call_now(self, name: str, since: datetime) -> str:
        """The name that the visit has now which was called so at a moment; the same where there is no such visit."""
        event = self.find(name, since)
        return event.name if event else name


def visits_of(study: Study | int) -> Visits:
    """The visits of a study; one query, and the versions are remembered."""
    found = Definition.objects.filter(study=study, published_at__isnull=False).order_by("version")
    rows = found.values_list("published_at", "pk")
    return Visits(tuple((moment, pk) for moment, pk in rows if moment is not None))
