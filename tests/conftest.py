"""What all tests share: the services they run against, and a real worker on the test database.

./yogo test starts PostgreSQL and the broker and says in the environment where they are. Tests of the
pure parts need neither, nor Django, and run with pytest alone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id
from execnet.xspec import XSpec
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from runtime.paths import Places, open_places

TESTS = Path(__file__).resolve().parent
PURE = [TESTS / "unit" / part for part in ("ciri", "formats", "runtime", "tabular")]
SERVICES = bool(os.environ.get("DATABASE_URL"))

# No test fails because a machine is busy: how fast things are is measured in benchmarks/.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

if SERVICES:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[XSpec]) -> None:
    """Before several test processes: do once what each would do, and give each what it must not share.

    The kernels are compiled and the migrations run, so that the processes copy a database each. Each has a
    database of the broker's, too: jobs announced in one must not reach the worker of another.
    """
    if not SERVICES:
        return
    compiling = "from ciri.compiling import ahead; ahead.compile_ahead()"
    prepare = (["-c", compiling], ["manage.py", "migrate", "--verbosity=0"])
    running = [subprocess.Popen([sys.executable, *what], cwd=TESTS.parent) for what in prepare]
    codes = [process.wait() for process in running]
    if any(codes):
        raise pytest.UsageError("What the tests need could not be prepared; see above.")
    for number, spec in enumerate(specs):
        spec.env["BROKER_URL"] = f"{os.environ['BROKER_URL']}?virtual_host={number}"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """./yogo test throws its server away: a session that a killed process left behind need not be waited for, so
    that a database can be dropped first."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """One of several test processes copies the database that was migrated for all of them."""
    from django.db import connections
    from psycopg2.extensions import parse_dsn

    if "PYTEST_XDIST_WORKER" in os.environ:
        database = connections["default"].settings_dict
        database["TEST"]["TEMPLATE"] = parse_dsn(os.environ["DATABASE_URL"])["dbname"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Schemathesis names each address's test apart; in pytest 9.2 their ids come out the same all the same."""
    if item.parent and not item.nodeid.endswith(item.name):
        item._id = coerce_node_id(f"{item.parent.nodeid}::{item.name}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of tests with one id only one is run where tests are dealt out to several processes."""
    told = Counter(item.nodeid for item in items)
    if twice := [nodeid for nodeid, times in told.items() if times > 1]:
        raise pytest.UsageError(f"Several tests have the same id: {', '.join(twice)}.")


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    asked = [config.invocation_params.dir / argument.split("::")[0] for argument in config.args]
    if not SERVICES and not all(any(a.is_relative_to(pure) for pure in PURE) for a in asked):
        pytest.exit(
            "DATABASE_URL is not set, and these tests run against PostgreSQL: run ./yogo test "
            "(it takes the same arguments), which starts it.",
            returncode=4,
        )


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests() -> Iterator[None]:
    """Pages name static files as in the source, so that no test has to collect them first; passwords
    are hashed quickly."""
    if not SERVICES:
        yield
        return
    from django.conf import settings
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # Hashing as slowly as production does would be most of what many tests spend.
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain}, PASSWORD_HASHERS=quick
    ):
        yield


@pytest.fixture
def places() -> Iterator[Places]:
    """An empty data folder that root's database user can reach, too (pytest's own folders are private)."""
    folder = Path(tempfile.mkdtemp(prefix="yogo-places-"))
    places = open_places(folder)
    yield places
    shutil.rmtree(places.sockets, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def made_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For what is dear to make: rows made under this fixture stand for all tests of a file, and each
    test's own changes are undone before the next. Load them anew by primary key in each test. Not for
    a file with tests that commit their rows."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def celery_worker(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as in production, on the test database. For tests whose rows are committed:
    mark them with `django_db(transaction=True)`, and wait for the job's row to change. It ends with its
    test: later ones do their jobs themselves, and no other hand may take them."""
    from runtime.application import worker_arguments
    from tests.workers import running_worker

    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with running_worker(worker_arguments("test", concurrency=2), log) as worker:
        yield worker
