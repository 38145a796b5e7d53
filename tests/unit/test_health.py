"""The health page while a server is away, or frozen: it takes connections and never answers."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.django_db
SECONDS_A_HEALTH_CHECK_WAITS = 6


@pytest.fixture
def frozen() -> Iterator[int]:
    """The port of a server that accepts and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    """A port at which nothing listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.mark.parametrize("trouble", ["frozen", "closed"])
def test_health_says_that_the_database_is_away(
    trouble: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(request.getfixturevalue(trouble)))
    began = time.monotonic()
    answer = Client().get("/health/")
    assert time.monotonic() - began < SECONDS_A_HEALTH_CHECK_WAITS
    assert answer.status_code == 503
    assert answer.json() == {"database": False, "broker": True}


@pytest.mark.parametrize("trouble", ["frozen", "closed"])
def test_health_is_well_and_says_that_the_broker_is_away(
    trouble: str, request: pytest.FixtureRequest, settings
) -> None:
    settings.BROKER_URL = f"redis://127.0.0.1:{request.getfixturevalue(trouble)}/0"
    began = time.monotonic()
    answer = Client().get("/health/")
    assert time.monotonic() - began < SECONDS_A_HEALTH_CHECK_WAITS
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": False}


def test_a_load_balancer_may_ask_without_wanting_the_answer() -> None:
    assert Client().head("/health/").status_code == 200
