"""Where everything lies: the data folder, which lasts, and the short private folder of the sockets."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import CannotStart

SOURCE = Path(__file__).resolve().parent.parent

# A Unix socket's path holds 107 bytes; "/postgres/.s.PGSQL.5432" is what we add to the folder.
LONGEST_SOCKET_FOLDER = 107 - len("/postgres/.s.PGSQL.5432")


@dataclass(frozen=True)
class Places:
    """The folders and files of one installation, all derived from its data folder."""

    data: Path
    sockets: Path

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def state(self) -> Path:
        return self.data / "state.json"

    @property
    def credentials(self) -> Path:
        return self.data / "secrets.json"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def broker(self) -> Path:
        return self.data / "broker"

    @property
    def kernels(self) -> Path:
        """What numba has compiled, for the next process that needs it."""
        return self.data / "kernels"

    @property
    def programs(self) -> Path:
        return self.data / "programs"


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """The lasting place for the data of whoever runs this: the machine's for root, else the user's."""
    if environ.get("YOGO_DATA_DIR"):
        return Path(environ["YOGO_DATA_DIR"])
    if os.geteuid() == 0:
        return Path("/var/lib/yogo")
    if os.path.isabs(environ.get("XDG_DATA_HOME", "")):
        return Path(environ["XDG_DATA_HOME"]) / "yogo"
    return Path.home() / ".local" / "share" / "yogo"


def open_places(data: Path) -> Places:
    """Make (or check) the data folder and the folder of its sockets."""
    data = Path(os.path.abspath(data))
    _make_data_dir(data)
    return Places(data=data, sockets=_make_socket_folder(data))


def _make_data_dir(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not any(data.iterdir()):
            # As root the database runs as another user, who must pass through; nobody else may list.
            data.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with tempfile.TemporaryFile(dir=data):
            pass
        (data / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CannotStart(
            f"The data folder {data} cannot be written ({error.strerror}): "
            "mend that, or name another folder with --data-dir DIR."
        ) from error


def _make_socket_folder(data: Path) -> Path:
    name = f"yogo-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:8]}"
    folder = _socket_base(os.environ, len(name) + 1) / name
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        folder.mkdir(mode=mode, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise CannotStart(
            f"The folder {folder} for sockets cannot be made ({error.strerror})."
        ) from error
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if not private or found.st_mode & 0o022:
        raise CannotStart(
            f"{folder} is not a private folder of this user, so no socket is put there: remove it."
        )
    folder.chmod(mode)
    return folder


def _socket_base(environ: Mapping[str, str], name_length: int) -> Path:
    """A short folder that ends with the machine's session; for root one that other users can pass."""
    if os.geteuid() == 0:
        return Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")  # noqa: S108
    session = environ.get("XDG_RUNTIME_DIR", "")
    short = len(os.fsencode(session)) + name_length <= LONGEST_SOCKET_FOLDER
    if os.path.isabs(session) and short and _is_private(Path(session)):
        return Path(session)
    return Path("/tmp")  # noqa: S108


def _is_private(folder: Path) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077
