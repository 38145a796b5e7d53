"""Workbooks of Bio-Plex Manager and exports of Olink: read right, refused with sheet and cell."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import bioplex_sheets, olink_long, olink_rows, workbook


def refused(content: bytes) -> PlateFormatError:
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value


def test_a_bioplex_workbook_is_read_with_its_marks():
    reading = read_plate(workbook(bioplex_sheets()))
    rows = reading.measurements.set_index(["well", "analyte"])
    assert len(rows) == 14
    assert reading.counts() == {
        "in_range": 4, "below_lloq": 2, "above_uloq": 0, "extrapolated": 2, "missing": 4, "outlier": 2,
    }  # fmt: skip
    marked = rows.loc[("A3,A4", "Hu IL-1b (32)")]
    assert (marked.raw_text, marked.value, marked.flag) == ("*3.42", 3.42, "extrapolated")
    assert (marked["sample"], marked.mfi, marked.net_mfi, marked.dilution) == ("P-01", 28, 19.5, 4)
    assert rows.loc[("B3,B4", "Hu IL-6 (19)")].raw_text == "OOR <"
    assert rows.loc[("C3,C4", "Hu IL-6 (19)")].raw_text == "77.31"
    assert reading.standards.expected.tolist() == [1000, 1000, 250, 250]
    assert reading.remarks.text.tolist() == ["Low bead #", "Low bead #"]
    assert reading.analytes.curve.iloc[0].startswith("FI = -8.5 + (20147.9")
    assert reading.analytes.curve_kind.tolist() == ["5PL", "5PL"]
    assert reading.plate.acquired == datetime(2007, 1, 11, 13, 20)
    assert (reading.plate.name, reading.plate.serial) == ("P 7", "LX1")


def changed(row, column, value):
    sheets = bioplex_sheets()
    sheets["Hu IL-6 (19)"][row][column] = value
    return workbook(sheets)


@pytest.mark.parametrize(
    ("content", "cell"),
    [
        (changed(9, 4, "P-99"), "E10"),
        (changed(9, 2, "A5,A6"), "C10"),
        (changed(9, 9, "many"), "J10"),
        (changed(9, 5, "text"), "F10"),
        (changed(9, 1, "Q1"), "B10"),
        (changed(9, 2, ""), "C10"),
    ],
)
def test_a_cell_that_does_not_fit_is_named(content, cell):
    error = refused(content)
    assert (error.sheet, error.cell) == ("Hu IL-6 (19)", cell)


def test_sheets_of_two_runs_are_refused():
    sheets = bioplex_sheets()
    sheets["Hu IL-6 (19)"][3] = ["Reader Serial Number: LX2"]
    assert "mixes plates" in refused(workbook(sheets)).reason


def test_a_sheet_that_was_cut_is_refused():
    sheets = bioplex_sheets()
    del sheets["Hu IL-6 (19)"][12]
    assert refused(workbook(sheets)).sheet == "Hu IL-6 (19)"


def test_a_missing_column_is_refused():
    sheets = {
        n: [[c for i, c in enumerate(r) if i != place] for r in rows]
        for n, rows in bioplex_sheets().items()
        for place in [next(r.index("FI") for r in rows if "FI" in r)]
    }
    assert "“FI” is missing" in refused(workbook(sheets)).reason


def test_the_order_of_the_sheets_does_not_matter_and_other_sheets_are_kept():
    sheets = bioplex_sheets()
    turned = dict(reversed(list(sheets.items()))) | {"Project": [["lab", "SB"]]}
    key = ["well", "analyte"]
    found = read_plate(workbook(turned))
    pd.testing.assert_frame_equal(
        found.measurements.sort_values(key, ignore_index=True),
        read_plate(workbook(sheets)).measurements.sort_values(key, ignore_index=True),
    )
    assert found.extra["Project"] == [["lab", "SB"]]


def test_an_olink_workbook_is_read_with_limits_plates_and_warnings():
    reading = read_plate(workbook({"INF": olink_rows()}))
    rows = reading.measurements.set_index(["sample", "analyte"])
    assert rows.loc[("A-1", "IL8")].value == 6.57546
    assert rows.loc[("A-1", "IL8")].raw_text == "6.57546"
    low = rows.loc[("A-2", "IL8")]
    assert (low.value, low.flag) == (1.5, "below_lloq")
    assert rows.loc[("A-2", "VEGFA")].flag == "missing"
    assert reading.analytes.lloq.tolist() == [1.96317, 1.79424]
    assert reading.analytes.uniprot.tolist() == ["P10145", "P15692"]
    assert reading.wells["plate"].tolist() == ["P1", "P1", "P2"]
    assert reading.wells.sample_type.tolist() == ["sample", "sample", "control"]
    assert reading.remarks.text.tolist() == ["QC: Warning"]


@pytest.mark.parametrize(("row", "said"), [(12, "3 (# Samples)"), (13, "(# Samples)")])
def test_an_olink_sheet_that_lost_a_row_is_refused(row, said):
    rows = olink_rows()
    del rows[row]
    assert said in refused(workbook({"INF": rows})).reason


def test_text_among_npx_is_refused_with_its_cell():
    rows = olink_rows()
    rows[12][1] = "high"
    error = refused(workbook({"INF": rows}))
    assert (error.sheet, error.cell) == ("INF", "B13")


def test_a_long_olink_export_is_read():
    reading = read_plate(olink_long())
    assert reading.measurements.value.tolist()[:2] == [2.5, 0.5]
    assert reading.measurements.flag.tolist() == ["in_range", "below_lloq", "missing", "in_range"]
    assert np.isnan(reading.measurements.value[2])
    assert read_plate(olink_long(",")).counts() == reading.counts()


def test_a_long_export_that_was_cut_or_joined_is_refused_with_its_line():
    lines = olink_long().splitlines(keepends=True)
    assert refused(b"".join(lines[:-1])).line == 4
    assert "stands twice" in refused(b"".join([*lines, lines[-1]])).reason
    assert refused(b"".join(lines[:-1]) + lines[-1].replace(b"7.25", b"seven")).line == 5


BIOPLEX, OLINK = workbook(bioplex_sheets()), workbook({"INF": olink_rows()})


@given(st.sampled_from([BIOPLEX, OLINK]), st.floats(0, 1))
def test_a_workbook_cut_anywhere_is_refused(content, part):
    with pytest.raises(PlateFormatError):
        read_plate(content[: int(part * (len(content) - 1))])


@given(st.integers(0, len(olink_long()) - 1))
def test_a_long_export_cut_anywhere_is_refused_or_has_no_wrong_number(length):
    try:
        found = read_plate(olink_long()[:length]).measurements
    except PlateFormatError:
        return
    whole = read_plate(olink_long()).measurements
    pd.testing.assert_frame_equal(found, whole.iloc[: len(found)])
