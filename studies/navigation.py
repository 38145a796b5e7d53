"""The menu of a study: each app adds its own pages to it, so that the shell knows none of them (docs/seams.md
lists them)."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from studies.models import Study
from studies.permissions import Capability


@dataclass(frozen=True)
class Entry:
    """One line of the menu: the name of a page's URL, which takes the study's code, and who sees the line: whoever has
    any of the capabilities."""

    order: int
    page: str
    label: Any
    capabilities: frozenset[Capability]


@dataclass(frozen=True)
class Link:
    """A line as the shell draws it."""

    label: Any
    url: str
    is_here: bool


MENU: dict[str, Entry] = {}


def add_to_menu(order: int, page: str, label: Any, *capabilities: Capability) -> None:
    """Add a page to the menu of every study; done once, in an app's ready()."""
    MENU[page] = Entry(order, page, label, frozenset(capabilities))


def menu_of(study: Study, held: frozenset[Capability], path: str) -> list[Link]:
    """What a person with these capabilities sees of the menu; `path`: where they are. A line stands for the pages
    below it, too, unless other lines lie there."""
    entries = sorted(MENU.values(), key=lambda entry: entry.order)
    urls = {entry.page: reverse(entry.page, args=[study.code]) for entry in entries}

    def is_here(url: str) -> bool:
        has_lines_below = any(other != url and other.startswith(url) for other in urls.values())
        return path == url or (path.startswith(url) and not has_lines_below)

    return [
        Link(entry.label, urls[entry.page], is_here(urls[entry.page]))
        for entry in entries
        if held & entry.capabilities
    ]
