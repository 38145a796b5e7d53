"""What is measured, in what, on which plate, the value as the instrument wrote it, and what excludes it."""

from assays.models.catalogue import Analyte, AnalyteAlias, Panel, normalize
from assays.models.measurement import Flag, Measurement, Specimen
from assays.models.plate import PlateAnalyte, PlateRun, SampleType, Well, WellName
from assays.models.quality import Exclusion, PanelPolicy

__all__ = [
    "Analyte",
    "AnalyteAlias",
    "Exclusion",
    "Flag",
    "Measurement",
    "Panel",
    "PanelPolicy",
    "PlateAnalyte",
    "PlateRun",
    "SampleType",
    "Specimen",
    "Well",
    "WellName",
    "normalize",
]
