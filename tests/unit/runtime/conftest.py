import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.paths import Places, open_places
from runtime.processes import Program


@pytest.fixture
def places() -> Iterator[Places]:
    """An empty data folder that root's database user can reach, too (pytest's own folders are private)."""
    folder = Path(tempfile.mkdtemp(prefix="yogo-places-"))
    places = open_places(folder)
    yield places
    shutil.rmtree(places.sockets)
    shutil.rmtree(folder)


def python_program(places: Places, name: str, code: str, **options: object) -> Program:
    """A program for the supervisor that runs a line of Python."""
    return Program(
        name=name,
        command=[sys.executable, "-c", code],
        environment={},
        log=places.logs / f"{name}.log",
        **options,  # type: ignore[arg-type]
    )
