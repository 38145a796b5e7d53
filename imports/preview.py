"""What an import would do, row by row, as people see it and as it is kept with the batch."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from imports.columns import Problem
from sentences import Sentence
from sentences import storable as _

ROWS_KEPT = 2_000
PROBLEMS_TOLD = 5


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


IMPORTANCE = (
    Verdict.REJECTED,
    Verdict.CHANGED,
    Verdict.NEW,
    Verdict.UNCHANGED,
    Verdict.SKIPPED,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A field before (None: unknown until now) and after."""

    field: str
    old: str | None
    new: str


@dataclass(slots=True)
class RowVerdict:
    """What becomes of one row of the file."""

    row: int
    subject: Sentence | str
    is_new: bool = False
    skipped: bool = False
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """Cells that end up nowhere, or not as written; the row is taken all the same."""

    @property
    def verdict(self) -> Verdict:
        if self.problems:
            return Verdict.REJECTED
        if self.skipped:
            return Verdict.SKIPPED
        if self.is_new:
            return Verdict.NEW
        return Verdict.CHANGED if self.changes else Verdict.UNCHANGED

    def as_json(self) -> dict[str, Any]:
        told = {
            "row": self.row,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "changes": [[c.field, c.old, c.new] for c in self.changes],
            "problems": [[p.column, p.value[:200], p.why] for p in self.problems],
        }
        if self.notes:
            told["notes"] = [[p.column, p.value[:200], p.why] for p in self.notes]
        return told


def as_json(
    rows: Iterable[RowVerdict],
    *,
    writes: dict[str, int],
    not_taken: Iterable[str],
    notes: Iterable[Sentence | str],
    doubts: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The kept form: complete counts, at most ROWS_KEPT rows (rejected ones first, then those with a
    note), and a fingerprint of all rows, by which a commit knows whether it would do what was shown. Of each verdict no more rows
    are held than can be kept: a file may have a million."""
    counts = Counter[Verdict]()
    digest = hashlib.sha256()
    noted: list[int] = []
    first: dict[Verdict | None, list[dict[str, Any]]] = {v: [] for v in (None, *IMPORTANCE)}
    for row in rows:
        verdict, told = row.verdict, row.as_json()
        counts[verdict] += 1
        digest.update(json.dumps(told, sort_keys=True, default=Sentence.as_json).encode())
        if row.notes:
            noted.append(row.row)
        rank = None if row.notes and verdict != Verdict.REJECTED else verdict
        if len(first[rank]) < ROWS_KEPT:
            first[rank].append(told)
    order = (Verdict.REJECTED, None, *IMPORTANCE[1:])
    kept = [told for rank in order for told in first[rank]][:ROWS_KEPT]
    return {
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "writes": writes,
        "rows": sorted(kept, key=lambda told: told["row"]),
        "rows_in_all": counts.total(),
        "not_taken": list(not_taken),
        "notes": [*notes, *_say_rows(noted)],
        "noted": len(noted),
        "doubts": doubts or [],
        "fingerprint": digest.hexdigest(),
    }


def _say_rows(rows: list[int]) -> list[Sentence]:
    if not rows:
        return []
    return [
        _(
            "Of these rows a value is left out, or not taken as written; each says which and why: %(rows)s."
        )
        % {"rows": spans(rows)}
    ]


def spans(rows: Iterable[int]) -> str:
    """Row numbers in short: 2–5, 9."""
    parts: list[list[int]] = []
    for row in sorted(set(rows)):
        if parts and row == parts[-1][1] + 1:
            parts[-1][1] = row
        else:
            parts.append([row, row])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in parts)


def show(value: object) -> str:
    """A stored value as text for a preview."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
