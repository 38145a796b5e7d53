"""A reading with what somebody says of its wells: the types, the expected concentrations, the dilutions."""

import numpy as np
import pytest

from assays.formats import PlateReading, SampleType, read_plate
from assays.formats.retyping import Said, retype
from tests.unit.formats.files import xponent

SAMPLE, STANDARD, CONTROL = SampleType.SAMPLE, SampleType.STANDARD, SampleType.CONTROL


@pytest.fixture
def reading() -> PlateReading:
    """A1 is a blank, B1 a standard, C1 a control, D1 and E1 are samples; each is diluted twice."""
    return read_plate(xponent())


def types(reading: PlateReading) -> list[tuple[str, str]]:
    return list(zip(reading.wells["sample_type"], reading.wells["typed_by"], strict=True))


def test_nothing_said_leaves_the_reading_as_it_is(reading: PlateReading) -> None:
    assert retype(reading, {}) is reading


def test_a_person_types_the_wells_that_are_named_and_no_others(reading: PlateReading) -> None:
    found = retype(reading, {"D1": Said(kind=CONTROL)})
    others = [("blank", "file"), ("standard", "file"), ("control", "file")]
    assert types(found) == [*others, ("control", "person"), ("sample", "file")]
    assert types(reading)[3] == ("sample", "file")


def test_every_measurement_of_a_well_is_of_its_new_type(reading: PlateReading) -> None:
    rows = retype(reading, {"D1": Said(kind=CONTROL)}).measurements
    assert rows.groupby("well", sort=False)["sample_type"].unique().map(list).to_dict() == {
        "A1": ["blank"],
        "B1": ["standard"],
        "C1": ["control"],
        "D1": ["control"],
        "E1": ["sample"],
    }


def test_a_dilution_that_is_said_holds_for_that_well_alone(reading: PlateReading) -> None:
    found = retype(reading, {"D1": Said(dilution=4)})
    assert found.wells["dilution"].tolist() == [2, 2, 2, 4, 2]
    assert found.measurements["dilution"].tolist() == [2, 2, 2, 2, 2, 2, 4, 4, 2, 2]
    assert types(found) == types(reading)
    assert found.measurements["dilution"].dtype == np.float64


def test_a_well_without_a_dilution_of_its_own_keeps_none_beside_one_that_is_said() -> None:
    mapping = {"layout": "wide", "sample": "sample", "well": "well"}
    reading = read_plate(b"well,sample,IL6\nA1,P1,3.5\nB1,P2,4.5\n", mapping=mapping)
    found = retype(reading, {"B1": Said(dilution=10)})
    assert found.measurements["dilution"].fillna(-1).tolist() == [-1, 10]


def test_a_sample_that_becomes_a_control_brings_what_was_observed(reading: PlateReading) -> None:
    controls = retype(reading, {"E1": Said(kind=CONTROL)}).controls
    assert controls["well"].tolist() == ["C1", "C1", "E1", "E1"]
    assert controls["sample"].tolist() == ["Control1", "Control1", "S-2", "S-2"]
    assert controls["observed"].fillna(-1).tolist() == [50.5, 49.5, -1, 12.75]
    assert controls[["expected", "low", "high"]].isna().all(axis=None)


def test_a_sample_that_becomes_a_standard_has_the_concentration_that_is_said(
    reading: PlateReading,
) -> None:
    said = Said(kind=STANDARD, expected={"IL6": 12.0})
    standards = retype(reading, {"E1": said}).standards
    assert standards["well"].tolist() == ["B1", "B1", "E1", "E1"]
    assert standards["expected"].fillna(-1).tolist() == [1000, 1000, -1, 12]
    assert standards["mfi"].tolist() == [100.5, 2000, 100.5, 2000]
    assert standards["recovery"].fillna(-1).tolist() == [100.05, 99.03, -1, -1]


def test_another_expected_concentration_ends_the_files_own_recovery(reading: PlateReading) -> None:
    standards = retype(reading, {"B1": Said(expected={"IL1B": 500.0})}).standards
    assert standards["expected"].tolist() == [500, 1000]
    assert standards["observed"].tolist() == [1000.5, 990.25]
    assert standards["recovery"].fillna(-1).tolist() == [-1, 99.03]


def test_a_standard_that_becomes_a_control_keeps_what_the_file_expects_of_it(
    reading: PlateReading,
) -> None:
    found = retype(reading, {"B1": Said(kind=CONTROL)})
    assert found.standards.empty
    assert found.controls["well"].tolist() == ["B1", "B1", "C1", "C1"]
    assert found.controls["expected"].fillna(-1).tolist() == [1000, 1000, -1, -1]
    assert found.controls["observed"].tolist() == [1000.5, 990.25, 50.5, 49.5]


def test_a_control_that_becomes_a_sample_is_no_control_any_more(reading: PlateReading) -> None:
    found = retype(reading, {"C1": Said(kind=SAMPLE)})
    assert found.controls.empty
    assert found.standards.equals(reading.standards)


def test_notes_on_names_are_of_the_types_as_they_are_now() -> None:
    content = xponent().replace(b"Background0", b"Bkg").replace(b"S-2", b"Pool of P12")
    reading = read_plate(content)
    guess = "Taken for blanks by their names: Bkg (1 in all)."
    question = "Read as samples, but could be standards, blanks or controls: Pool of P12."
    first = reading.notes[0]
    assert reading.notes == (first, guess, question)
    assert retype(reading, {"D1": Said(dilution=4)}).notes == (first, guess, question)
    answered = retype(reading, {"E1": Said(kind=SAMPLE)})
    assert answered.notes == (first, guess)
    assert retype(answered, {"A1": Said(kind=SAMPLE)}).notes == (first,)
