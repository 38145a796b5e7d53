"""Instrument files -> plates. Pure Python over pandas; a notebook can use it without Django:

from assays.formats import read_plate, PlateFormatError
reading = read_plate("plate_1.csv")
reading.measurements
"""

from assays.formats.errors import PlateFormatError
from assays.formats.reading import Flag, Plate, PlateReading, SampleType
from assays.formats.recognition import read_plate

__all__ = ["Flag", "Plate", "PlateFormatError", "PlateReading", "SampleType", "read_plate"]
