"""The languages that pages are offered in."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import to_locale

SOURCE = "en"  # texts stand in the code in English: that needs no catalogue


def select_languages(
    known: Sequence[tuple[str, Any]], folders: Iterable[Path]
) -> list[tuple[str, Any]]:
    """Those of `known` (code, name) whose compiled catalogue lies in one of the locale folders.

    Django alone would take a language for offered because it brings a catalogue of its own: pages would
    say that they are Japanese, with our texts in English and its buttons, months and numbers in Japanese.
    """
    return [
        (code, name)
        for code, name in known
        if code == SOURCE
        or any((f / to_locale(code) / "LC_MESSAGES" / "django.mo").is_file() for f in folders)
    ]
