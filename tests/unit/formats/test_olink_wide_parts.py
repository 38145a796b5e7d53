"""The parts of a wide NPX export: which rows and columns are what, limits by plate, and the same as text."""

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import workbook
from tests.unit.formats.olink_files import olink_rows
from tests.unit.formats.test_olink_wide import as_text, read, side_by_side

NO_LIMITS = "The file tells no limits of detection: no value could be held against one."


def refused(content):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value


def uncounted():
    """The export with a head that counts neither plates nor samples."""
    rows = olink_rows()
    rows[4:7] = [[], [], []]
    return rows


def flags(reading):
    rows = reading.measurements
    return dict(zip(zip(rows["sample"], rows["analyte"], strict=True), rows["flag"], strict=True))


def test_columns_that_a_program_numbered_are_those_of_plates_and_warnings():
    rows = side_by_side()
    rows[3][4:] = ["Plate ID", "Plate_ID.1", "QC Warning", "QC_Warning.1"]
    reading = read(rows)
    assert reading.wells["plate"].tolist() == ["I1 / C1", "I2 / C1"]
    assert reading.remarks.to_numpy().tolist() == read(side_by_side()).remarks.to_numpy().tolist()


def test_each_panel_has_the_limits_of_its_own_plates():
    rows = side_by_side()
    rows[10:11] = [
        ["Plate LOD", 3.5, 1, 1, "I1", "C1"],
        ["Plate LOD", 1, 4.5, 5.5, "I2", "C1"],
    ]
    found = flags(read(rows))
    below = {key for key, flag in found.items() if flag == "below_lloq"}
    assert below == {
        *(("A-1", "IL6 (OID1)"), ("A-2", "IL8"), ("A-1", "IL6 (OID3)"), ("A-2", "IL6 (OID3)")),
    }


def test_a_sample_named_as_a_line_of_the_head_is_a_sample():
    rows = olink_rows()
    rows[12][0] = "Panel"
    reading = read(rows)
    assert reading.wells["sample"].tolist() == ["A-1", "Panel", "PC 1"]
    assert reading.plate.protocol == "Olink Target 96 Inflammation(v.3022)"


def test_a_first_sample_of_which_a_value_is_missing_is_read():
    rows = uncounted()
    rows[11][2] = ""
    assert read(rows).wells["sample"].tolist() == ["A-1", "A-2", "PC 1"]


def test_a_table_of_names_alone_was_cut():
    for rows, cell in ((olink_rows()[:11], "A8"), ([["Assay", "IL8"], ["OlinkID", "O1"]], "A1")):
        error = refused(workbook({"INF": rows}))
        assert (error.cell, error.reason) == (
            cell,
            "The table holds no samples: the file was cut.",
        )


def test_a_column_with_an_id_and_no_name_is_refused():
    rows = olink_rows()
    rows[7][2] = ""
    error = refused(workbook({"INF": rows}))
    assert (error.cell, error.reason) == ("C8", "OID00472 has no name of an assay.")


def test_a_text_that_ends_with_its_samples_was_cut_unless_it_counts_them():
    assert refused(as_text(uncounted()[:14])).cell == "A14"
    assert len(read_plate(as_text(olink_rows()[:14])).wells) == 3
    assert len(read(uncounted()[:14]).wells) == 3


def test_a_line_of_a_text_that_lost_a_cell_is_misaligned_though_another_is_empty():
    lines = as_text(olink_rows()).split(b"\n")
    assert lines[12] == b"A-2;1.5;;P1;Warning"
    lines[12] = b"A-2;1.5;;P1"
    error = refused(b"\n".join(lines))
    assert error.cell == "A13"
    assert "4 cells, the line of assays 5" in error.reason


def test_decimal_commas_of_a_text_are_read_of_values_and_limits():
    found, known = read_plate(as_text(olink_rows()).replace(b".", b",")), read(olink_rows())
    assert found.measurements["value"].equals(known.measurements["value"])
    assert found.analytes["lloq"].tolist() == [1.96317, 1.79424]


@pytest.mark.parametrize("name", ["LOD", "lod", "LOD (all plates)"])
def test_a_limit_of_detection_is_found_by_its_first_word(name):
    assert read([*olink_rows()[:15], [name, 2, 3]]).analytes["lloq"].tolist() == [2, 3]


def test_a_limit_of_one_assay_is_a_limit_that_is_told():
    assert NO_LIMITS not in read([*olink_rows()[:15], ["LLOQ", 2, ""]]).notes
    assert NO_LIMITS not in read([*olink_rows()[:15], ["LOD", 2, ""]]).notes
    assert NO_LIMITS in read([*olink_rows()[:15], ["Missing Data freq.", 0, 0]]).notes


@pytest.mark.parametrize("said", ["", "Pass", "PASS", "NA"])
def test_what_is_fine_is_no_remark(said):
    rows = olink_rows()
    rows[12][4] = said
    assert read(rows).remarks.empty


def test_other_sheets_are_kept_and_told_and_empty_ones_and_the_table_itself_are_not():
    reading = read_plate(
        workbook({"About": [["lab", "SB"]], "INF": olink_rows(), "Empty": [["", ""]]})
    )
    assert "Sheets kept as written: About." in reading.notes
    assert set(reading.extra) == {"About", "quality columns", "rows after the samples"}
    assert not any("Sheets kept" in note for note in read(olink_rows()).notes)


def test_a_text_of_ids_without_assays_is_no_export():
    error = refused(b"OlinkID;OID1;OID2\nS-1;1;2\n")
    assert "sheet" not in error.reason


def test_the_head_is_what_stands_above_the_assays_within_bounds():
    rows = olink_rows()
    assert read(rows).header == {
        "Project 1": "Olink NPX Manager 2.2.2.322",
        "NPX data": "",
        "Panel": "Olink Target 96 Inflammation(v.3022)",
        "# Plates": "2",
        "# Samples": "3",
    }
    rows[3] = ["Comment", "x" * 2500]
    assert read(rows).header["Comment"] == "x" * 2000


def test_columns_of_quality_are_kept_beside_the_names_of_samples():
    kept = read(olink_rows()).extra["quality columns"]
    assert kept == [["A-1", "P1", "Pass"], ["A-2", "P1", "Warning"], ["PC 1", "P2", "Pass"]]


def test_points_and_commas_among_the_values_of_a_text_are_refused():
    error = refused(as_text(olink_rows()).replace(b"9.97223", b"9,97223"))
    assert (error.cell, error.reason) == (
        "B12",
        "Numbers have both decimal points and commas.",
    )


def test_the_program_is_the_first_word_beside_the_project():
    rows = olink_rows()
    rows[0].insert(1, "")
    assert read(rows).plate.software == "Olink NPX Manager 2.2.2.322"


def test_a_panel_is_told_over_its_assays_or_in_the_first_column_or_not_at_all():
    rows = [
        [row[0], *row[3:4], *row[1:3], *row[4:]] if len(row) > 3 else row for row in olink_rows()
    ]
    for place in (8, 9, 15):
        rows[place].insert(1, "")
    plate = read(rows).plate
    assert (plate.protocol, plate.kit, plate.lot) == (
        "Olink Target 96 Inflammation(v.3022)",
        "Olink Target 96 Inflammation",
        "v.3022",
    )
    rows[0][1], rows[2] = "Olink NPX Manager (2.2)", []
    plate = read(rows).plate
    assert (plate.software, plate.protocol, plate.kit, plate.lot) == (
        *("Olink NPX Manager (2.2)", "", "", ""),
    )
