"""Olink NPX exports: wide (NPX Manager and NPX Signature, XLSX or CSV) and long (CSV or Parquet).

A project of several plates in one file is the rule here, not a mixture: every well names its plate. An
NPX below the limit of detection keeps its number and is flagged below it.
"""

from __future__ import annotations

from assays.formats.olink import long as olink_long
from assays.formats.olink import wide as olink_wide
from assays.formats.reading import PlateReading
from tabular.source import FileSource


def recognizes(file: FileSource) -> bool:
    """Whether a file has the rows of a wide or the columns of a long NPX export."""
    return olink_long.recognizes(file) or olink_wide.recognizes(file)


def read(file: FileSource) -> PlateReading:
    """Read a file whole; PlateFormatError with sheet and cell, or line, otherwise."""
    return (olink_long if olink_long.recognizes(file) else olink_wide).read(file)
