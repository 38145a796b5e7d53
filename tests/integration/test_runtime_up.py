"""./yogo up as a person runs it: the real processes, on a port and a data folder of their own."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime.paths import SOURCE, open_places
from runtime.processes import birth

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Only Linux lets processes end with their parent."
)


class Up:
    """A ./yogo up on a data folder, and what it has said."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as this is
        self.process = subprocess.Popen(
            yogo("up", "--port", str(port), "--no-demo", "--data-dir", str(data)),
            cwd="/",
            env=without_test_services(),
            stdout=self.said,
            stderr=self.said,
            start_new_session=True,
        )

    def text(self) -> str:
        return os.pread(self.said.fileno(), 1_000_000, 0).decode()

    def until_said(self, pattern: str, seconds: float = 120) -> None:
        until(lambda: re.search(pattern, self.text()) or self.process.poll() is not None, seconds)
        assert re.search(pattern, self.text()), self.text()

    def pids(self) -> dict[str, int]:
        state = json.loads((self.data / "state.json").read_text())
        return {each["name"]: each["pid"] for each in state["processes"]}

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


def yogo(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "runtime", *arguments]


def without_test_services() -> dict[str, str]:
    """The environment of somebody who has never heard of the tests' services."""
    ours = ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")
    kept = {k: v for k, v in os.environ.items() if k not in ours and not k.startswith("YOGO_")}
    return {**kept, "PYTHONPATH": str(SOURCE)}


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(data: Path) -> dict[int, str]:
    """Every living process that names the data folder in its arguments or environment."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in told and int(folder.name) != os.getpid():
            found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        yogo(*arguments),
        env=without_test_services(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,  # type: ignore[call-overload]
    )


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """One data folder for all, so that only the first start has everything to prepare."""
    folder = Path(tempfile.mkdtemp(prefix="yogo-data-"))
    yield folder
    shutil.rmtree(open_places(folder).sockets)
    shutil.rmtree(folder)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[[], Up]]:
    """Start ./yogo up on the data folder, as often as a test wants; each is stopped in the end."""
    started: list[Up] = []

    def one() -> Up:
        started.append(Up(data, free_port()))
        return started[-1]

    yield one
    for each in started:
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGTERM)
            each.process.wait(60)
        each.said.close()


def test_up_serves_mends_itself_lets_commands_join_and_stops_whole(start: Callable[[], Up]) -> None:
    up = start()
    up.until_said(r"Yogo is ready at http://127\.0\.0\.1:\d+/ \(Ctrl-C stops it\)\n\Z")
    assert up.answers()
    assert f"The data lie in {up.data}" in up.text()

    second = run("up", "--data-dir", str(up.data), "--port", str(free_port()))
    assert second.returncode == 1
    assert f"in use by ./yogo up (process {up.process.pid})" in second.stderr

    joined = run("manage", "--data-dir", str(up.data), "diffsettings", "--output", "unified")
    assert joined.returncode == 0
    assert f"http://127.0.0.1:{up.port}" in joined.stdout
    assert "yogo: " not in joined.stderr

    for name in ("web", "worker", "short-worker", "beat", "broker", "PostgreSQL"):
        before = up.pids()[name]
        os.kill(before, signal.SIGKILL)
        up.until_said(f"The {name} process ended .signal SIGKILL.; starting it again")
        until(lambda name=name, before=before: up.pids()[name] != before)
    until(up.answers)

    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    assert up.text().endswith("Stopped.\n")
    assert processes_of(up.data) == {}


def test_a_killed_supervisor_leaves_nothing_behind_and_the_next_start_recovers(
    start: Callable[[], Up],
) -> None:
    up = start()
    up.until_said("Yogo is ready")
    until(lambda: b" ready." in (up.data / "logs" / "worker.log").read_bytes())
    up.process.kill()
    up.process.wait()
    until(lambda: processes_of(up.data) == {}, seconds=20)

    again = start()
    began = time.monotonic()
    again.until_said("Yogo is ready")
    assert time.monotonic() - began < 30
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(60) == 0
    assert processes_of(up.data) == {}


def test_a_supervisor_killed_at_any_moment_of_its_start_leaves_nothing_behind(
    start: Callable[[], Up], data: Path
) -> None:
    for said in ("Starting PostgreSQL", "Preparing the database", "Starting web"):
        up = start()
        up.until_said(said)
        up.process.kill()
        up.process.wait()
        until(lambda: processes_of(data) == {}, seconds=20)


def test_manage_starts_the_services_for_the_call_and_keeps_standard_output_clean(
    data: Path,
) -> None:
    counted = run(
        *("manage", "--data-dir", str(data), "shell", "--no-imports", "--command"),
        "import json, accounts.models as m; print(json.dumps([m.User.objects.count()]))",
    )
    assert counted.returncode == 0, counted.stderr
    assert isinstance(json.loads(counted.stdout)[0], int)
    assert not (data / "state.json").exists()
    assert processes_of(data) == {}

    wrong = run("manage", "--data-dir", str(data), "no_such_command")
    assert wrong.returncode == 1
    assert "Unknown command" in wrong.stderr
    assert wrong.stdout == ""


def test_a_port_in_use_is_one_sentence(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = run("up", "--port", str(port), "--data-dir", str(data))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"yogo: Port {port} is in use by another program: stop that one, "
        "or choose another with --port.\n"
    )
    assert refused.stdout == ""


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_is_none_is_one_sentence(port: str, data: Path) -> None:
    refused = run("up", f"--port={port}", "--data-dir", str(data))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"yogo: There is no port {port}: choose one")


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = run("up", "--data-dir", str(tmp_path / "file" / "data"))
    assert refused.returncode == 1
    assert re.fullmatch(r"yogo: The data folder .* cannot be written .*\n", refused.stderr)
    assert refused.stdout == ""


def test_the_tests_own_orphans_end_with_the_tests(tmp_path: Path) -> None:
    test = tmp_path / "test_leaves_an_orphan.py"
    test.write_text(
        "import subprocess, pathlib\n"
        "def test_it():\n"
        "    left = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"    pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(left.pid))\n"
    )
    done = run("test", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(test))
    assert done.returncode == 0, done.stdout + done.stderr
    assert birth(int((tmp_path / "pid").read_text())) is None
