"""INTELLIFLEX tables."""

from assays.formats.luminex.intelliflex.file import read, recognizes

__all__ = ["read", "recognizes"]
