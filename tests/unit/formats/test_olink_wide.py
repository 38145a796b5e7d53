"""Wide NPX exports of other versions: limits by plate, quantified values, panels side by side. The names of
rows and columns are those that the vendor's own reader (OlinkAnalyze, olink_wide_bottom_matrix) knows."""

import numpy as np
import pytest

from assays.formats import PlateFormatError, read_plate
from assays.formats.olink.names import role_of
from tests.unit.formats.files import workbook
from tests.unit.formats.olink_files import olink_quantified, olink_rows


def read(rows):
    return read_plate(workbook({"INF": rows}))


def refused(rows) -> PlateFormatError:
    with pytest.raises(PlateFormatError) as caught:
        read(rows)
    return caught.value


@pytest.mark.parametrize("name", ["Plate LOD", "PlateLOD", "Plate_LOD"])
def test_a_value_is_held_against_the_limit_of_its_own_plate(name):
    rows = [
        *olink_rows()[:15],
        ["Max LOD", 4, 2],
        [name, 1, 1.5, "P1"],
        [name, 4, 2, "P2"],
        ["Missing Data freq.", 0, 0.5],
    ]
    reading = read(rows)
    flags = reading.measurements.set_index(["sample", "analyte"]).flag
    assert flags[("A-2", "IL8")] == "in_range"  # 1.5 on P1, whose limit is 1
    assert flags[("PC 1", "IL8")] == "below_lloq"  # 3.99 on P2, whose limit is 4
    assert reading.analytes.lloq.tolist() == [4, 2]
    assert any("differ between plates" in note for note in reading.notes)


def test_quantified_values_keep_their_unit_and_both_limits_of_quantification():
    rows = olink_rows()
    rows[1] = ["Quantified data"]
    rows.insert(10, ["Unit", "pg/mL", "pg/mL"])
    rows[16:] = [["LLOQ", 2, 1], ["ULOQ", 6, 100], ["Plate LOD", 1, 0.5, "P1"]]
    reading = read(rows)
    assert set(reading.measurements.unit) == {"pg/mL"}
    assert (reading.analytes.lloq.tolist(), reading.analytes.uloq.tolist()) == ([2, 1], [6, 100])
    flags = reading.measurements.set_index(["sample", "analyte"]).flag
    assert flags[("A-1", "IL8")] == "above_uloq"  # 6.57546 of at most 6
    assert flags[("A-2", "IL8")] == "below_lloq"  # 1.5 of at least 2


def side_by_side():
    """Two panels that share an assay, with a plate and a warning each."""
    return [
        ["Project 1", "Olink NPX Signature 1.8"],
        ["NPX data"],
        ["Panel", *["INF(v.1)"] * 2, "CVD(v.2)", "INF(v.1)", "CVD(v.2)", "INF(v.1)", "CVD(v.2)"],
        ["Assay", "IL6", "IL8", "IL6", *["Plate ID"] * 2, *["QC Warning"] * 2],
        ["Uniprot ID", "P05231", "P10145", "P05231"],
        ["OlinkID", "OID1", "OID2", "OID3"],
        [],
        ["A-1", 3, 4, 5, "I1", "C1", "Pass", "Warning"],
        ["A-2", 3, 4, 5, "I2", "C1", "Warning", "Warning"],
        [],
        ["LOD", 1, 1, 1],
        ["Missing Data freq.", 0, 0, 0],
    ]


def test_panels_side_by_side_keep_their_assays_plates_and_warnings_apart():
    reading = read(side_by_side())
    assert reading.analytes.analyte.tolist() == ["IL6 (OID1)", "IL8", "IL6 (OID3)"]
    assert reading.wells["plate"].tolist() == ["I1 / C1", "I2 / C1"]
    assert reading.remarks.values.tolist() == [
        ["row 8", "IL6 (OID3)", "QC: Warning"],
        ["row 9", "", "QC: Warning"],
    ]
    assert reading.plate.lot == "v.1, v.2"


