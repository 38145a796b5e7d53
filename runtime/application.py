"""Yogo's own processes (web, worker, beat, management commands) and the environment they read."""

import http.client
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from runtime.credentials import Credentials
from runtime.paths import SOURCE, Places
from runtime.processes import Program

WEB_WORKERS = 2


def environment(
    base: Mapping[str, str],
    places: Places,
    credentials: Credentials,
    *,
    database_url: str,
    broker_url: str,
    programs: Path,
    port: int,
) -> dict[str, str]:
    """The environment of every process of the application: ours where the services decide it, else
    what the caller had set (YOGO_TIME_ZONE, YOGO_LOG_LEVEL, ...). `programs` holds PostgreSQL's
    own tools (psql, pg_dump), for `./yogo manage dbshell` and the like."""
    return {
        **base,
        "YOGO_SECRET_KEY": credentials.secret_key,
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "YOGO_BASE_URL": address(port),
        "YOGO_STATIC_ROOT": str(places.data / "static"),
        "YOGO_FRONTEND_BUILD": str(places.data / "frontend"),
        "NUMBA_CACHE_DIR": base.get("NUMBA_CACHE_DIR") or str(places.kernels),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": os.pathsep.join([str(programs), base.get("PATH", os.defpath)]),
        "PYTHONPATH": str(SOURCE),
        "PYTHONUNBUFFERED": "1",
    }


def address(port: int) -> str:
    """Where people reach an installation on this machine."""
    return f"http://127.0.0.1:{port}"


def management_command(*arguments: str) -> list[str]:
    return [sys.executable, str(SOURCE / "manage.py"), *arguments]


def web(places: Places, env: Mapping[str, str], listener: int) -> Program:
    """The web server, on a socket that the supervisor holds: no visitor is refused while it restarts."""
    command = _module("gunicorn", "--config", str(SOURCE / "runtime" / "gunicorn_conf.py"))
    bind = ["--bind", f"fd://{listener}", "--workers", str(WEB_WORKERS), "config.wsgi"]
    return _program("web", places, env, [*command, *bind], inherit=(listener,))


def worker(places: Places, env: Mapping[str, str], *, name: str = "worker") -> Program:
    """The Celery worker, one process per core."""
    return _program("worker", places, env, _module("celery", *worker_arguments(name)))


def worker_arguments(name: str, concurrency: int | None = None) -> list[str]:
    """Takes from every queue."""
    processes = str(concurrency or os.cpu_count() or 1)
    return [*_celery_worker(name), "--concurrency", processes, "-Ofair"]


def short_worker(places: Places, env: Mapping[str, str]) -> Program:
    """The process that is kept free for short work: what long work may never keep waiting."""
    return _program("short-worker", places, env, _module("celery", *short_worker_arguments()))


def short_worker_arguments(name: str = "short") -> list[str]:
    """Two threads of one process: most of it is waiting for the database."""
    return [*_celery_worker(name), "--queues", "short", "--pool", "threads", "--concurrency", "2"]


def _celery_worker(name: str) -> list[str]:
    return [
        *("-A", "config", "worker", "-n", f"{name}@%h"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def beat(places: Places, env: Mapping[str, str]) -> Program:
    """The clock behind the schedules; which they are stands in the database."""
    return _program("beat", places, env, _module("celery", "-A", "config", "beat"))


def prepare(*, demo: bool) -> list[str]:
    """The management command that migrates, builds and collects whatever is not yet as this version
    needs it, and with `demo` loads the demonstration study; it prints what is worth showing."""
    return management_command("prepare", *(["--demo"] if demo else []))


def answers(port: int) -> bool:
    """Whether the web server answers a visitor with a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]


def _program(
    name: str,
    places: Places,
    env: Mapping[str, str],
    command: list[str],
    inherit: tuple[int, ...] = (),
) -> Program:
    log: Path = places.logs / f"{name}.log"
    return Program(name=name, command=command, environment=env, log=log, inherit=inherit)
