"""docker-compose.yml without a Docker engine: its commands, for real, against Debian's PostgreSQL and Redis."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from config.environment import DECLARED
from runtime.paths import SOURCE
from runtime.postgres import server_user
from runtime.processes import die_with_parent, run_as

COMPOSE = yaml.safe_load((SOURCE / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "short-worker", "beat")
SECRETS = {
    "YOGO_SECRET_KEY": "5e" * 32,
    "POSTGRES_PASSWORD": "01" * 16,
    "YOGO_DATABASE_PASSWORD": "ab" * 16,
    "REDIS_PASSWORD": "cd" * 16,
    "YOGO_HOST": "yogo.test",
}


def compose_value(text: str, env: Mapping[str, str] = SECRETS) -> str:
    """A value of docker-compose.yml as Compose would give it, with the test's secrets."""

    def replace(found: re.Match[str]) -> str:
        name, operator, default = re.fullmatch(r"(\w+)(?:(:[-?])(.*))?", found[1]).groups()  # type: ignore[union-attr]
        if env.get(name):
            return env[name]
        if operator == ":?":
            return f"<{default}>"
        return default or ""

    while (
        inner := re.sub(r"(?<!\$)\$\{([^${}]+)\}", replace, text)
    ) != text:  # from the inside out
        text = inner
    return text.replace("$$", "$")


def test_every_service_has_a_health_check_or_ends_and_comes_back() -> None:
    expected = {*OURS, "postgres", "redis", "proxy", "backup"}
    assert set(SERVICES) == expected
    for name, service in SERVICES.items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name
    kept = {mount.split(":")[0] for each in SERVICES.values() for mount in each.get("volumes", [])}
    assert set(COMPOSE["volumes"]) == {name for name in kept if not name.startswith("./")}
    for path in (name for name in kept if name.startswith("./")):
        assert (SOURCE / path).is_file(), path


def test_what_the_application_is_given_is_what_the_settings_read_and_the_other_way_round() -> None:
    image = re.findall(
        r"^(?:ENV| +) ?(\w+)=\S+(?: \\)?$", (SOURCE / "Dockerfile").read_text(), re.M
    )
    given = {name for name in image if name.startswith("YOGO_")}
    for name in OURS:
        assert given | set(SERVICES[name]["environment"]) == set(DECLARED), name


def test_the_example_of_env_names_what_compose_asks_for_and_the_other_way_round() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (SOURCE / "docker-compose.yml").read_text()))
    named = set(re.findall(r"^(\w+)=", (SOURCE / ".env.example").read_text(), re.M))
    assert asked == named


def test_a_missing_secret_stops_compose_with_a_sentence() -> None:
    text = (SOURCE / "docker-compose.yml").read_text()
    for name in SECRETS:
        others = {other: value for other, value in SECRETS.items() if other != name}
        assert f"<Put {name}" in compose_value(text, others)
    assert "<" not in compose_value(text.replace("<<:", ""))


def test_addresses_come_from_the_environment_and_are_this_machines_own_by_default() -> None:
    elsewhere = {
        "DATABASE_URL": "postgresql://yogo:secret@database.hospital/yogo",
        "BROKER_URL": "rediss://:secret@broker.hospital:6380/1",
    }
    for name in OURS:
        env = SERVICES[name]["environment"]
        own = {each: compose_value(env[each]) for each in elsewhere}
        assert own == {
            "DATABASE_URL": f"postgresql://yogo:{SECRETS['YOGO_DATABASE_PASSWORD']}@postgres/yogo",
            "BROKER_URL": f"redis://:{SECRETS['REDIS_PASSWORD']}@redis:6379/0",
        }
        # No password of a service that is not started here is asked for.
        assert {each: compose_value(env[each], elsewhere) for each in elsewhere} == elsewhere
    backed_up = SERVICES["backup"]["environment"]["DATABASE_URL"]
    assert compose_value(backed_up) == own["DATABASE_URL"]
    assert compose_value(backed_up, elsewhere) == elsewhere["DATABASE_URL"]
    assert compose_value(backed_up, {**elsewhere, "BACKUP_DATABASE_URL": "direct"}) == "direct"
    assert "<" not in compose_value(
        SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"], elsewhere
    )


@pytest.mark.parametrize(("service", "file"), [("postgres", "database"), ("redis", "broker")])
def test_a_service_that_is_elsewhere_is_neither_started_nor_waited_for(
    service: str, file: str
) -> None:
    override = yaml.safe_load((SOURCE / "deploy" / f"{file}-elsewhere.yml").read_text())["services"]
    assert override.pop(service) == {"profiles": ["elsewhere"]}
    waiting = {name for name, each in SERVICES.items() if service in each.get("depends_on", {})}
    assert set(override) == waiting
    for each in override.values():
        assert each == {
            "depends_on": {service: {"condition": "service_healthy", "required": False}}
        }


