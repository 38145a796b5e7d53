"""PostgreSQL and broker together: what both ./yogo up and a single command need first."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime import application, credentials
from runtime.broker import Broker
from runtime.disk import FIRST_START_MB, refuse_full
from runtime.paths import Places
from runtime.postgres import Postgres
from runtime.state import State, write_state
from runtime.supervisor import Supervisor


@dataclass(frozen=True)
class Services:
    """Running services of a data folder, and the environment in which programs reach them."""

    places: Places
    environment: dict[str, str]


def start_services(
    supervisor: Supervisor,
    places: Places,
    base: Mapping[str, str],
    *,
    command: str,
    port: int,
    durable: bool = True,
) -> Services:
    """Start PostgreSQL and broker, wait for both, and put down how others join in."""
    if not places.postgres.exists():
        refuse_full(places.data, FIRST_START_MB)
    secrets = credentials.load_or_make(places.credentials)
    postgres = Postgres(places, secrets, durable=durable)
    broker = Broker(places, durable=durable)
    environment = application.environment(
        base,
        places,
        secrets,
        database_url=postgres.url,
        broker_url=broker.url,
        programs=postgres.bin,
        port=port,
    )
    for folder in ("YOGO_STATIC_ROOT", "YOGO_FRONTEND_BUILD"):
        Path(environment[folder]).mkdir(exist_ok=True)  # the settings look whether they are there
    keep_state(supervisor, places, environment, command, ready=False)
    supervisor.start(postgres.program())
    supervisor.start(broker.program())
    return Services(places, environment)


def keep_state(
    supervisor: Supervisor,
    places: Places,
    environment: Mapping[str, str],
    command: str,
    *,
    ready: bool,
) -> None:
    """Write what is running, now and whenever it changes."""
    ours = {name: environment[name] for name in environment if _is_ours(name)}

    supervisor.changed = lambda processes: write_state(
        places, State(os.getpid(), command, ours, processes, ready)
    )
    supervisor.tell()


def _is_ours(name: str) -> bool:
    return name.startswith("YOGO_") or name in (
        "DATABASE_URL",
        "BROKER_URL",
        "NUMBA_CACHE_DIR",
        "PATH",
    )
