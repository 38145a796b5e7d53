"""Bio-Plex workbooks of other shapes: one sheet for all analytes, units in the header, limits and curves."""

import numpy as np
import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import BIOPLEX_HEADER, bioplex_sheets, workbook

LEGEND = (
    "Conc in Range = Unknown sample concentrations within range where standards recovery is {}%"
)


def read(sheets):
    return read_plate(workbook(sheets))


def one_sheet():
    """All analytes in one table."""
    sheets = list(bioplex_sheets().values())
    rows = [row for pair in zip(*(sheet[6:13] for sheet in sheets), strict=True) for row in pair]
    return {"All": [["File Name: P 7.rbx"], [], BIOPLEX_HEADER, *rows, [], *sheets[0][14:]]}


def test_one_sheet_of_all_analytes_is_read_as_a_sheet_for_each():
    found, expected = read(one_sheet()), read(bioplex_sheets())
    key, columns = ["analyte", "well"], ["raw_text", "value", "mfi", "net_mfi", "flag", "dilution"]
    for column in columns:
        assert found.measurements.set_index(key)[
            column
        ].tolist() == expected.measurements.set_index(key)[column].tolist() or np.allclose(
            found.measurements[column].astype(float),
            expected.measurements[column].astype(float),
            equal_nan=True,
        )
    assert found.analytes.curve.tolist() == ["", ""]  # one curve below two analytes is nobody's
    assert found.analytes.curve_kind.tolist() == ["5PL", "5PL"]


def test_units_dilutions_and_bead_counts_are_read_where_the_header_tells_them():
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        sheet[5] = [
            "Obs Conc (pg/mL)" if name == "Obs Conc" else name for name in (*sheet[5], "Bead Count")
        ]
        for row in sheet[6:13]:
            row[13] = "1:4"
            row.append(57)
    reading = read(sheets)
    assert reading.analytes.unit.tolist() == ["pg/mL", "pg/mL"]
    assert set(reading.measurements.dilution) == {4}
    assert set(reading.measurements.bead_count) == {57}


@pytest.mark.parametrize(
    ("accepted", "limits"), [("70-130", (4 * 9.41, 4 * 251.5)), ("102-130", ())]
)
def test_limits_are_those_of_the_standards_with_accepted_recovery(accepted, limits):
    sheets = bioplex_sheets()
    for name, sheet in sheets.items():
        sheet.insert(
            9, [name, "S3", "C1,C2", 0, "", 334.5, 326, 0, 0, 9.41, 9.26, 100, 9.41, 1, ""]
        )
        sheet.append([LEGEND.format(accepted)])
    analytes = read(sheets).analytes
    if limits:
        assert (analytes.lloq.iloc[0], analytes.uloq.iloc[0]) == pytest.approx(limits)
    else:
        assert analytes.lloq.isna().all()


def test_no_limit_holds_for_samples_of_different_dilutions():
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        sheet[9][13] = 2
        sheet.append([LEGEND.format("70-130")])
    reading = read(sheets)
    assert reading.analytes.lloq.isna().all()
    assert any("diluted differently" in note for note in reading.notes)


def test_an_empty_row_inside_a_table_is_refused_and_loses_no_sample():
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        sheet.insert(11, [])
    with pytest.raises(PlateFormatError) as caught:
        read(sheets)
    assert (caught.value.sheet, caught.value.cell) == ("Hu IL-1b (32)", "A13")


def test_a_reading_that_the_software_set_aside_is_an_outlier_whatever_stands_in_its_cells():
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        sheet[12][3] = 1  # X4, of which nothing was read: "***" without it is missing
        sheet[11][3] = 1  # a number still stands there
    rows = read(sheets).measurements.set_index(["well", "analyte"])
    assert set(rows.flag["D3,D4"]) == {"outlier"}
    number = rows.loc[("C3,C4", "Hu IL-6 (19)")]
    assert (number.raw_text, number.value, number.flag) == ("77.31", 77.31, "outlier")


@pytest.mark.parametrize("written", ["1/4", "1:4", "1 : 4", 4])
def test_a_dilution_is_the_same_however_it_is_written(written):
    sheets = bioplex_sheets()
    for sheet in sheets.values():
        for row in sheet[6:13]:
            row[13] = written
    assert set(read(sheets).measurements.dilution) == {4}


def test_an_extrapolated_standard_sets_no_limit():
    sheets = bioplex_sheets()
    for name, sheet in sheets.items():
        sheet.insert(
            9, [name, "S3", "C1,C2", 0, "", 334.5, 326, 0, 0, "*9.41", 9.26, 100, 9.41, 1, ""]
        )
        sheet.append([LEGEND.format("70-130")])
    analytes = read(sheets).analytes
    assert analytes.lloq.tolist() == analytes.uloq.tolist() == [4 * 251.5, 4 * 251.5]
