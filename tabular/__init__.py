"""Bytes -> rows of text, for whoever reads what comes from outside. Without Django: a notebook can use it.

`source` unpacks a file once; `text`, `workbook`, `parquet` read it; `limits` bounds all of them; every
reader raises `FileError`, a sentence with its place, and nothing else.
"""

from tabular.errors import FileError

__all__ = ["FileError"]
