"""Programs for a supervisor that need nothing but Python."""

import sys

from runtime.paths import Places
from runtime.processes import Program


def python_program(places: Places, name: str, code: str, **options: object) -> Program:
    """A program for the supervisor that runs a line of Python."""
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment={},
        log=places.logs / f"{name}.log",
        **options,  # type: ignore[arg-type]
    )