@pytest.mark.parametrize(
    ("damage", "cell", "said"),
    [
        (lambda rows: rows.insert(12, []), "A14", "empty row stands among"),
        (lambda rows: [row.__setitem__(2, row[1]) for row in rows[7:10]], "C10", "stands twice"),
        (lambda rows: rows[11].append(7), "F12", "under no assay"),
        (lambda rows: rows[11].__setitem__(4, 3.5), "E12", "misaligned"),
        (lambda rows: rows.__setitem__(12, rows[11]), "A13", "stands twice"),
        (lambda rows: rows[1].__setitem__(0, "Ct data"), "A2", "Export NPX"),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused_with_its_cell(damage, cell, said):
    rows = olink_rows()
    rows[4:7] = [[], [], []]  # no counts in the head, so that the table must speak for itself
    rows[7].append("")
    damage(rows)
    error = refused(rows)
    assert (error.sheet, error.cell) == ("INF", cell)
    assert said in error.reason


def as_text(rows, delimiter=";"):
    width = max(len(row) for row in rows)
    lines = [
        delimiter.join(str(cell) for cell in [*row, *[""] * (width - len(row))]) for row in rows
    ]
    return ("\n".join(lines) + "\n").encode()


def test_a_wide_export_as_text_gives_the_same_numbers_and_names_lines():
    expected, found = read(olink_rows()), read_plate(as_text(olink_rows()))
    np.testing.assert_array_equal(found.measurements.value, expected.measurements.value)
    assert found.counts() == expected.counts()
    lines = as_text(olink_rows()).split(b"\n")
    lines[11] = lines[11].replace(b"6.57546;", b"")
    with pytest.raises(PlateFormatError, match="misaligned") as caught:
        read_plate(b"\n".join(lines))
    assert "12" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "control") for name in ("PC 1", "IPC_2", "Inter-plate control", "SC", "SC 3")),
        *(
            (name, "control")
            for name in ("CONTROL_SAMPLE_AS 1", "Plate control 2", "Sample_Control")
        ),
        *((name, "blank") for name in ("NC", "NC2", "Negative control 1", "Neg_Ctrl_3")),
        *(
            (name, "sample")
            for name in ("PC - PAT06", "PC- PAT06", "PC - HC12", "NC-17-A", "SC-1024")
        ),
    ],
)
def test_a_control_is_what_is_named_as_one_and_not_what_begins_as_one(name, kind):
    assert role_of(name).kind.value == kind


def test_concentrations_of_target_48_are_read_with_their_words_and_limits():
    reading = read(olink_quantified())
    rows = reading.measurements.set_index(["sample", "analyte"])
    assert {
        key: (row.flag, row.value) for key, row in rows.iterrows() if row.value == row.value
    } == {
        ("S-1", "IL6"): ("in_range", 12.5),
        ("S-3", "IL6"): ("below_lloq", 0.75),  # above the LLOQ, below the LOD of its plate
        ("SC 1", "IL8"): ("above_uloq", 400),
    }
    assert rows.flag[("S-1", "IL8")] == rows.flag[("S-2", "IL8")] == "above_uloq"
    assert rows.flag[("S-2", "IL6")] == rows.flag[("SC 1", "IL6")] == "below_lloq"
    assert rows.flag[("S-3", "IL8")] == "missing"
    assert rows.raw_text[("S-2", "IL8")] == "> 4321.5"
    assert set(reading.measurements.unit) == {"pg/mL"}
    assert (reading.analytes.lloq.tolist(), reading.analytes.uloq.tolist()) == (
        [0.5, 2],
        [1000, 350],
    )
    assert reading.wells.sample_type.tolist() == ["sample", "sample", "sample", "control"]
    assert reading.remarks.values.tolist() == [["row 10", "", "QC: Warning"]]
    assert "The vendor warns of assays: IL8." in reading.notes
    assert ["Assay warning", "PASS", "WARN", "P1"] in [
        row[:4] for row in reading.extra["rows after the samples"]
    ]


def test_a_word_that_contradicts_its_sign_is_refused():
    rows = olink_quantified()
    rows[8][1] = "< ULOQ"
    assert refused(rows).cell == "B9"


def test_the_limit_for_all_plates_goes_before_the_highest_of_the_plates():
    reading = read([*olink_rows()[:15], ["LOD", 2, 1.5], ["Max LOD", 4, 12]])
    assert reading.analytes.lloq.tolist() == [2, 1.5]
    flags = reading.measurements.set_index(["sample", "analyte"]).flag
    assert flags[("PC 1", "IL8")] == "in_range"  # 3.99, above 2 and below 4


def test_a_value_at_its_limit_is_in_range():
    reading = read([*olink_rows()[:15], ["LOD", 1.5, 11.40421]])
    flags = reading.measurements.set_index(["sample", "analyte"]).flag
    assert flags[("A-2", "IL8")] == flags[("A-1", "VEGFA")] == "in_range"
    assert flags[("PC 1", "VEGFA")] == "below_lloq"
