"""Files that are recognised and not read: each is called by its name, so that nobody looks for a mistake in them."""

from __future__ import annotations

import re
from itertools import islice

from assays.formats.errors import PlateFormatError
from tabular.errors import FileError
from tabular.message import Message
from tabular.source import FileSource


def _written(kind: str) -> Message:
    return Message("text_of_word_processor", "a text of a word processor (%(kind)s)", kind=kind)


def _picture(kind: str) -> Message:
    return Message("a_picture", "a picture (%(kind)s)", kind=kind)


def _compressed(kind: str) -> Message:
    return Message("a_compressed_file", "a compressed file (%(kind)s)", kind=kind)


def _export(program: str) -> Message:
    return Message("export_of", "an export of %(program)s", program=program)


SINGLE_CELLS = Message("single_beads_or_cells", "a file of single beads or cells (FCS, LXB)")
BEGINNINGS: tuple[tuple[bytes, Message], ...] = (
    (b"%PDF", Message("a_pdf", "a PDF")),
    (b"{\\rtf", _written("RTF")),
    (b"\x89PNG", _picture("PNG")),
    (b"\xff\xd8\xff", _picture("JPEG")),
    (b"\x1f\x8b", _compressed("gzip")),
    (b"7z\xbc\xaf\x27\x1c", _compressed("7z")),
    (b"SQLite format 3", Message("an_sqlite_database", "an SQLite database")),
    (b"\x89HDF", Message("an_hdf5_file", "an HDF5 file")),
    (b"FCS2.0", SINGLE_CELLS),
    (b"FCS3.", SINGLE_CELLS),
)
INSIDE_ZIP: tuple[tuple[bytes, Message], ...] = (
    (b"word/document.xml", _written("DOCX")),
    (b"ppt/presentation.xml", Message("a_presentation", "a presentation (PPTX)")),
)
TEXTS: tuple[tuple[str, Message | str], ...] = (
    (r"^[!^]?(!checksum|!adatid|\^header|\^table_begin)\b", "SomaScan ADAT"),
    (r"discovery workbench", _export("MSD Discovery Workbench")),
    (r"methodical mind", _export("MSD Methodical Mind")),
    (r"^stack id\s*:[\s\S]{0,300}^barcode1\s*:", _export("MSD Methodical Mind")),
    (r"\bcalc\. conc(\.|entration)|\bdetection limits?: calc\.", _export("MSD Discovery Workbench")),
    (r"\b(meso scale|mesoscale|quickplex|meso\W{1,4}(sector|s 600|imager))\b", _export("MSD")),
    (r"\b(replicate|mean) aeb\b|\bsimoa\b", _export("Quanterix Simoa")),
    (r"\bgnr ?\d|\bsimple plex\b", _export("Ella (Simple Plex)")),
    (r"\bnulisaseq\b", "NULISAseq"),
    (r"\blegendplex\b", _export("LEGENDplex")),
    (r"\bbelysa\b", _export("Belysa")),
    (r"\bmilliplex analyst\b", _export("MILLIPLEX Analyst")),
    (r"\bprocartaplex analyst\b|\bprocartaplex analysis app\b", _export("ProcartaPlex Analyst")),
    (r"^<lane_attributes>|^<code_summary>", "NanoString RCC"),
    (r"^##blocks\s*=", _export("SoftMax Pro")),
    (r"<!doctype html|<html\b", Message("a_web_page", "a web page (HTML)")),
    (r"<\?xml[^>]*\?>[\s\S]*bio-?plex", Message("raw_file_of_bioplex", "a raw file of Bio-Plex Manager (RBX)")),
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
    found: Message | str = ""
    found = next((name for start, name in BEGINNINGS if file.content.startswith(start)), found)
    if not found and file.content.startswith(b"PK"):
        found = next((name for part, name in INSIDE_ZIP if part in file.content), found)
    _refuse(found)


def refuse_other_instruments(file: FileSource) -> None:
    """Raise PlateFormatError, with its name, where a text or workbook is that of an instrument which is not
    read."""
    if file.is_parquet:
        return
    text = _read_first_lines(file)
    found = next((name for pattern, name in PATTERNS if pattern.search(text)), "")
    _refuse(found or (_export("MSD") if _has_spots(text) else ""))


def _refuse(name: Message | str) -> None:
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
