"""A part of an XLSX file, unpacked in pieces."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

CHUNK = 1 << 20
LONGEST = 128


def pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces that end before a tag, so that no tag and no short value behind one is cut. What goes on
    for longer than a piece without a tag is no cell, and is cut."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            rest += chunk
            end = rest.rfind(b"<", 0, max(0, len(rest) - LONGEST))
            if end <= 0 and len(rest) > CHUNK:
                end = len(rest) - LONGEST
            if end > 0:
                yield rest[:end]
                rest = rest[end:]
    yield rest