def test_other_machines_reach_both_at_an_address_that_is_named() -> None:
    more = yaml.safe_load((SOURCE / "deploy" / "more-machines.yml").read_text())["services"]
    ports = [compose_value(each["ports"][0], {"YOGO_LISTEN": "10.0.0.5"}) for each in more.values()]
    assert ports == ["10.0.0.5:5432:5432", "10.0.0.5:6379:6379"]


def test_a_missing_variable_stops_the_settings_with_a_sentence() -> None:
    for name in ("YOGO_SECRET_KEY", "DATABASE_URL", "BROKER_URL"):
        env = {key: value for key, value in os.environ.items() if key != name}
        done = subprocess.run(
            [sys.executable, "-c", "import config.settings"],
            env={**env, "PYTHONPATH": str(SOURCE)},
            cwd=SOURCE,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert f"{name} is not set: it holds" in done.stderr


def test_the_image_calls_commands_that_exist() -> None:
    called = re.findall(r"manage\.py (\w+)", (SOURCE / "Dockerfile").read_text())
    assert called
    assert set(called) <= set(get_commands())


# The rest starts the services' own commands.

REDIS = shutil.which("redis-server")
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
installed = pytest.mark.skipif(
    not (REDIS and DEBIAN),
    reason="Debian's postgresql and redis-server are not installed here (.ci/run installs them).",
)


@dataclass(frozen=True)
class Production:
    """The environment in which the services' commands run, and where their output goes."""

    folder: Path
    environment: dict[str, str]
    database: dict[str, str]
    port: int

    def command(self, service: str) -> list[str]:
        """A service's command with the programs of this machine and a port of the test's."""
        told = [compose_value(part) for part in SERVICES[service]["command"]]
        program = str(Path(sys.executable).parent / told[0])
        return [program, *(part.replace("0.0.0.0:8000", self.address) for part in told[1:])]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    parent = os.getpid()
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: die_with_parent(parent=parent),
            **options,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_succeeds(command: list[str], seconds: float, **options: Any) -> None:
    deadline = time.monotonic() + seconds
    while (done := subprocess.run(command, capture_output=True, check=False, **options)).returncode:
        assert time.monotonic() < deadline, (done.stdout + done.stderr).decode(errors="replace")
        time.sleep(0.2)


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    folder = Path(tempfile.mkdtemp(prefix="yogo-compose-"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = stack.enter_context(debian_postgres(folder))
        redis_port = stack.enter_context(debian_redis(folder))
        port = free_port()
        environment = {
            name: compose_value(str(value))
            for name, value in SERVICES["web"]["environment"].items()
        }
        password = SECRETS["YOGO_DATABASE_PASSWORD"]
        environment |= {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
            "PYTHONPATH": str(SOURCE),
            "HOSTNAME": socket.gethostname(),
            "DATABASE_URL": f"postgresql://yogo:{password}@127.0.0.1:{database['PGPORT']}/yogo",
            "BROKER_URL": environment["BROKER_URL"].replace(
                "redis:6379", f"127.0.0.1:{redis_port}"
            ),
            "YOGO_STATIC_ROOT": str(folder / "static"),
            "YOGO_FRONTEND_BUILD": str(folder / "frontend"),
            "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"],  # what is compiled already
        }
        (folder / "static").mkdir()
        (folder / "frontend").mkdir()
        yield Production(folder, environment, database, port)


@contextmanager
def debian_postgres(folder: Path) -> Iterator[dict[str, str]]:
    """Debian's server, set up by the script that the postgres image runs."""
    programs, cluster = DEBIAN[-1].parent, folder / "cluster"
    user = server_user(cluster)
    cluster.mkdir(mode=0o700)
    if user:
        os.chown(cluster, user.uid, user.gid)
    options = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--auth-local=trust"]
    initdb = [str(programs / "initdb"), "-D", str(cluster), "-U", "postgres", "--no-sync"]
    with_password = folder / "superuser"
    with_password.write_text(SECRETS["POSTGRES_PASSWORD"])
    with_password.chmod(0o644)
    made = run_as(user, [*initdb, f"--pwfile={with_password}", *options])
    assert made.returncode == 0, made.stderr
    port = str(free_port())
    server = [str(programs / "postgres"), "-D", str(cluster), "-p", port, "-k", str(cluster)]
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    log = folder / "postgres.log"
    with running([*server, "-h", "127.0.0.1", "-F"], log, cwd="/", **as_user):
        path = os.pathsep.join([str(programs), os.defpath])
        env = {"PATH": path, "PGPORT": port, "PGHOST": "127.0.0.1"}
        check = [*SERVICES["postgres"]["healthcheck"]["test"][1:], "--port", port]
        until_succeeds(check, 30, env=env)
        superuser = {"PGPASSWORD": SECRETS["POSTGRES_PASSWORD"]}
        role = {"YOGO_DATABASE_PASSWORD": SECRETS["YOGO_DATABASE_PASSWORD"]}
        script = ["sh", str(SOURCE / "deploy" / "create-role.sh")]
        until_succeeds(script, 5, env={**env, **superuser, **role})
        yield {**env, "PGUSER": "yogo", "PGDATABASE": "yogo", "PGPASSWORD": role.popitem()[1]}


@contextmanager
def debian_redis(folder: Path) -> Iterator[int]:
    """Debian's server, started by the compose file's own command, on another port."""
    port = free_port()
    (folder / "redis").mkdir()
    told = [compose_value(part) for part in SERVICES["redis"]["command"]]
    listen = f"--bind 127.0.0.1 --port {port} --dir {folder / 'redis'}"
    env = {"PATH": os.defpath, "REDISCLI_AUTH": SECRETS["REDIS_PASSWORD"]}
    with running([*told[:-1], f"{told[-1]} {listen}"], folder / "redis.log", env=env):
        check = SERVICES["redis"]["healthcheck"]["test"][1].replace(
            "redis-cli", f"redis-cli -p {port}"
        )
        until_succeeds(["sh", "-c", check], 10, env=env)
        yield port


@installed
def test_the_commands_of_all_services_start_and_pass_their_health_checks(
    production: Production,
) -> None:
    env, folder = production.environment, production.folder
    migrate = production.command("migrate")
    done = subprocess.run(
        migrate, env=env, cwd=SOURCE, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr

    with ExitStack() as stack:
        for name in ("web", "worker", "short-worker", "beat"):
            log = folder / f"{name}.log"
            stack.enter_context(running(production.command(name), log, env=env, cwd=SOURCE))
        for name in ("web", "worker", "short-worker", "beat"):
            kind, *check = (compose_value(part) for part in SERVICES[name]["healthcheck"]["test"])
            command = ["sh", "-c", *check] if kind == "CMD-SHELL" else check
            told = [part.replace(":8000", f":{production.port}") for part in command]
            until_succeeds(told, 180, env=env, cwd=SOURCE)
        assert_is_redirected_to_https(production)


def assert_is_redirected_to_https(production: Production) -> None:
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    asked = urllib.request.Request(
        f"http://{production.address}/", headers={"Host": SECRETS["YOGO_HOST"]}
    )
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(Stay).open(asked, timeout=10)
    with answer.value as response:
        assert response.code == 301
        assert response.headers["Location"] == f"https://{SECRETS['YOGO_HOST']}/"


@installed
def test_a_backup_is_whole_and_can_be_restored(production: Production) -> None:
    folder = production.folder / "backups"
    folder.mkdir()
    env = {**production.database, "BACKUP_FOLDER": str(folder)}
    script = ["sh", str(SOURCE / "deploy" / "backup.sh")]

    def sql(statement: str, database: str = "yogo") -> str:
        told = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement]
        done = subprocess.run(
            told, env={**env, "PGDATABASE": database}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert subprocess.run([*script, "check"], env=env, check=False).returncode != 0
    sql("CREATE TABLE backed_up AS SELECT 'yes'::text AS answer")
    old = folder / "yogo-20200101T000000Z.dump"
    old.touch()
    os.utime(old, (0, 0))
    until_succeeds([*script, "once"], 1, env=env)
    assert subprocess.run([*script, "check"], env=env, check=False).returncode == 0
    (made,) = folder.iterdir()
    assert made.stat().st_mode & 0o077 == 0

    superuser = {"PGUSER": "postgres", "PGPASSWORD": SECRETS["POSTGRES_PASSWORD"]}
    until_succeeds(["createdb", "--owner=yogo", "restored"], 1, env={**env, **superuser})
    restore = ["pg_restore", "--no-owner", "--exit-on-error", "--dbname=restored", str(made)]
    until_succeeds(restore, 1, env=env)
    assert sql("SELECT answer FROM backed_up", "restored") == "yes"


@installed
def test_a_backup_that_fails_leaves_nothing_that_looks_like_one(production: Production) -> None:
    folder = production.folder / "failed"
    folder.mkdir()
    env = {**production.database, "PGPASSWORD": "wrong", "BACKUP_FOLDER": str(folder)}
    script = ["sh", str(SOURCE / "deploy" / "backup.sh"), "once"]
    done = subprocess.run(script, env=env, check=False, capture_output=True)
    assert done.returncode != 0
    assert not list(folder.glob("*.dump"))
