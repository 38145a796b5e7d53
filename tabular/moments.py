"""Dates of instruments: read where the file leaves no doubt, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

SLASHED = re.compile(r"\b(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\b")
TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ,]+(\d{4})")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether days stand before months, by the dates in which only one order is possible; None where
    there is no such date or where they contradict each other."""
    found = {
        int(first) > 12
        for text in texts
        for first, second, _year in SLASHED.findall(text)
        if (int(first) > 12) != (int(second) > 12)
    }
    return found.pop() if len(found) == 1 else None


def moment(text: str, first_is_day: bool | None) -> datetime | None:
    """The local time that a text names; None where it names none without doubt."""
    date = _date(text, first_is_day)
    if date is None:
        return None
    clock = TIME.search(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3]) if clock else (0, 0, 0)
    half = (clock[4] or "").lower() if clock else ""
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(*date, hour, minute, second)
    except ValueError:
        return None


def _date(text: str, first_is_day: bool | None) -> tuple[int, int, int] | None:
    if iso := ISO.search(text):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if named := NAMED.search(text):
        month = named[2].lower()
        return (int(named[3]), MONTHS.index(month) + 1, int(named[1])) if month in MONTHS else None
    if slashed := SLASHED.search(text):
        first, second, year = (int(part) for part in slashed.groups())
        if first == second:
            return year, first, second
        if first_is_day is not None:
            return (year, second, first) if first_is_day else (year, first, second)
    return None
