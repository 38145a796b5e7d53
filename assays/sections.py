"""What apps above add to a plate's page, without assays knowing them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from assays.models import PlateRun

Section = tuple[str, dict[str, Any]]
PlateProvider = Callable[[HttpRequest, PlateRun], Section | None]

_plate: dict[PlateProvider, int] = {}


def register_plate_section(order: int, provider: PlateProvider) -> None:
    _plate[provider] = order


def plate_sections(request: HttpRequest, plate_run: PlateRun) -> list[Section]:
    """In the order that the providers asked for."""
    found = (provider(request, plate_run) for provider in sorted(_plate, key=_plate.__getitem__))
    return [section for section in found if section is not None]
