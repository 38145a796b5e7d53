"""xPONENT files: read right in every variant, refused with line and reason when they are not whole."""

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from assays.quality.curves import vendor_curve
from tests.unit.formats.files import xponent, xponent_blocks


def refused(content: bytes) -> PlateFormatError:
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value


def test_every_well_and_analyte_is_read_with_all_that_is_told_of_it():
    reading = read_plate(xponent())
    rows = reading.measurements.set_index(["well", "analyte"])
    assert len(rows) == 10
    assert reading.counts() == {
        "in_range": 5, "below_lloq": 1, "above_uloq": 1, "extrapolated": 1, "missing": 2, "outlier": 0,
    }  # fmt: skip
    first = rows.loc[("D1", "IL1B")]
    assert (first.raw_text, first.value, first.unit, first.flag) == (
        "3.25",
        3.25,
        "pg/mL",
        "extrapolated",
    )
    assert (first.mfi, first.net_mfi, first.bead_count, first.dilution) == (100.5, 90.5, 100, 2)
    assert rows.loc[("D1", "IL6")].raw_text == "< 0.5"
    assert list(reading.wells.sample_type) == ["blank", "standard", "control", "sample", "sample"]
    assert reading.standards.expected.tolist() == [1000, 1000]
    assert reading.standards.recovery.tolist() == [100.05, 99.03]


def test_the_plate_is_described():
    plate = read_plate(xponent()).plate
    assert (plate.instrument, plate.serial, plate.software) == (
        "MAGPIX",
        "MAGPX1",
        "xPONENT 4.2.1324.0",
    )
    assert (plate.name, plate.protocol, plate.kit, plate.lot) == (
        "plate 1",
        "30-plex",
        "Cytokine 30",
        "L77",
    )
    assert (plate.acquired, plate.wells) == (datetime(2014, 2, 28, 21, 44, 35), 96)


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("2/28/2014 9:44:35 PM", datetime(2014, 2, 28, 21, 44, 35)),
        ("2014-02-03 09:44", datetime(2014, 2, 3, 9, 44)),
        ("02/03/2014 09:44", None),
    ],
)
def test_day_and_month_are_told_apart_by_evidence_or_left_unread(date, read):
    reading = read_plate(xponent(date=date))
    assert reading.plate.acquired == read
    assert reading.plate.acquired_text == date
    assert (read is None) == any("kept as written" in note for note in reading.notes)


@pytest.mark.parametrize(
    "form", [{"delimiter": ";", "decimal": ","}, {"delimiter": "\t"}, {"newline": "\n"}]
)
def test_other_delimiters_and_decimal_marks_give_the_same_numbers(form):
    expected, found = read_plate(xponent()), read_plate(xponent(**form))
    columns = ["well", "sample", "analyte", "value", "mfi", "bead_count", "flag"]
    pd.testing.assert_frame_equal(found.measurements[columns], expected.measurements[columns])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(encoding):
    text = xponent().decode()
    assert read_plate(text.encode(encoding)).counts() == read_plate(xponent()).counts()


def test_a_comma_that_could_part_thousands_is_refused():
    blocks = xponent_blocks(
        median=dict.fromkeys(["A1", "B1", "C1", "D1", "E1"], ("1,250", "2,000"))
    )
    assert "thousands" in str(refused(xponent(blocks)))


def test_an_expected_concentration_that_contradicts_its_recovery_is_told_and_kept():
    blocks = xponent_blocks()
    blocks["Standard Expected Concentration"][1] = ["Standard1", "1000", "1000000"]
    reading = read_plate(xponent(blocks))
    assert reading.standards.expected.tolist() == [1000, 1000000]
    assert (
        reading.remarks.text.str.startswith("expected concentration as written (1e+06)").sum() == 1
    )


