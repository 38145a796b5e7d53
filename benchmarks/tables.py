"""What was measured, as a Markdown table, and where it goes in docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Table:
    """columns: headings, of which the first is of words and the others of numbers; notes: sentences."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def markdown(self) -> str:
        """The table, with its notes beneath."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = ["| " + " | ".join(row) + " |" for row in (self.columns, rule, *self.rows)]
        return "\n".join(lines) + "\n" + "".join(f"\n{note}\n" for note in self.notes)


def seconds(value: float) -> str:
    """Seconds, three digits: 0.0312, 1.24, 106."""
    return f"{value:#.3g}".rstrip(".") if value < 1000 else f"{value:.0f}"


def times(value: float) -> str:
    """How many times as fast: 0.87x, 12.3x, 240x."""
    return f"{value:.2f}x" if value < 2 else f"{value:.1f}x" if value < 100 else f"{value:.0f}x"


def at_least(goal: float, found: float) -> str:
    """A goal of speed, and whether it was met."""
    return f"≥ {goal:g}x: {_verdict(found >= goal)}"


def at_most(goal: float, found: float, unit: str = "s") -> str:
    """A goal of time or memory, and whether it was met."""
    return f"≤ {goal:g} {unit}: {_verdict(found <= goal)}"


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def surroundings(runs: int, *packages: str) -> str:
    """Machine, versions, day: the line that stands over a table."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{package} {version(package)}" for package in ("numba", *packages))
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {_processor()}, {cores} cores, load before the start {load}; "
        f"Python {platform.python_version()}, {versions}; medians of {runs} rounds."
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


def write(name: str, content: str, document: Path = DOCUMENT) -> None:
    """Put `content` between the markers of `name`. ValueError where the document has no such markers."""
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    text = document.read_text(encoding="utf-8")
    if first not in text or last not in text:
        raise ValueError(f"{document.name} has no markers of {name!r}; add them where it belongs.")
    before, rest = text.split(first)
    after = rest.split(last)[1]
    document.write_text(f"{before}{first}{content}\n{last}{after}", encoding="utf-8")
