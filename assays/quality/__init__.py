"""The numbers by which a plate is judged. Pure Python over numpy and pandas; no Django in here."""

from assays.quality.curves import Curve, Fit, fit_curve, vendor_curve
from assays.quality.replicates import cv_percent, intra_plate_cv
from assays.quality.rules import Finding, Limits, judge

__all__ = [
    "Curve",
    "Finding",
    "Fit",
    "Limits",
    "cv_percent",
    "fit_curve",
    "intra_plate_cv",
    "judge",
    "vendor_curve",
]