def test_an_unknown_block_is_kept_and_reported():
    blocks = xponent_blocks() | {"Bead Cloud": [["x", "y"], ["1", "2"]]}
    reading = read_plate(xponent(blocks))
    assert reading.extra["Bead Cloud"] == [["x", "y"], ["1", "2"]]
    assert any("Bead Cloud" in note for note in reading.notes)


def test_a_control_range_of_one_number_is_told_and_kept():
    def ranges(low, high):
        head = ["Reagent", "IL1B", "IL6"]
        told = {"Control Range - Low": low, "Control Range - High": high}
        blocks = {name: [head, ["Control1", *cells]] for name, cells in told.items()}
        return read_plate(xponent(xponent_blocks() | blocks))

    reading = ranges(["40", "45"], ["60", "45"])
    assert reading.controls[["low", "high"]].to_numpy().tolist() == [[40, 60], [45, 45]]
    assert any("one number allow nothing" in n and "Control1." in n for n in reading.notes)
    assert not any("one number" in note for note in ranges(["40", "45"], ["60", ""]).notes)


@pytest.mark.parametrize("name", ["Median", "Result"])
def test_a_missing_block_is_refused_by_name(name):
    blocks = xponent_blocks()
    del blocks[name]
    error = refused(xponent(blocks))
    assert f"“{name}” is missing" in error.reason
    assert error.line


