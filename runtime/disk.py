"""A disk that is full: said as that, whichever step met it and however that step put it."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.errors import CannotStart

FIRST_START_MB = 400  # programs, an empty cluster with its log, compiled kernels, built pages
LEAST_MB = 20  # under this PostgreSQL cannot even start a segment of its log (16 MB)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
IN_WORDS = ("no space left on device", "disk quota exceeded", "file too large")


def free_mb(folder: Path) -> int:
    """Megabytes that are free where a folder is, or will be."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(there).free // 1024**2


def refuse_full(folder: Path, needed_mb: int) -> None:
    """CannotStart when less is free than what comes next needs."""
    if free_mb(folder) < needed_mb:
        raise CannotStart(_sentence(folder, needed_mb))


@contextmanager
def tell_full_disk(folder: Path) -> Iterator[None]:
    """Within, whatever fails while the disk of `folder` is full says so first."""
    try:
        yield
    except (CannotStart, OSError) as trouble:
        if "The disk of" in str(trouble) or not _is_full(folder, trouble):
            raise
        said = f" ({trouble})" if isinstance(trouble, CannotStart) else ""
        raise CannotStart(_sentence(folder, LEAST_MB) + said) from trouble


def _is_full(folder: Path, trouble: Exception) -> bool:
    if getattr(trouble, "errno", None) in FULL or free_mb(folder) < LEAST_MB:
        return True
    return any(words in str(trouble).lower() for words in IN_WORDS)


def _sentence(folder: Path, needed_mb: int) -> str:
    return (
        f"The disk of {folder} is full: {free_mb(folder)} MB are free, and at least {needed_mb} MB are needed. "
        "Make room there, or name another folder with --data-dir DIR."
    )
