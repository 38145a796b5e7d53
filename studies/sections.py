"""What other apps add to a page, without that page knowing them.

A provider gets the request and what the page is about, and returns a template with its context, or None
where it has nothing to say to this person. Providers register in their app's ready(); docs/seams.md lists them.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from studies.models import Study
from studies.web.requests import StudyRequest

Subject = TypeVar("Subject")
Section = tuple[str, dict[str, Any]]


class Sections(Generic[Subject]):
    """The sections of one kind of page."""

    def __init__(self) -> None:
        self._orders: dict[Callable[[StudyRequest, Subject], Section | None], int] = {}

    def register(
        self, order: int, provider: Callable[[StudyRequest, Subject], Section | None]
    ) -> None:
        self._orders[provider] = order

    def providers(self) -> list[Callable[[StudyRequest, Subject], Section | None]]:
        """Who adds something, in the order that they asked for."""
        return sorted(self._orders, key=self._orders.__getitem__)

    def of(self, request: StudyRequest, subject: Subject) -> list[Section]:
        """What the providers have to say to this person."""
        found = (provider(request, subject) for provider in self.providers())
        return [section for section in found if section is not None]


overview_sections: Sections[Study] = Sections()
overview_actions: Sections[Study] = Sections()
"""Beside the heading of the overview."""
shell_sections: Sections[Study] = Sections()
"""In the bar above every page of a study."""
