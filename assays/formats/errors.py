"""The one error that the formats raise: that of every reader of files."""

from tabular.errors import FileError as PlateFormatError

__all__ = ["PlateFormatError"]
