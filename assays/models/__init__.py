"""What is measured, in what, on which plate, the value as the instrument wrote it, and what bars it."""

from assays.models.catalogue import Analyte, AnalyteAlias, Panel, normalized
from assays.models.measurement import Flag, Measurement, Specimen
from assays.models.plate import PlateAnalyte, PlateRun, SampleType, Well, WellName
from assays.models.quality import PanelPolicy, QualityBar

__all__ = [
    "Analyte",
    "AnalyteAlias",
    "Flag",
    "Measurement",
    "Panel",
    "PanelPolicy",
    "PlateAnalyte",
    "PlateRun",
    "QualityBar",
    "SampleType",
    "Specimen",
    "Well",
    "WellName",
    "normalized",
]
