"""What people call the kinds of import that the apps have registered (imports.registry)."""

from typing import Any

LABELS: dict[str, Any] = {}


def choices() -> list[tuple[str, Any]]:
    """Kind and label, as a field of a model wants them."""
    return list(LABELS.items())
