"""Names of visits, and what stands in visits.yaml: those of the source study."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ciri.said import Said

_TOLD: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("visits.yaml").read_text(encoding="utf-8")
)
DEFAULT_VISIT: str = _TOLD["default"]
LONGEST_VISIT = 200
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def is_visit(text: Any) -> bool:
    """Whether a visit may be called so."""
    return (
        isinstance(text, str) and len(text) <= LONGEST_VISIT and _NAME.fullmatch(text) is not None
    )


def day_of_visit(name: str) -> int | None:
    """The day of a visit of the source study, from the first dose on; None for any other."""
    known = _TOLD["visits"].get(name)
    return known["day"] if known else None


def say_visit(name: str) -> Said:
    """When a visit is, as far as its name tells."""
    known = _TOLD["visits"].get(name)
    return Said(known["said"]) if known else Said("at_visit", visit=name)
