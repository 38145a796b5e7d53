"""The numbers by which a plate is judged. Pure Python over numpy and pandas; no Django in here."""

from assays.quality.curves import Curve, Fit, fit_curve, vendor_curve
from assays.quality.replicates import cv_percent, intra_plate_cv
from assays.quality.rules import Finding, Limits, judge
from assays.quality.verdict import Verdict, verdict_of

__all__ = [
    "Curve",
    "Finding",
    "Fit",
    "Limits",
    "Verdict",
    "cv_percent",
    "fit_curve",
    "intra_plate_cv",
    "judge",
    "vendor_curve",
    "verdict_of",
]
