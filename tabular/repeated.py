"""How much text the cells of an XLSX file share: a few bytes in each cell name a text that stands once, and all
of it is in memory once for each cell that names it."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise, zip_longest

from tabular.parts import pieces

SHARED = re.compile(rb"<(?:\w+:)?si[\s/>]")
VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]{0,40})?>([^<]{0,24})")
NUMBER = re.compile(rb"[-+0-9.eE\s]+|[A-Za-z_ ]+|#[A-Z0-9/!?]+")


def characters(archive: zipfile.ZipFile) -> int:
    """At most how many characters the cells hold, were each number in them the number of a shared text: no
    cell is thought to hold less than it does."""
    parts = archive.infolist()
    # which part the reader takes is not known here: the longer one counts of two with the same number
    told = [_lengths(archive, part) for part in parts]
    lengths = [max(found) for found in zip_longest(*told, fillvalue=0)]
    longest = max(lengths, default=0)
    total = 0
    for part in parts:
        for piece in pieces(archive, part):
            for found in VALUE.findall(piece):
                text = found.strip()
                if text.isdigit():
                    place = int(text)
                    total += lengths[place] if place < len(lengths) else 0
                elif not NUMBER.fullmatch(text):
                    total += longest  # written otherwise, and maybe the number of the longest
    return total


def _lengths(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> list[int]:
    """Bytes of each shared text of a part, its marks among them."""
    places: list[int] = []
    at = 0
    for piece in pieces(archive, part):
        places += [at + found.start() for found in SHARED.finditer(piece)]
        at += len(piece)
    return [end - start for start, end in pairwise([*places, at])]
