"""Columns of a long NPX export: each name of a limit, what must be there, wells and plates."""

import pytest

from assays.formats import PlateFormatError, read_plate
from assays.formats.olink.names import role_of
from tests.unit.formats.test_olink_long import parquet, rows, text


def read(**more):
    return read_plate(text(rows(**more)))


def refused(columns):
    with pytest.raises(PlateFormatError) as caught:
        read_plate(text(columns))
    return caught.value.line, caught.value.reason


def quantified(name, limit):
    """An export of concentrations, with a column of limits under a name."""
    columns = rows(Unit=["pg/mL"] * 4) | {limit: ["1"] * 4}
    columns[name] = columns.pop("NPX")
    return read_plate(text(columns)).analytes["lloq"].fillna(-1).tolist()


OF_PLATES = ("LOD", "PlateLOD", "Plate LOD", "Plate_LOD")
HIGHEST = ("MaxLOD", "Max LOD", "Max_LOD")


@pytest.mark.parametrize("name", [*OF_PLATES, *HIGHEST, "LODNPX", "LOD_NPX", "NCLOD", "FixedLOD"])
def test_every_name_of_a_limit_of_npx(name):
    assert read(**{name: ["1"] * 4}).analytes["lloq"].tolist() == [1, 1]


@pytest.mark.parametrize("name", ["Quantified_value", "Quantified"])
def test_a_concentration_has_limits_of_concentrations_and_none_of_npx(name):
    for limit in ("LODQuant", *OF_PLATES, *HIGHEST):
        assert quantified(name, limit) == [1, 1]
    for limit in ("LODNPX", "LOD_NPX", "NCLOD", "FixedLOD"):
        assert quantified(name, limit) == [-1, -1]


@pytest.mark.parametrize("name", ["PCNormalizedLOD", "NCPCNormalizedLOD", "FixedPCNormalizedLOD"])
def test_every_name_of_a_limit_of_npx_normalized_by_plate_controls(name):
    columns = rows(**{name: ["1"] * 4})
    columns["PCNormalizedNPX"] = columns.pop("NPX")
    assert read_plate(text(columns)).analytes["lloq"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "name", ["Panel_Lot_Nr", "Panel_Version", "PanelVersion", "DataAnalysisRefID"]
)
def test_a_lot_is_told_under_every_name(name):
    reading = read(**{name: ["L1", "L1", "L2", ""]})
    assert reading.plate.lot == "L1, L2"
    assert reading.header == {name: "L1, L2"}


def test_what_is_told_of_the_whole_file_is_kept_within_bounds():
    long = "x" * 2500
    reading = read(Panel=[long] * 4, Panel_Version=[long] * 4, ExploreVersion=[long] * 4)
    plate = reading.plate
    assert {name: len(text) for name, text in reading.header.items()} == {
        "Panel": 2000,
        "Panel_Version": 2000,
        "ExploreVersion": 2000,
    }
    told = (plate.software, plate.protocol, plate.kit, plate.lot)
    assert [len(one) for one in told] == [200, 200, 200, 100]


def test_a_column_that_is_needed_is_missed_and_a_table_without_samples_is_no_export():
    columns = rows()
    del columns["Assay"]
    assert refused(columns) == (1, "The column “Assay” is missing.")
    columns = rows()
    del columns["SampleID"]
    assert "SampleID" not in refused(columns)[1]


@pytest.mark.parametrize("name", ["SampleID", "OlinkID", "Assay"])
@pytest.mark.parametrize("row", [0, 3])
def test_an_empty_name_is_told_with_its_line_the_first_one_too(name, row):
    columns = rows()
    columns[name][row] = ""
    assert refused(columns) == (row + 2, f"“{name}” is empty.")


def test_decimal_commas_are_read_of_values_and_limits():
    found = read(NPX=["2,5", "0,5", "-1", "NA"], LOD=["0,75"] * 4)
    assert found.measurements["value"].fillna(-9).tolist() == [2.5, 0.5, -1, -9]
    assert found.analytes["lloq"].tolist() == [0.75, 0.75]
    found = read(NPX=["2,5", "0,5", "-1", "NA"]).measurements
    assert found["value"].fillna(-9).tolist() == [2.5, 0.5, -1, -9]


def test_a_well_of_two_samples_is_refused_with_the_line_of_the_second():
    columns = rows(WellID=["A1"] * 4)
    columns["OlinkID"] = ["OID1", "OID2", "OID3", "OID4"]
    assert refused(columns) == (4, "The well “P1 A1” holds two samples.")


def test_a_plate_may_have_fewer_assays_than_another_and_none_of_its_wells_may():
    columns = {name: [*cells[:2], cells[2]] for name, cells in rows().items()}
    columns["PlateID"] = ["P1", "P1", "P2"]
    found = read_plate(text(columns))
    assert found.wells["well"].tolist() == ["P1 S1", "P2 S2"]
    columns["PlateID"] = ["P1", "P1", "P1"]
    assert refused(columns)[0] == 4


def test_limits_that_cannot_be_read_are_left_out_and_told():
    found = read(LOD=["1", "low", "1", "low"])
    assert found.analytes["lloq"].fillna(-1).tolist() == [1, -1]
    told = "Left out of “LOD” (no value needs it): “low” is not a number."
    assert told in found.notes


def test_numbers_and_nothing_are_read_of_a_parquet_file_without_limits():
    found = read_plate(parquet(rows(NPX=[2.5, None, -1.0, 0.0])))
    assert found.measurements["value"].fillna(-9).tolist() == [2.5, -9, -1, 0]
    assert "The file tells no limits of detection." in found.notes
    assert found.analytes["lloq"].isna().all()


def test_nothing_is_told_of_a_file_of_which_nothing_is_to_be_told():
    notes = read(LOD=["1", "2", "1", "2"]).notes
    assert notes == ("Read as a long Olink export of NPX, 1 plate(s).",)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *(("SAMPLE", "sample"), ("Negative_Control", "blank"), ("PLATE_CONTROL", "control")),
        *(("SAMPLE_CONTROL", "control"), ("control", "control"), ("", "blank"), ("?", "blank")),
    ],
)
def test_the_files_own_word_decides_and_where_it_has_none_the_name(word, kind):
    assert role_of("NC 1", word).kind.value == kind
