"""Positions on a plate of 96 or 384 wells."""

from __future__ import annotations

import re

POSITION = re.compile(r"([A-Pa-p])0?(\d{1,2})")


def position(text: str) -> str | None:
    """The position that a text names, as "A1" ... "P24"; None where it names none."""
    found = POSITION.fullmatch(text.strip())
    if not found or not 1 <= int(found[2]) <= 24:
        return None
    return f"{found[1].upper()}{int(found[2])}"


def positions(text: str) -> str | None:
    """The positions of a reading of one or more wells, as "A3,A4"; None where a part is none."""
    parts = [position(part) for part in re.split(r"[,;+ ]+", text.strip()) if part]
    if not parts or None in parts or len(set(parts)) < len(parts):
        return None
    return ",".join(part for part in parts if part)


def plate_size(wells: list[str]) -> int:
    """96, or 384 where a well lies beyond H12."""
    for well in wells:
        for part in well.split(","):
            if part[:1] > "H" or int(part[1:] or 0) > 12:
                return 384
    return 96
