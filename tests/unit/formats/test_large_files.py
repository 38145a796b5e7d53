"""Files that would fill the memory or hang a worker are refused at once; docs/formats.md measures larger
ones."""

import io
import re
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from assays.formats import PlateFormatError, read_plate
from tabular import workbook_xls
from tests.unit.formats.bioplex_files import SECTOR, xls
from tests.unit.formats.files import bioplex_sheets, workbook, xponent
from tests.unit.formats.measure_large import most_memory

ROOT = Path(__file__).resolve().parents[3]
MOST_SECONDS, MOST_BYTES = 30, 3 << 29  # 1.5 GiB, of which the files themselves are 0.5


def packed(sheet):
    """A workbook whose only sheet is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook({"S": [["a"]]}))) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def sheet(cells):
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (main, cells)


def shared_sectors():
    """An XLS file of three streams that are all the same sectors."""
    content = bytearray(xls(bioplex_sheets()))
    place = content.index("Workbook".encode("utf-16-le"))
    entry = content[place : place + 128]
    for i, name in enumerate(("Anotherr", "Thirdone"), 1):
        entry[:16] = name.encode("utf-16-le")
        content[place + 128 * i : place + 128 * (i + 1)] = entry
    assert place % SECTOR == 128
    return bytes(content)


CASES = {
    "one line of 20 MB": (lambda: b"a," * 10_000_000 + b"\n", "longer than"),
    "a quoted cell without end": (lambda: b'a,b\n"' + b",\n" * 3_000_000, "line 2: "),
    "cells that each go on": (lambda: b'a,b\n"' + b'","\n' * 1_000_000 + b'"\n', "longer than"),
    "a million columns": (
        lambda: b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n", "longer than",
    ),
    "20,000 columns": (lambda: b"a," * 20_000 + b"\n", "at most 10,000"),
    "3 million short lines": (lambda: b"1,2\n" * 3_000_000, "1,000,000 lines"),
    "many cells": (lambda: (b"1," * 999 + b"1\n") * 5_001, "more than 5,000,000 cells"),
    "6 million empty lines": (
        lambda: xponent().replace(b"Results", b"\r\n" * 6_000_000), "1,000,000 lines",
    ),
    "empty lines before what is no plate": (lambda: b"a,b\n" + b"\n" * 200_000, "none of"),
    "a sign of INTELLIFLEX over and over": (
        lambda: b"WELL LOCATION," * 130_000 + b"R1: RP1 MEDIA\n", "columns",
    ),
    "a million columns of a long export": (
        lambda: b"SampleID,OlinkID,Assay,NPX," + b"c," * 1_000_000 + b"\n", "longer than",
    ),
    "cells without references": (
        lambda: packed(sheet(b"<row>%s</row>" % (b"<c/>" * 5_100_000))), "more cells",
    ),
    "elements of no meaning": (lambda: packed(sheet(b"<a/>" * 31_000_000)), "more cells"),
    "zeros": (lambda: packed(bytes(510_000_000)), "more cells"),
    "streams of the same sectors": (shared_sectors, "damaged"),
}  # fmt: skip
BIG = ("elements of no meaning", "zeros")  # made of 100s of MB


@pytest.mark.parametrize("name", [name for name in CASES if name not in BIG])
def test_what_is_too_large_is_refused_at_once(name):
    make, said = CASES[name]
    content = make()
    start = time.process_time()
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    assert said in str(caught.value)
    assert time.process_time() - start < MOST_SECONDS


def shared_text(text, cells):
    """A workbook whose cells are all the same text."""
    out = io.BytesIO(packed(sheet(b"<row>%s</row>" % (b'<c t="s"><v>0</v></c>' * cells))))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst><si><t>{text}</t></si><si/></sst>")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        shared_text("x" * 60_000, 20_000),
        xls({"S": [["x" * 8_000] * 250] * 600}, shared="x" * 8_000),
    ],
)
def test_a_text_that_all_cells_share_is_refused_before_each_has_its_own(content):
    assert len(content) < 3_000_000
    with pytest.raises(PlateFormatError, match=r"more sheets or cells|repeat texts"):
        read_plate(content)


def test_a_text_that_few_cells_share_is_read():
    rows = [["sample", "analyte", "value"], ["S-1", "shared", "3"], ["S-2", "shared", "4"]]
    for content in (xls({"S": rows}, shared="shared"), workbook({"S": rows})):
        assert read_plate(content).measurements.analyte.tolist() == ["shared", "shared"]


def test_the_lengths_of_shared_texts_are_found_over_the_parts_it_goes_on_in():
    """Of two bytes a character from the middle on, with formatting behind it that is divided too."""
    first = struct.pack("<2I", 3, 3) + struct.pack("<HBH", 6, 8, 2) + b"abc"
    second = b"\1" + "def".encode("utf-16-le") + bytes(5)
    third = (
        bytes(3) + struct.pack("<HBI", 2, 4, 7) + b"gh" + bytes(7) + struct.pack("<HB", 1, 0) + b"i"
    )
    assert workbook_xls._lengths_of_texts([first, second, third]) == [6, 2, 1]
    with pytest.raises(IndexError):
        workbook_xls._lengths_of_texts([first, second])


def measure():
    """Read the files of BIG and print the most memory that this process had, in bytes."""
    for make, said in map(CASES.get, BIG):
        with pytest.raises(PlateFormatError, match=re.escape(said)):
            read_plate(make())
    print(most_memory())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the memory of a process.")
def test_no_such_file_takes_two_gibibytes():
    """Among them what a thousandth of it unpacks to, in a process of its own, for memory is never given
    back."""
    code = "from tests.unit.formats.test_large_files import measure; measure()"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(told.stdout) < MOST_BYTES
