"""What all commands of this package have in common: `--quick`, `--full`, `--runs`, `--write`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.tables import Table, surroundings, write

RUNS = 5


@dataclass(frozen=True)
class Scale:
    """How much to measure. quick: next to nothing, to see that it works; full: nothing extrapolated."""

    runs: int = RUNS
    quick: bool = False
    full: bool = False


def run(
    name: str,
    measure: Callable[[Scale], list[Table]],
    packages: Sequence[str] = (),
    arguments: Sequence[str] | None = None,
) -> None:
    """Parse the command line, measure, print Markdown, and with `--write` put it into the document."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}")
    parser.add_argument("--quick", action="store_true", help="tiny cohorts, one round")
    parser.add_argument("--full", action="store_true", help="nothing extrapolated; takes long")
    parser.add_argument("--runs", type=int, default=RUNS, help="rounds (default %(default)s)")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args(arguments)
    if asked.quick and asked.write:
        parser.error("--quick measures nothing worth writing; leave one of the two out.")
    runs = 1 if asked.quick else max(1, asked.runs)
    heading = surroundings(runs, *packages)
    tables = measure(Scale(runs, asked.quick, asked.full))
    content = "\n".join([heading + "\n", *[table.markdown() for table in tables]])
    print(content)
    if asked.write:
        write(name, content)
