"""Plates and rows that decisions are about."""

from assays.models import (
    Analyte,
    Measurement,
    PlateRun,
    Well,
)
from assays.services.judging import judge_plate
from studies.models import Study
from tests.factories import make_patient
from tests.unit.assays.plates import make_plate


def with_control(plate: PlateRun, value: float) -> PlateRun:
    well = Well.objects.create(
        plate_run=plate, position="H12", sample_type="control", sample="Control1"
    )
    Measurement.objects.create(
        plate_run=plate, well=well, analyte=il6(), value=value, value_text=str(value), unit="pg/mL",
        flag="in_range", mfi=90,
    )  # fmt: skip
    return plate


def il6() -> Analyte:
    return Analyte.objects.get(symbol="IL6")


def three_plates(plate: PlateRun, study: Study, last: float) -> list[PlateRun]:
    """The third reads `last` where the others read 100."""
    with_control(plate, 100.0)
    second = with_control(make_plate(study, [], name="plate 2"), 100.0)
    third = with_control(make_plate(study, [make_patient(study)], name="plate 3"), last)
    judge_plate(plate_run=plate, by=None)
    return [plate, second, third]


RULES = {
    "min_bead_count": 90, "recommended_bead_count": 100, "max_intra_cv": 15, "max_inter_cv": 20,
    "recovery_low": 80, "recovery_high": 120, "max_out_of_range": 50, "max_hook": 10,
    "kit_ranges": "on", "repeats": "mean", "concentration": "vendor",
}  # fmt: skip
