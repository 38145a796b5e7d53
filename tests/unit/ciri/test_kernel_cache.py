"""Where compiled kernels are kept, and that a process that can keep none still works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ciri import kernel
from ciri.compiling import ahead
from ciri.compiling.__main__ import PARTS

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = (
    "import numpy as np; from ciri.survival.concordance import concordance_index;"
    "from ciri.survival.outcome import outcome; from ciri import kernel;"
    "print(concordance_index(outcome([1, 1, 0], [1, 2, 3]), [3, 2, 1]), kernel.config.CACHE_DIR)"
)


def run(**environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    answer, place = done.stdout.split()
    assert answer == "1.0"
    return Path(place)


def test_compiled_code_is_kept_where_it_is_told_under_a_digest_of_all_sources(tmp_path):
    place = run(NUMBA_CACHE_DIR=str(tmp_path))
    assert place == tmp_path / kernel.sources_digest()
    assert any(place.rglob("*.nbc"))


def test_where_the_folder_cannot_be_written_another_is_found(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    place = run(NUMBA_CACHE_DIR=str(tmp_path / "file"))
    assert place.is_dir()
    assert tmp_path not in place.parents


def test_the_digest_changes_with_any_source(tmp_path, monkeypatch):
    before = kernel.sources_digest()
    (tmp_path / "__init__.py").write_bytes(Path(kernel.__file__).read_bytes())
    monkeypatch.setattr(kernel, "__file__", str(tmp_path / "__init__.py"))
    alone = kernel.sources_digest()
    (tmp_path / "other.py").write_text("x = 1")
    assert len({before, alone, kernel.sources_digest()}) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_is_not_there_is_no_trouble(tmp_path):
    assert run(NUMBA_CACHE_DIR="/proc/nothing", HOME="/nonexistent").is_dir()


def test_compiling_ahead_is_done_once_for_a_cache(tmp_path, monkeypatch):
    place = tmp_path / kernel.sources_digest()
    place.mkdir()
    monkeypatch.setattr(ahead.config, "CACHE_DIR", str(place))
    started = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho $3 >>{started}\n")
    program.chmod(0o700)
    monkeypatch.setattr(ahead.sys, "executable", str(program))
    assert not ahead.is_compiled()
    ahead.compile_ahead()
    ahead.compile_ahead()
    assert sorted(started.read_text().split()) == sorted(ahead.PARTS)
    assert ahead.is_compiled()


def test_where_compiling_ahead_fails_it_is_tried_again(tmp_path, monkeypatch):
    place = tmp_path / kernel.sources_digest()
    place.mkdir()
    monkeypatch.setattr(ahead.config, "CACHE_DIR", str(place))
    monkeypatch.setattr(ahead.sys, "executable", "/bin/false")
    ahead.compile_ahead()
    assert not ahead.is_compiled()


def test_every_part_that_is_compiled_ahead_exists():
    assert set(ahead.PARTS) == set(PARTS)
