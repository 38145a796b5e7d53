"""Compiled inner loops (numba): numbers in, numbers out, no checks, the lock of Python released.

Callers outside this package check their inputs first. Nothing here depends on the number of threads.

What is compiled is kept on disk, under a digest of all sources of this package: numba itself looks at
the file of a function only, not at those of the functions it calls, and would go on using an old one.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from numba import config

PLACE = "NUMBA_CACHE_DIR"


def sources_digest() -> str:
    """SHA-256 over the sources of the kernels, first 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_place() -> Path:
    """A folder of this user's for compiled code: what NUMBA_CACHE_DIR names, beside the sources, or

    in the user's cache; where none can be written, a temporary one for this process alone.
    """
    asked = os.environ.get(PLACE)
    places = [Path(asked)] if asked else []
    places.append(Path(__file__).parent / "__pycache__" / "compiled")
    places.append(Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "yogo")
    for place in places:
        try:
            (place / sources_digest()).mkdir(mode=0o700, parents=True, exist_ok=True)
        except (OSError, RuntimeError):
            continue
        if os.access(place / sources_digest(), os.W_OK):
            return place / sources_digest()
    return Path(tempfile.mkdtemp(prefix="yogo-compiled-"))


config.CACHE_DIR = str(cache_place())  # type: ignore[attr-defined]
