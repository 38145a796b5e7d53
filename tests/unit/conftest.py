"""What all unit tests share: whoever reads one study has another one beside it."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
BESIDE = [HERE / part for part in ("assays", "clinical", "exports", "modeling", "studies")]


@pytest.fixture(autouse=True)
def neighbour(request: pytest.FixtureRequest) -> None:
    """Another study in the database of each test of these folders (`tests.neighbours`)."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or request.node.get_closest_marker("alone"):
        return
    if any(request.path.is_relative_to(folder) for folder in BESIDE):
        request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
        from tests.neighbours import make_neighbour

        make_neighbour()
