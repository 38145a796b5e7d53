"""The three real plate files, each against a reader of a few lines that knows nothing of ours."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from assays.formats import read_plate
from assays.quality import vendor_curve

FOLDER = Path(
    os.environ.get("YOGO_REAL_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")
)
XPONENT = FOLDER / "luminex" / "xponent_30plex_plate.csv"
BIOPLEX = FOLDER / "luminex" / "bioplex_27plex_plate.xls"
OLINK = FOLDER / "olink_npx" / "olink_target96_npx.xlsx"
pytestmark = pytest.mark.skipif(
    not (XPONENT.exists() and BIOPLEX.exists() and OLINK.exists()),
    reason="The real plate files are not here (YOGO_REAL_DATA names their folder).",
)


def block(name):
    """The cells of a block by well, straight from the lines of the file."""
    lines = list(csv.reader(XPONENT.read_text(encoding="utf-8").splitlines()))
    start = next(i for i, line in enumerate(lines) if line[:2] == ["DataType:", name])
    rows = []
    for line in lines[start + 2 :]:
        if not any(line) or line[0] in ("DataType:", "-- CRC --"):
            break
        rows.append(line)
    return lines[start + 1], {row[0].split(",")[1].rstrip(")"): row for row in rows}


def test_xponent_every_cell_is_accounted_for():
    reading = read_plate(XPONENT)
    header, result = block("Result")
    analytes = header[2:-1]
    cells = [row[2 + i] for row in result.values() for i in range(len(analytes))]
    found = reading.measurements
    assert found.raw_text.tolist() == cells
    assert (len(analytes), len(result), len(found)) == (30, 96, 2880)
    _, comments = block("Comments")
    said = Counter(c for row in comments.values() for c in row[2:])["Extrapolated"]
    flags = found.flag.value_counts()
    assert flags["below_lloq"] == sum(c.startswith("<") for c in cells) == 208
    assert flags["above_uloq"] == sum(c.startswith(">") for c in cells) == 32
    assert flags["missing"] == cells.count("NaN") == 60
    assert 0 < flags["extrapolated"] <= said
    numbers = [float(c) if c[0] not in "<>" else np.nan for c in cells]
    np.testing.assert_array_equal(found.value, numbers)
    for name, column in (("Median", "mfi"), ("Net MFI", "net_mfi"), ("Count", "bead_count")):
        _, rows = block(name)
        np.testing.assert_array_equal(
            found[column],
            [float(row[2 + i]) for row in rows.values() for i in range(len(analytes))],
        )


def test_xponent_expected_concentrations_that_lost_their_point_are_told():
    reading = read_plate(XPONENT)
    told = reading.remarks[reading.remarks.text.str.startswith("expected concentration")]
    assert len(told) == 30
    wrong = reading.standards.query("sample == 'Standard5' and analyte == 'FGF'")
    assert wrong.expected.tolist() == [215625.0]  # as written; 215.625 by the dilution series


def test_bioplex_every_cell_is_accounted_for():
    reading = read_plate(BIOPLEX)
    workbook = CalamineWorkbook.from_path(str(BIOPLEX))
    texts, flags, values = [], Counter(), {}
    for name in workbook.sheet_names[:-1]:
        for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)[9:57]:
            cell = row[9]
            text = cell if isinstance(cell, str) else repr(cell).removesuffix(".0")
            texts.append((name, row[2], text))
            values[name, row[2]] = cell if isinstance(cell, float) else None
            flags[
                "*"
                if text.startswith("*") and text != "***"
                else text
                if isinstance(cell, str)
                else "n"
            ] += 1
    found = reading.measurements
    assert len(found) == 27 * 48 == len(texts)
    by_place = {
        (a, w): t for a, w, t in zip(found.analyte, found.well, found.raw_text, strict=True)
    }
    assert by_place == {(name, well): text for name, well, text in texts}
    counts = reading.counts()
    assert counts["in_range"] == flags["n"] == 620
    assert counts["extrapolated"] == flags["*"] == 227
    assert counts["below_lloq"] == flags["OOR <"] == 115
    assert counts["missing"] + counts["outlier"] == flags["***"] + flags[""]
    assert counts["outlier"] == 37
    for analyte, well, value in zip(found.analyte, found.well, found.value, strict=True):
        if values[analyte, well] is not None:
            assert value == values[analyte, well]


def test_olink_every_value_is_accounted_for():
    reading = read_plate(OLINK)
    rows = (
        CalamineWorkbook.from_path(str(OLINK))
        .get_sheet_by_name("INF")
        .to_python(skip_empty_area=False)
    )
    cells = [cell for row in rows[16:600] for cell in row[1:93]]
    found = reading.measurements
    assert len(found) == 584 * 92 == len(cells)
    np.testing.assert_array_equal(
        found.value, [c if isinstance(c, float) else np.nan for c in cells]
    )
    lod = rows[601][1:93] * 584
    below = sum(isinstance(c, float) and c < limit for c, limit in zip(cells, lod, strict=True))
    counts = reading.counts()
    assert counts["below_lloq"] == below == 10708
    assert counts["missing"] == sum(c == "" for c in cells) == 33
    assert reading.wells["plate"].nunique() == 7
    # eight are named "PC - PAT06" and "PC - HC12": patients and healthy people of a post-COVID study
    assert set(reading.wells.sample_type) == {"sample"}
    assert reading.remarks.text.tolist() == ["QC: Warning"] * 6


def test_the_vendors_own_curves_give_the_vendors_own_concentrations():
    reading = read_plate(XPONENT)
    found = reading.measurements
    for analyte, text in zip(reading.analytes.analyte, reading.analytes.curve, strict=True):
        rows = found[(found.analyte == analyte) & (found.flag == "in_range")]
        curve = vendor_curve(text)
        ours = curve.concentration(rows.net_mfi) * rows.dilution.fillna(1)
        np.testing.assert_allclose(ours, rows.value, rtol=1e-4)
