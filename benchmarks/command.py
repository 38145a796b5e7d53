"""What all commands of this package have in common: `--quick`, `--full`, `--runs`, `--write`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from benchmarks.tables import Table, surroundings, write

RUNS = 5
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Scale:
    """How much to measure. quick: next to nothing, to see that it works; full: nothing extrapolated."""

    runs: int = RUNS
    quick: bool = False
    full: bool = False


def run_inside(module: str, *arguments: object) -> NoReturn:
    """Run a benchmark's `inside(*arguments)` in a process that has Django and a database of its own; ends with its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # a server of another user looks into it
        called = ", ".join(map(repr, arguments))
        program = f"from benchmarks.{module} import inside; inside({called})"
        command = [ROOT / "yogo", "manage", "--data-dir", folder, "shell", "-c", program]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    sys.exit(code)


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
