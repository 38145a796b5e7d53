"""What an import would do, row by row, as people see it and as it is kept with the batch."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from studies.imports.columns import Problem

ROWS_KEPT = 2_000
PROBLEMS_TOLD = 5


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Change:
    """A field before (None: unknown until now) and after."""

    field: str
    old: str | None
    new: str


@dataclass
class RowVerdict:
    """What becomes of one row of the file."""

    row: int
    subject: str
    is_new: bool = False
    skipped: bool = False
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

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
        return {
            "row": self.row,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "changes": [[c.field, c.old, c.new] for c in self.changes],
            "problems": [[p.column, p.value[:200], p.why] for p in self.problems],
        }


def as_json(
    rows: Iterable[RowVerdict],
    *,
    writes: dict[str, int],
    not_taken: Iterable[str],
    notes: Iterable[str],
) -> dict[str, Any]:
    """The kept form: complete counts, at most ROWS_KEPT rows (rejected ones first), and a fingerprint
    of all rows, by which a commit knows whether it would do what was shown."""
    shown = [row.as_json() for row in rows]
    counts = Counter(row["verdict"] for row in shown)
    digest = hashlib.sha256()
    for row in shown:
        digest.update(json.dumps(row, sort_keys=True).encode())
    importance = [
        Verdict.REJECTED,
        Verdict.CHANGED,
        Verdict.NEW,
        Verdict.UNCHANGED,
        Verdict.SKIPPED,
    ]
    kept = sorted(shown, key=lambda row: importance.index(Verdict(row["verdict"])))[:ROWS_KEPT]
    return {
        "counts": {verdict.value: counts.get(verdict.value, 0) for verdict in Verdict},
        "writes": writes,
        "rows": sorted(kept, key=lambda row: row["row"]),
        "rows_in_all": len(shown),
        "not_taken": list(not_taken),
        "notes": list(notes),
        "fingerprint": digest.hexdigest(),
    }


def shown(value: object) -> str:
    """A stored value as text for a preview."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
