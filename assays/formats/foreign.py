"""Files that are recognised and not read: each is called by its name, so that nobody looks for a mistake in them."""

from __future__ import annotations

import re
from itertools import islice

from assays.formats.errors import PlateFormatError
from tabular.errors import FileError
from tabular.message import Message
from tabular.source import FileSource

BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text of a word processor (RTF)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7z)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"FCS2.0", "a file of single beads or cells (FCS, LXB)"),
    (b"FCS3.", "a file of single beads or cells (FCS, LXB)"),
)
INSIDE_ZIP = (
    (b"word/document.xml", "a text of a word processor (DOCX)"),
    (b"ppt/presentation.xml", "a presentation (PPTX)"),
)
TEXTS = (
    (r"^[!^]?(!checksum|!adatid|\^header|\^table_begin)\b", "SomaScan ADAT"),
    (r"discovery workbench", "an export of MSD Discovery Workbench"),
    (r"methodical mind", "an export of MSD Methodical Mind"),
    (r"^stack id\s*:[\s\S]{0,300}^barcode1\s*:", "an export of MSD Methodical Mind"),
    (r"\bcalc\. conc(\.|entration)|\bdetection limits?: calc\.", "an export of MSD Discovery Workbench"),
    (r"\b(meso scale|mesoscale|quickplex|meso\W{1,4}(sector|s 600|imager))\b", "an export of MSD"),
    (r"\b(replicate|mean) aeb\b|\bsimoa\b", "an export of Quanterix Simoa"),
    (r"\bgnr ?\d|\bsimple plex\b", "an export of Ella (Simple Plex)"),
    (r"\bnulisaseq\b", "NULISAseq"),
    (r"\blegendplex\b", "an export of LEGENDplex"),
    (r"\bbelysa\b", "an export of Belysa"),
    (r"\bmilliplex analyst\b", "an export of MILLIPLEX Analyst"),
    (r"\bprocartaplex analyst\b|\bprocartaplex analysis app\b", "an export of ProcartaPlex Analyst"),
    (r"^<lane_attributes>|^<code_summary>", "NanoString RCC"),
    (r"^##blocks\s*=", "an export of SoftMax Pro"),
    (r"<!doctype html|<html\b", "a web page (HTML)"),
    (r"<\?xml[^>]*\?>[\s\S]*bio-?plex", "a raw file of Bio-Plex Manager (RBX)"),
)  # fmt: skip
PATTERNS = [(re.compile(text, re.IGNORECASE | re.MULTILINE), name) for text, name in TEXTS]
SPOTS = {"assay", "spot", "signal"}
"""Columns that only MSD's plates of spots have together."""
LOOKED_AT, LINES, CELLS = 30_000, 60, 60
ADVICE = Message(
    "export_plate_luminex_xponent",
    "Export a plate of Luminex xPONENT, INTELLIFLEX, Bio-Plex Manager or Olink NPX, or a table of samples and values, and say which column is what in a mapping (section table).",
)


def refuse_other_programs(file: FileSource) -> None:
    """Raise PlateFormatError, with its name, where the first bytes show a file of no instrument."""
    found = next((name for start, name in BEGINNINGS if file.content.startswith(start)), "")
    if not found and file.content.startswith(b"PK"):
        found = next((name for part, name in INSIDE_ZIP if part in file.content), "")
    _refuse(found)


def refuse_other_instruments(file: FileSource) -> None:
    """Raise PlateFormatError, with its name, where a text or workbook is that of an instrument which is not
    read."""
    if file.is_parquet:
        return
    text = _read_first_lines(file)
    found = next((name for pattern, name in PATTERNS if pattern.search(text)), "")
    _refuse(found or ("an export of MSD" if _has_spots(text) else ""))


def _refuse(name: str) -> None:
    if name:
        raise PlateFormatError(
            Message(
                "which_yogo_does_not",
                "This is %(name)s, which Yogo does not read. %(advice)s",
                name=name,
                advice=ADVICE,
            )
        )


def _read_first_lines(file: FileSource) -> str:
    """The first lines of a text or of each sheet, their cells between tabs; "" for what is neither."""
    try:
        if not file.is_workbook:
            return file.text[:LOOKED_AT]
        rows = (row for sheet in file.sheets for row in islice(sheet.rows, LINES))
        return "\n".join("\t".join(row[:CELLS]) for row in islice(rows, 10 * LINES))
    except FileError:
        return ""


def _has_spots(text: str) -> bool:
    lines = text.lower().splitlines()[:LINES]
    return any({cell.strip(' "') for cell in re.split(r"[,;\t]", line)} >= SPOTS for line in lines)