def change(block, row, column, text):
    blocks = xponent_blocks()
    blocks[block][row][column] = text
    return xponent(blocks)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (change("Median", 2, 2, "12x"), "Median, IL1B: “12x” is not a number"),
        (change("Result", 2, 3, "high"), "Result, IL6"),
        (change("Result", 1, 1, "Sample 9"), "“Sample 9” here and “Background0”"),
        (change("Median", 2, 0, "2(2,B1)"), "mixes plates"),
        (change("Median", 2, 0, "2(1,Q1)"), "not the location"),
        (change("Median", 2, 0, "2(1,A1)"), "stands twice"),
        (change("Result", 0, 2, "IL9"), "not an analyte of both"),
        (change("Median", 0, 3, "IL1B"), "stands twice"),
        (xponent() + xponent(), "mixes plates"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(content, said):
    error = refused(content)
    assert said in str(error)
    assert error.line


def test_a_row_that_lost_a_cell_is_misaligned():
    blocks = xponent_blocks()
    del blocks["Result"][3][2]
    assert "misaligned" in refused(xponent(blocks)).reason


def test_a_block_that_lost_a_well_was_cut():
    blocks = xponent_blocks()
    del blocks["Result"][-1]
    assert "lacks the well E1" in refused(xponent(blocks)).reason


WHOLE = xponent()


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_anywhere_is_refused_or_read_whole(length):
    try:
        found = read_plate(WHOLE[:length])
    except PlateFormatError:
        return
    pd.testing.assert_frame_equal(found.measurements, read_plate(WHOLE).measurements)


@given(st.permutations(list(xponent_blocks())))
def test_the_order_of_the_blocks_does_not_matter(order):
    blocks = xponent_blocks()
    found = read_plate(xponent({name: blocks[name] for name in order}))
    pd.testing.assert_frame_equal(found.measurements, read_plate(WHOLE).measurements)


@given(st.integers(0, len(WHOLE) - 1), st.sampled_from(list(b'x;"\0\xff,\n<*-')))
def test_a_junk_byte_is_refused_or_leaves_the_other_numbers_alone(place, junk):
    content = bytearray(WHOLE)
    content[place] = junk
    try:
        found = read_plate(bytes(content)).measurements
    except PlateFormatError:
        return
    whole = read_plate(WHOLE).measurements
    assert len(found) == len(whole)
    for column in ("value", "mfi", "net_mfi", "bead_count"):
        same = (found[column] == whole[column]) | (found[column].isna() & whole[column].isna())
        needed = column in (
            "value",
            "mfi",
        )  # of the others a line may be left out, but never misread
        assert (~same & (needed | found[column].notna())).sum() <= 1


def test_blocks_inside_a_quotation_that_is_not_closed_are_refused() -> None:
    """Found by the fuzz run: every mark of a block stood within one quoted cell."""
    content = xponent(delimiter=";", decimal=",")
    for mark in (b"DataType:", b"-- CRC"):
        content = content.replace(mark, b'"\n' + mark, 1)
    assert "quotation mark" in str(refused(content))


def test_the_limits_of_an_analyte_are_those_that_its_marks_name_and_none_where_they_differ():
    result = {
        "A1": ("< 0.5", "< 2"),
        "B1": ("1000.5", "990.25"),
        "C1": ("50.5", "49.5"),
        "D1": ("> 2000", "> 1500"),
        "E1": ("< 0.5", "< 3"),
    }
    analytes = read_plate(xponent(xponent_blocks(result=result))).analytes
    assert analytes.lloq.tolist()[0] == 0.5
    assert pd.isna(analytes.lloq.tolist()[1])
    assert analytes.uloq.tolist() == [2000, 1500]


def test_the_range_of_a_control_is_read_from_low_to_high():
    blocks = xponent_blocks()
    for name, values in (
        ("Control Expected Concentration", ("50", "51")),
        ("Control Range - Low", ("40", "41")),
        ("Control Range - High", ("60", "61")),
    ):
        blocks[name] = [["Reagent", "IL1B", "IL6"], ["Control1", *values]]
    controls = read_plate(xponent(blocks)).controls.set_index("analyte")
    assert controls.loc["IL1B", ["expected", "low", "high"]].tolist() == [50, 40, 60]
    assert controls.loc["IL6", ["expected", "low", "high"]].tolist() == [51, 41, 61]


def test_the_dilution_in_the_name_of_a_sample_is_not_believed_where_no_block_tells_it():
    blocks = xponent_blocks()
    del blocks["Dilution Factor"]
    for rows in blocks.values():
        for row in rows:
            row[:] = [{"S-1": "PAT 1:50", "Control1": "PC 1:20"}.get(c, c) for c in row]
    wells = read_plate(xponent(blocks)).wells.set_index("sample")
    assert pd.isna(wells.dilution["PAT 1:50"])
    assert wells.dilution["PC 1:20"] == 20


def test_a_recovery_is_observed_of_expected_and_not_the_other_way_round():
    """990.25 of 800 is 123.78 %; 800 of 990.25 would be 80.79 %."""
    blocks = xponent_blocks()
    blocks["Standard Expected Concentration"][1] = ["Standard1", "1000", "800"]
    blocks["% Recovery"][1] = ["2(1,B1)", "Standard1", "100.05", "123.78", ""]
    assert not read_plate(xponent(blocks)).remarks.text.str.startswith("expected").any()
    blocks["% Recovery"][1] = ["2(1,B1)", "Standard1", "100.05", "80.79", ""]
    assert read_plate(xponent(blocks)).remarks.text.str.startswith("expected").sum() == 1


def test_the_curve_of_an_analyte_is_written_from_its_coefficients():
    blocks = xponent_blocks()
    blocks["Analysis Types"] = [
        ["Analyte:", "IL1B", "IL6"],
        ["AnalysisType", "Logistic 5P", "Logistic 4P"],
    ]
    coefficients = zip("ABCDF", ("12", "9000", "350", "-1.25", "0.5"), strict=True)
    blocks["Analysis Coefficients"] = [
        ["Analyte:", "IL1B", "IL6"],
        *([f"Coefficient {letter}", number, ""] for letter, number in coefficients),
    ]
    analytes = read_plate(xponent(blocks)).analytes
    assert analytes.curve_kind.tolist() == ["5PL", "4PL"]
    curve = vendor_curve(analytes.curve.iloc[0])
    assert curve is not None
    assert (curve.lower, curve.upper, curve.bend) == (12, 9000, 350)
    assert (curve.slope, curve.asymmetry) == (-1.25, 0.5)
