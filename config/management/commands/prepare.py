"""./yogo manage prepare [--demo] [--files-only]"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from demo.management.commands.load_demo import accounts_table

BASE = Path(settings.BASE_DIR)


class Command(BaseCommand):
    help = (
        "Bring the database and the built files to what this version needs. Each step is skipped "
        "where there is nothing to do, so it can run at every start. Standard output holds only "
        "what is worth showing to a person; the steps are told on standard error."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demonstration study")
        parser.add_argument(
            "--files-only", action="store_true", help="only build and collect files; no database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["files_only"]:
            self._prepare_files()
            return
        executor = MigrationExecutor(connection)
        refuse_older(executor.loader.applied_migrations)  # before anything is written
        with self._files_beside():
            self._prepare_database(executor)
        if options["demo"]:
            self._load_demo()

    @contextmanager
    def _files_beside(self) -> Iterator[None]:
        """Files are built by a process of its own meanwhile: each of the two keeps a core busy."""
        if files_are_prepared():
            yield
            return
        self._tell("Building the front end and collecting static files.")
        places = {"STATIC_ROOT": settings.STATIC_ROOT, "FRONTEND_BUILD": settings.FRONTEND_BUILD}
        process = subprocess.Popen(
            [sys.executable, str(BASE / "manage.py"), "prepare", "--files-only"],
            env=os.environ | {f"YOGO_{name}": str(place) for name, place in places.items()},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield
            _shown, told = process.communicate()
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        if process.returncode:
            last = (told.strip().splitlines() or ["nothing was told"])[-1]
            raise CommandError(f"The pages' files could not be built: {last}")

    def _prepare_database(self, executor: MigrationExecutor) -> None:
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._tell("Applying migrations.")
            call_command("migrate", interactive=False, verbosity=0)
        tables = connection.introspection.table_names()
        if settings.CACHES["default"]["LOCATION"] not in tables:
            self._tell("Making the cache table.")
            call_command("createcachetable", verbosity=0)
        switch_compiling_off()

    def _prepare_files(self) -> None:
        if files_are_prepared():
            return
        self._tell("Building the front end.")
        call_command("build_frontend", verbosity=0)
        if settings.FRONTEND_BUILD not in settings.STATICFILES_DIRS:
            # The folder was not there yet when the settings were read.
            settings.STATICFILES_DIRS.append(settings.FRONTEND_BUILD)
        self._tell("Collecting static files.")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        _stamp().write_text(files_digest())

    def _load_demo(self) -> None:
        from demo.load import load_demo

        if load_demo():
            self._tell("Loaded the demonstration study.")
        for line in accounts_table():
            self.stdout.write(line)

    def _tell(self, sentence: str) -> None:
        self.stderr.write(self.style.NOTICE(sentence))


# A migration that only a database of before 0.2 has: its migrations were made anew, once.
BEFORE_0_2 = ("clinical", "0002_dates_that_cannot_be")


def refuse_older(applied: Container[tuple[str, str]]) -> None:
    """Stop before a database of a version whose migrations are no more: nothing of it is changed."""
    without_record = ("studies", "0001_initial") in applied and (
        ("clinical", "0001_initial") not in applied
    )
    if without_record or BEFORE_0_2 in applied:
        raise CommandError(
            "This database was made by a version before 0.2, which this one cannot bring up to date. It was left "
            "untouched. Start with a new data folder (./yogo up --data-dir FOLDER) or an empty database, or go "
            "back to the version that made this one."
        )


def switch_compiling_off() -> None:
    """Queries are not compiled (jit): it takes longer than it saves where most of them are short. Kept with the
    database, so that every connection has it, through a pool, too; for the role alone where the database
    belongs to somebody else."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(datname), pg_has_role(datdba, 'MEMBER') FROM pg_database"
            " WHERE datname = current_database()"
        )
        name, ours = cursor.fetchone()
        whose = f"DATABASE {name}" if ours else f"ROLE CURRENT_USER IN DATABASE {name}"
        cursor.execute(f"ALTER {whose} SET jit = off")


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".prepared"


def files_are_prepared() -> bool:
    """Whether the collected files are those that this version would build."""
    return _stamp().is_file() and _stamp().read_text() == files_digest()


def files_digest() -> str:
    """SHA-256 of what the collected files come from: our own static files, the pinned versions of the
    packages that bring others, the interpreter, and where the front end is built."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {settings.FRONTEND_BUILD}".encode())
    for path in [BASE / "requirements.lock", *sorted((BASE / "static").rglob("*"))]:
        if path.is_file():
            digest.update(path.relative_to(BASE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
