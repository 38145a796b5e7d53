"""Cells that hold an error of the spreadsheet instead of a value: "#REF!", "#DIV/0!". The reader of workbooks
gives them as empty, and what a formula lost would look like what nobody knew; here they stay what they show."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Set

from tabular.parts import pieces

UNAVAILABLE = "#N/A"
"""What =NA() gives, and people write where a value is not known: a word for unknown, and no error."""
ERROR = re.compile(r"#[A-Z][A-Z0-9/_]*[!?]|#GETTING_DATA|Err:[0-9]{3}")
MARKS = (b'"e"', b"'e'")
TYPED = re.compile(
    rb"""(<(?:[^\s<>/:"'=]++:)?+c"""  # a cell, whatever its prefix
    rb"""(?:\s++[^\s<>="']++\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*?"""  # the attributes before
    rb"""\s++t\s*+=\s*+)(?:"e"|'e')"""  # the type, and that it is an error
)


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows where it could not compute a value."""
    return ERROR.fullmatch(text) is not None


def may_have_errors(xml: bytes) -> bool:
    """Whether a piece of an XLSX part may hold a cell with an error; most hold none, which is cheap to see."""
    return any(mark in xml for mark in MARKS)


def show_errors(content: bytes, parts: Set[str]) -> bytes:
    """The XLSX file with the errors in these parts as texts of their cells. The reader of workbooks then puts
    them where it puts any text, so that nothing here needs to know which part is which sheet."""
    shown = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(shown, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written,
    ):
        members = {member.filename: member for member in archive.infolist() if not member.is_dir()}
        for name, member in members.items():
            with written.open(name, "w") as stream:
                for piece in pieces(archive, member):
                    stream.write(TYPED.sub(rb'\1"str"', piece) if name in parts else piece)
    return shown.getvalue()
