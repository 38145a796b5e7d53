from collections.abc import Mapping
from typing import Any

from assays.formats.reading import PlateReading
from assays.formats.source import PlateSource


def read(file: PlateSource, mapping: Mapping[str, Any] | None) -> PlateReading:
    raise NotImplementedError
