import os
from pathlib import Path

import pytest

from runtime.errors import CannotStart
from runtime.paths import LONGEST_SOCKET_FOLDER, Places, default_data_dir, open_places


def test_the_data_folder_is_the_machines_for_root_and_the_users_own_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir({}) == Path("/var/lib/yogo")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_data_dir({}) == Path.home() / ".local/share/yogo"
    assert default_data_dir({"XDG_DATA_HOME": "/somewhere"}) == Path("/somewhere/yogo")
    assert default_data_dir({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/yogo"
    assert default_data_dir({"YOGO_DATA_DIR": "/elsewhere"}) == Path("/elsewhere")


def test_a_data_folder_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    with pytest.raises(CannotStart, match=r"cannot be written \(.*\): .*--data-dir"):
        open_places(file / "data")


def test_a_folder_that_holds_something_keeps_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").touch()
    folder.chmod(0o700)
    open_places(folder).sockets.rmdir()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_socket_paths_stay_short_however_long_the_data_folders_name_is(tmp_path: Path) -> None:
    places = open_places(tmp_path / ("long" * 40))
    places.sockets.rmdir()
    assert len(os.fsencode(places.sockets)) <= LONGEST_SOCKET_FOLDER


def test_a_socket_folder_that_others_can_write_is_refused(places: Places) -> None:
    places.sockets.chmod(0o777)
    with pytest.raises(CannotStart, match="not a private folder"):
        open_places(places.data)
