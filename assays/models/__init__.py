"""What is measured, in what, on which plate, and the value as the instrument wrote it."""

from assays.models.catalogue import Analyte, AnalyteAlias, Panel, normalized
from assays.models.measurement import Measurement, PlateRun, Specimen

__all__ = [
    "Analyte",
    "AnalyteAlias",
    "Measurement",
    "Panel",
    "PlateRun",
    "Specimen",
    "normalized",
]
