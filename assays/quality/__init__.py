"""The numbers by which a plate is judged. Pure Python over numpy and pandas; no Django in here."""

from assays.quality.replicates import cv_percent, intra_plate_cv
from assays.quality.rules import Finding, Limits, judge

__all__ = ["Finding", "Limits", "cv_percent", "intra_plate_cv", "judge"]
