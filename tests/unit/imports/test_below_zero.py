"""A concentration below zero cannot be: refused with its place by both importers of measurements, by one rule."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import read_plate
from assays.imports.plates.checks import check_fits
from assays.imports.values import may_be_negative, read_value
from assays.models import Measurement
from imports.services.batches import commit_import
from imports.texts import Texts, Unreadable
from studies.models import Study
from studies.refusals import Refused
from tests.factories import StudyFactory
from tests.integration.plates import catalogue, previewed
from tests.unit.formats.files import RESULT, xponent, xponent_blocks

UNITS = [
    *[(unit, False) for unit in ("pg/mL", "IU/mL", "U/mL", "pM", "nM", "µM", "fmol/µL", "")],
    *[(unit, True) for unit in ("NPX", "MFI", "log2 pg/mL", "Log10(pg/mL)", "NPQ")],
]


def table(text: str, unit: str = "pg/mL") -> bytes:
    return f"sample,well,analyte,value,unit,net_mfi\nP1,A1,IL6,{text},{unit},-20.5\n".encode()


@pytest.mark.parametrize(("unit", "may"), UNITS)
def test_units_of_what_cannot_be_negative(unit, may):
    assert may_be_negative(unit) == may


@given(st.floats(-1e6, 1e6, allow_subnormal=False), st.sampled_from(["", "*", "< ", ">"]))
@settings(deadline=None)
def test_both_importers_refuse_what_is_below_zero_and_nothing_else(number, mark):
    text = f"{mark}{number!r}"
    if number < 0:
        with pytest.raises(Refused, match=r"well A1, IL6: .*cannot be negative"):
            check_fits(read_plate(table(text)), "plate.csv")
        with pytest.raises(Unreadable, match="cannot be negative"):
            read_value(text, Texts(), negative=False)
    else:
        check_fits(read_plate(table(text)), "plate.csv")
        read_value(text, Texts(), negative=False)
    check_fits(read_plate(table(text, "NPX")), "plate.csv")


def test_the_unit_of_the_mapping_counts_where_the_file_names_none():
    reading = read_plate(table("-4", ""))
    with pytest.raises(Refused, match=r"name its unit in the mapping \(unit: NPX\)"):
        check_fits(reading, "plate.csv")
    check_fits(reading, "plate.csv", unit="NPX")
    check_fits(reading, "plate.csv", leave_out=["IL6"])


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["-4", "*-4", "< -4"])
def test_a_plate_is_refused_with_the_well_and_the_analyte(written: str) -> None:
    catalogue()
    study: Study = StudyFactory(code="ICI")
    content = xponent(xponent_blocks(RESULT | {"D1": ("3.25", written)}))
    batch = previewed(study, content)
    assert batch.state == "refused"
    assert f"well D1, IL6: “{written}”: a concentration cannot be negative" in str(batch.message)
    batch = previewed(study, content, mapping="leave_out: [IL6]")
    commit_import(batch=batch, by=None)
    assert set(Measurement.objects.values_list("analyte__symbol", flat=True)) == {"IL1B"}
