"""The secrets of one installation: made once, kept in a file that only its owner can read."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from runtime.errors import CannotStart


@dataclass(frozen=True)
class Credentials:
    """The key that signs sessions, and the passwords of the database's owner and of its application role."""

    secret_key: str
    owner_password: str
    database_password: str


def load_or_make(file: Path) -> Credentials:
    """The credentials in `file`; made and written (mode 0600) where there are none yet."""
    try:
        return Credentials(**json.loads(file.read_text()))
    except FileNotFoundError:
        return _make(file)
    except OSError as error:
        raise CannotStart(
            f"{file} cannot be read ({error.strerror}): the data folder belongs to another user; "
            "run as that user, or name another folder with --data-dir DIR."
        ) from error
    except (ValueError, TypeError) as error:
        raise CannotStart(
            f"{file} is damaged: restore it from a backup, for the database opens with no other."
        ) from error


def _make(file: Path) -> Credentials:
    made = Credentials(*(secrets.token_urlsafe(48) for _ in range(3)))
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(asdict(made), stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    draft.rename(file)
    return made
