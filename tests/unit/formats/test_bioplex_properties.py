"""Bio-Plex workbooks of a sheet for each property, and those that tell averages besides the wells."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import bioplex_properties, bioplex_sheets, workbook

OF_WELLS = ["raw_text", "value", "mfi", "net_mfi", "flag", "dilution"]


def read(sheets):
    return read_plate(workbook(sheets))


def refused(sheets):
    with pytest.raises(PlateFormatError) as caught:
        read(sheets)
    return caught.value


@pytest.mark.parametrize("write", [workbook, xls])
@pytest.mark.parametrize("two_rows", [False, True])
def test_a_sheet_for_each_property_reads_as_a_sheet_for_each_analyte(write, two_rows):
    found, expected = read_plate(write(bioplex_properties(two_rows))), read(bioplex_sheets())
    key = ["well", "analyte"]
    rows = found.measurements.set_index(key)[OF_WELLS]
    wanted = expected.measurements.set_index(key)[OF_WELLS]
    assert rows.equals(wanted)
    assert found.format == "bioplex"
    assert found.counts()["below_lloq"] == 2
    assert found.standards.equals(expected.standards)
    assert found.plate == expected.plate
    assert found.notes[-1] == "Sheets kept as written: Std Dev, %CV."


def in_one_sheet():
    """The properties one below the other, each named in its header over all analytes."""
    sheets = bioplex_properties(two_rows=True)
    head = sheets["FI"][:4]
    blocks = [[rows[4], [*rows[5], name, name], *rows[6:-2], []] for name, rows in sheets.items()]
    return {"Plate 7": [*head, [], *(row for block in blocks for row in block)]}


@pytest.mark.parametrize("write", [workbook, xls])
def test_properties_one_below_the_other_read_as_sheets_of_their_own(write):
    found, expected = read_plate(write(in_one_sheet())), read(bioplex_properties())
    assert found.measurements.equals(expected.measurements)
    assert found.standards.equals(expected.standards)
    assert found.plate == expected.plate
    assert found.notes[-1] == "Sheets kept as written: Plate 7, Std Dev, Plate 7, %CV."


def test_a_cell_of_a_block_is_told_where_it_stands():
    sheets = in_one_sheet()
    rows = sheets["Plate 7"]
    place = next(i for i, row in enumerate(rows) if "Obs Conc" in row) + 2
    rows[place][3] = "high"
    error = refused(sheets)
    assert (error.sheet, error.cell) == ("Plate 7", f"D{place + 1}")


def test_fluorescence_alone_in_blocks_is_read_as_that():
    rows = in_one_sheet()["Plate 7"]
    second = [i for i, row in enumerate(rows) if "Type" in row][1]
    reading = read({"Plate 7": rows[: second - 1]})
    assert set(reading.measurements.flag) == {"missing", "outlier"}  # "---" where nothing was read
    assert reading.measurements.mfi.equals(read(in_one_sheet()).measurements.mfi)
    assert "fluorescence only" in " ".join(map(str, reading.notes))


def test_a_unit_is_read_from_a_line_above_the_table():
    sheets = bioplex_properties()
    sheets["Obs Conc"].insert(3, ["Obs Conc (pg/mL)"])
    assert read(sheets).analytes.unit.tolist() == ["pg/mL", "pg/mL"]
    assert set(read(bioplex_properties()).analytes.unit) == {""}


def test_one_dilution_for_all_analytes():
    sheets = bioplex_properties()
    sheets["Dilution"] = [
        row[:3] + (["Dilution"] if "Type" in row else ["1:8"] * (len(row) > 3))
        for row in sheets["Dilution"]
    ]
    assert set(read(sheets).measurements.dilution) == {8}


def damaged(name, row, column, text):
    sheets = bioplex_properties()
    sheets[name][row][column] = text
    return sheets


@pytest.mark.parametrize(
    ("sheets", "sheet", "cell", "said"),
    [
        (damaged("Obs Conc", 7, 3, "high"), "Obs Conc", "D8", "“high” is neither"),
        (damaged("FI", 7, 4, "x"), "FI", "E8", "“x” is not a number"),
        (damaged("Obs Conc", 7, 1, "H9"), "Obs Conc", "B8", "misaligned or of another plate"),
        (damaged("FI - Bkgd", 7, 2, "P-99"), "FI - Bkgd", "C8", "misaligned"),
        (damaged("FI", 4, 4, "Hu IL-8 (54)"), "FI - Bkgd", "A5", "not an analyte of both"),
        (damaged("FI", 4, 4, "Hu IL-1b (32)"), "FI", "E5", "stands twice"),
        (damaged("Exp Conc", 0, 0, "File Name: P 8.rbx"), "Exp Conc", "A1", "mixes plates"),
        (bioplex_properties() | {"Obs Conc": bioplex_properties()["Obs Conc"][:-4]}, "Obs Conc", "A10", "rows here"),
        (bioplex_properties() | {"FI": bioplex_properties()["FI"][:5]}, "FI", "A5", "was cut"),
    ],
)  # fmt: skip
def test_sheets_that_do_not_fit_are_refused_with_their_cell(sheets, sheet, cell, said):
    error = refused(sheets)
    assert (error.sheet, error.cell) == (sheet, cell)
    assert said in error.reason


def test_a_missing_sheet_is_refused_by_its_name():
    sheets = bioplex_properties()
    del sheets["FI"]
    assert "“FI” is missing" in refused(sheets).reason


def split(row, well):
    """Two rows of the wells that a row is the average of."""
    return [
        [part if i == well else cell for i, cell in enumerate(row)] for part in row[well].split(",")
    ]


def test_wells_are_read_and_not_their_averages_in_sheets_of_properties():
    sheets = bioplex_properties()
    for name in set(sheets) - {"Std Dev", "%CV"}:
        rows = sheets[name]
        wells = [part for row in rows[5:12] for part in split(row, 1)]
        rows[13:13] = [rows[4], *wells, []]
    found = read(sheets)
    assert len(found.wells) == 14
    assert found.measurements.query("well == 'A3'").value.tolist() == [3.42, 3.42]
    assert found.notes[-1] == "Sheets kept as written: Std Dev, %CV."


@pytest.mark.parametrize("place", ["above", "among"])
def test_wells_are_read_and_not_their_averages_in_sheets_of_analytes(place):
    """Sampling errors, curve and legend follow the last table."""
    sheets = bioplex_sheets()
    for rows in sheets.values():
        wells = [part for row in rows[6:13] for part in split(row, 2)]
        rows[13:13] = [[], rows[5], *wells] if place == "above" else wells
    found = read(sheets)
    assert len(found.wells) == 14
    assert found.plate.serial == "LX1"
    assert found.analytes.curve.str.startswith("FI = ").all()
    assert found.measurements.query("well == 'B4'").flag.tolist() == ["below_lloq"] * 2
    kept = found.extra["averages of replicates, Hu IL-6 (19)"]
    assert [row[2] for row in kept] == [
        "H3,H4",
        "A1,A2",
        "B1,B2",
        "A3,A4",
        "B3,B4",
        "C3,C4",
        "D3,D4",
    ]


def test_a_second_table_of_other_wells_is_no_average():
    sheets = bioplex_sheets()
    for rows in sheets.values():
        wells = [part for row in rows[6:12] for part in split(row, 2)]
        rows[13:13] = [[], rows[5], *wells]
    assert "stands twice" in refused(sheets).reason
    sheets = bioplex_properties()
    sheets["FI"][13:13] = [
        sheets["FI"][4],
        *(part for row in sheets["FI"][5:11] for part in split(row, 1)),
        [],
    ]
    assert "not of the wells of the first" in refused(sheets).reason


def test_a_table_for_each_analyte_in_one_sheet():
    """The head stands once, the header above each analyte."""
    first, second = bioplex_sheets().values()
    rows = [first[0], *first[2:13], [], *second[4:13], [], *second[14:16]]
    found = read({"All": rows})
    assert len(found.measurements) == 14
    assert found.plate.serial == "LX1"


@pytest.mark.parametrize(
    ("code", "kind"), [("ES1", "standard"), ("U3", "sample"), ("C", "control")]
)
def test_other_types_of_wells(code, kind):
    sheets = bioplex_sheets()
    for rows in sheets.values():
        rows[9][1] = code
    assert read(sheets).wells.sample_type.tolist()[3] == kind


@pytest.mark.parametrize("cut", ["a sheet for each property", "a sheet for each analyte"])
def test_a_workbook_of_fluorescence_only_is_read_as_such(cut):
    if cut == "a sheet for each property":
        sheets = bioplex_properties()
        whole = read(sheets)
        sheets = {name: rows for name, rows in sheets.items() if name != "Obs Conc"}
    else:
        whole = read(bioplex_sheets())
        sheets = {name: [list(row) for row in rows] for name, rows in bioplex_sheets().items()}
        for rows in sheets.values():
            header = next(row for row in rows if row and row[0] == "Analyte")
            place = header.index("Obs Conc")
            start = rows.index(header)
            for row in rows[start:]:
                if len(row) > place and any(row[1:]):
                    del row[place]
    found = read(sheets)
    assert found.counts()["missing"] + found.counts()["outlier"] == len(found.measurements)
    assert found.measurements["value"].isna().all()
    assert set(found.measurements["raw_text"]) == {""}
    for told in ("mfi", "net_mfi", "bead_count", "dilution"):
        assert found.measurements[told].equals(whole.measurements[told])
    assert found.standards["expected"].equals(whole.standards["expected"])
    assert any("fluorescence only" in note for note in found.notes)
