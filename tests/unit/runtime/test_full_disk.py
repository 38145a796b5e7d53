"""A full disk is said as that at every step of a start."""

import errno
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import disk
from runtime.cli import main
from runtime.credentials import load_or_make
from runtime.disk import tell_full_disk
from runtime.errors import CannotStart
from runtime.paths import open_places
from runtime.postgres import Postgres, why_not_made

INITDB = """\
The files belonging to this database system will be owned by user "nobody".
creating directory /data/postgres.new ... ok
initdb: error: could not write to file "/data/postgres.new/base/1/PG_VERSION": No space left on device
initdb: removing data directory "/data/postgres.new"
"""


def test_initdbs_telling_line_is_told_and_not_its_cleaning_up() -> None:
    sentence = why_not_made(Path("/data/postgres"), INITDB)
    assert "No space left on device" in sentence
    assert "removing" not in sentence


@pytest.mark.parametrize(
    "trouble",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        shutil.Error([("a", "b", "[Errno 28] No space left on device: 'a' -> 'b'")]),
        CannotStart(why_not_made(Path("/data/postgres"), INITDB)),
    ],
)
def test_whatever_step_met_it(trouble: Exception, tmp_path: Path) -> None:
    with (
        pytest.raises(CannotStart, match=rf"^The disk of {tmp_path} is full: \d+ MB are free"),
        tell_full_disk(tmp_path),
    ):
        raise trouble


def test_other_trouble_stays_what_it_is(tmp_path: Path) -> None:
    for trouble in (OSError(errno.EACCES, "Permission denied"), CannotStart("The port is in use.")):
        with pytest.raises(type(trouble)) as told, tell_full_disk(tmp_path):
            raise trouble
        assert told.value is trouble


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 150 MB (a file system in memory)."""
    folder = Path(tempfile.mkdtemp(prefix="yogo-disk-"))
    command = ["mount", "-t", "tmpfs", "-o", "size=150m,mode=711", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("No small disk can be mounted here (it needs root).")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


def test_a_first_start_is_refused_before_anything_is_made(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--no-demo", "--port", "0", "--data-dir", str(small_disk / "data")]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"yogo: The disk of {small_disk / 'data'} is full: ")
    assert "at least 400 MB are needed. Make room there" in told
    assert not (small_disk / "data" / "postgres").exists()
    shutil.rmtree(open_places(small_disk / "data").sockets)


def test_a_disk_that_fills_while_the_database_is_made(small_disk: Path) -> None:
    places = open_places(small_disk / "data")
    postgres = Postgres(places, load_or_make(places.credentials), durable=False)
    with open(small_disk / "others", "wb") as filling:
        while disk.free_mb(small_disk) > 5:
            filling.write(bytes(1024**2))
            filling.flush()
    with (
        pytest.raises(CannotStart, match=r"is full: \d+ MB are free.*No space left on device"),
        tell_full_disk(places.data),
    ):
        postgres.program()
    assert not places.postgres.exists()
    assert not places.postgres.with_name("postgres.new").exists()
    shutil.rmtree(places.sockets)
