from assays.formats.reading import PlateReading
from assays.formats.source import PlateSource


def recognizes(file: PlateSource) -> bool:
    return False


def read(file: PlateSource) -> PlateReading:
    raise NotImplementedError
