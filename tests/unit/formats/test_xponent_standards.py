"""The expected concentrations of an xPONENT file, held against the recovery that it tells of them."""

import pytest

from assays.formats import read_plate
from tests.unit.formats.files import RESULT, xponent, xponent_blocks


def read(observed, expected, recovery):
    """A plate whose standard was so observed, expected and recovered as IL1B; IL6 is not told."""
    blocks = xponent_blocks(RESULT | {"B1": (observed, "990.25")})
    blocks["Standard Expected Concentration"][1] = ["Standard1", expected, ""]
    blocks["% Recovery"][1] = ["2(1,B1)", "Standard1", recovery, "", ""]
    return read_plate(xponent(blocks))


@pytest.mark.parametrize(
    ("observed", "told"), [("1020", False), ("1020.5", True), ("980", False), ("979.5", True)]
)
def test_an_expected_concentration_may_be_off_by_the_rounding_of_its_recovery(observed, told):
    """Of 1000 expected, 1020 are 102 %: two of a hundred off a recovery of 100 %, which is allowed."""
    reading = read(observed, "1000", "100")
    assert reading.remarks["text"].str.startswith("expected concentration").any() == told
    note = (
        "1 expected concentrations contradict the recovery in the same file (a decimal point may be lost): "
        "Standard1. They are kept as written."
    )
    assert (note in reading.notes) == told
    assert any("contradict" in one for one in reading.notes) == told


def test_a_standard_of_which_nothing_is_expected_has_no_recovery_to_contradict():
    reading = read("3.5", "0", "NaN")
    assert reading.standards["expected"].tolist()[0] == 0
    assert reading.remarks["well"].tolist() == ["D1"]
    assert not any("contradict" in note for note in reading.notes)
