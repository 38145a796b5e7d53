"""Tables of INTELLIFLEX: a row for each well, read as fluorescence of every region and reporter."""

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import as_csv, intelliflex_rows, workbook


def refused(rows):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(as_csv(rows))
    return caught.value


def test_every_well_and_region_is_read_with_all_that_is_told_of_it():
    reading = read_plate(as_csv(intelliflex_rows()))
    assert reading.format == "xponent"
    rows = reading.measurements.set_index(["well", "analyte"])
    assert len(rows) == 6
    assert reading.analytes.analyte.tolist() == ["HPV6", "HPV11"]
    told = rows.loc[("B1", "HPV11")]
    assert (told.mfi, told.net_mfi, told.bead_count, told.dilution) == (27.25, 26.75, 41, 50)
    assert (told.raw_text, told.flag, told["sample"]) == ("", "missing", "S-2")
    assert rows.loc[("A1", "HPV6"), ["mfi", "net_mfi", "bead_count"]].isna().all()
    assert reading.wells.sample_type.tolist() == ["sample", "sample", "standard"]
    assert reading.wells.dilution.tolist()[:2] == [4, 50]
    assert reading.wells.remark.tolist() == ["Well: Dry", "Well: Warning", ""]
    assert reading.standards.mfi.tolist() == [25.5, 27.5]
    assert str(reading.notes[1]).startswith("The file holds fluorescence only")
    assert reading.extra["other properties"][0] == [
        "WELL LOCATION", "R25: RP1 MEAN", "R25: RP1 %CV", "R27: RP1 MEAN", "R27: RP1 %CV",
    ]  # fmt: skip


def test_the_plate_is_described():
    plate = read_plate(as_csv(intelliflex_rows())).plate
    assert (plate.name, plate.instrument) == ("plate 7", "xMAP INTELLIFLEX® DR-SE")
    assert (plate.serial, plate.software) == ("IFLX1", "Luminex INTELLIFLEX Bundle - 2.1.1015")
    assert (plate.acquired, plate.wells) == (datetime(2026, 2, 25, 16, 42, 8), 96)


@pytest.mark.parametrize(
    "content",
    [
        workbook({"Export": intelliflex_rows()}),
        as_csv([[*row, ""] for row in intelliflex_rows()]),
        re.sub(rb"(\d)\.(\d)", rb"\1,\2", as_csv(intelliflex_rows(), ";")),
    ],
)
def test_a_workbook_a_last_empty_column_and_semicolons_read_as_the_same(content):
    found = read_plate(content)
    assert found.measurements.equals(read_plate(as_csv(intelliflex_rows())).measurements)


def test_an_older_export_of_few_columns_is_read_by_region():
    kept = ("INSTRUMENT TYPE", "PLATE START", "WELL LOCATION", "SAMPLE ID")
    rows = intelliflex_rows()
    rows[1][6] = rows[2][6] = rows[3][6] = "11/8/2024 12:12"
    places = [
        i
        for i, name in enumerate(rows[0])
        if name in kept or name.endswith(("RP1 MEDIAN", "RP1 COUNT"))
    ]
    reading = read_plate(as_csv([[row[i] for i in places] for row in rows]))
    assert reading.analytes.analyte.tolist() == ["R25", "R27"]
    assert reading.measurements.net_mfi.isna().all()
    assert reading.wells.sample_type.tolist() == ["sample", "sample", "standard"]  # by its name
    assert (reading.plate.acquired, reading.plate.acquired_text) == (None, "11/8/2024 12:12")


def test_two_reporters_of_a_region_are_two_analytes():
    reading = read_plate(as_csv(intelliflex_rows(((25, "HPV6"),), ("RP1", "RP2"))))
    assert reading.analytes.analyte.tolist() == ["HPV6 RP1", "HPV6 RP2"]
    assert reading.measurements.mfi.tolist()[2:4] == [25.25, 125.25]


def changed(row, name, text):
    rows = intelliflex_rows()
    rows[row][rows[0].index(name)] = text
    return rows


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        (changed(3, "SERIAL NUMBER", "IFLX2"), 4, "mixes plates"),
        (changed(3, "WELL LOCATION", "B1"), 4, "stands twice"),
        (changed(3, "WELL LOCATION", "Z1"), 4, "not the location"),
        (changed(2, "R25: RP1 MEDIAN", "high"), 3, "HPV6: “high” is not a number"),
        (changed(3, "R27: RP1 REGION", "25"), 4, "misaligned"),
        (changed(3, "R27: RP1 ANALYTE NAME", "HPV6"), 4, "misaligned"),
        (changed(0, "R27: RP1 MEDIAN", "R27: RP1 SUM"), 1, "“MEDIAN” of R27, RP1 is missing"),
        (changed(0, "R27: RP1 COUNT", "R27: RP1 MEDIAN"), 1, "stands twice"),
        (changed(0, "SAMPLE ID", "SAMPLE"), 1, "“SAMPLE ID” is missing"),
        ([row[: len(row) - i] for i, row in enumerate(intelliflex_rows())], 2, "misaligned"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_line(rows, line, said):
    error = refused(rows)
    assert error.line == line
    assert said in error.reason


def test_a_head_without_wells_was_cut():
    assert "no wells" in refused(intelliflex_rows()[:1]).reason


WHOLE = as_csv(intelliflex_rows())


@given(st.integers(0, len(WHOLE) - 1))
def test_a_table_cut_anywhere_but_between_two_wells_is_refused(length):
    if WHOLE[length - 1 : length] == b"\n":
        return
    with pytest.raises(PlateFormatError):
        read_plate(WHOLE[:length])


def test_the_dilution_in_a_name_counts_for_controls_alone_and_where_the_table_tells_none():
    rows = intelliflex_rows()
    column = {name: rows[0].index(name) for name in ("WELL TYPE", "SAMPLE ID", "DILUTION")}
    told = [("U1", "PAT 1:100", ""), ("C1", "PC 1:100", "N/A"), ("C2", "PC 1:200", "50")]
    for row, cells in zip(rows[1:], told, strict=True):
        for name, text in zip(column, cells, strict=True):
            row[column[name]] = text
    wells = read_plate(as_csv(rows)).wells
    assert wells.sample_type.tolist() == ["sample", "control", "control"]
    assert wells.dilution.isna().tolist() == [True, False, False]
    assert wells.dilution.tolist()[1:] == [100, 50]
