"""Luminex xPONENT CSV."""

from assays.formats.luminex.xponent.file import read, recognizes

__all__ = ["read", "recognizes"]
