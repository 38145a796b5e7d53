"""Long NPX exports of other versions, CSV and Parquet: names of columns as NPX Manager, NPX Signature, NPX
Explore and NPX Map write them (OlinkAnalyze, column_name_dict)."""

import io

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.formats import PlateFormatError, read_plate
from assays.formats.olink.table import TEXT
from assays.formats.reading import MEASUREMENT_COLUMNS, NUMBERS


def rows(**more):
    """Two samples by two assays, as columns."""
    return {
        "SampleID": ["S1", "S1", "S2", "S2"],
        "OlinkID": ["OID1", "OID2"] * 2,
        "UniProt": ["P05231", "P10145"] * 2,
        "Assay": ["IL6", "IL8"] * 2,
        "PlateID": ["P1"] * 4,
        "NPX": ["2.5", "0.5", "-1", "NA"],
    } | more


def text(columns, delimiter=";"):
    lines = [list(columns), *zip(*columns.values(), strict=True)]
    return ("\n".join(delimiter.join(line) for line in lines) + "\n").encode()


def parquet(columns):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def refused(content: bytes) -> PlateFormatError:
    with pytest.raises(PlateFormatError) as caught:
        read_plate(content)
    return caught.value


def test_numbers_and_text_have_the_types_of_every_other_reading():
    found = read_plate(text(rows())).measurements
    assert tuple(found.columns) == MEASUREMENT_COLUMNS
    for column in MEASUREMENT_COLUMNS:
        assert found[column].dtype == ("float64" if column in NUMBERS else TEXT)
    assert found.raw_text.tolist() == ["2.5", "0.5", "-1", "NA"]
    assert found.flag.tolist() == ["in_range", "in_range", "in_range", "missing"]


@pytest.mark.parametrize("name", ["LOD", "PlateLOD", "Plate LOD", "MaxLOD", "LODNPX"])
def test_a_limit_of_detection_is_found_under_every_name(name):
    found = read_plate(text(rows(**{name: ["1", "1", "-2", "1"]})))
    assert found.measurements.flag.tolist() == ["in_range", "below_lloq", "in_range", "missing"]
    assert found.analytes.lloq.tolist() == [1, 1]
    assert any("differ between plates" in note for note in found.notes)


def test_quantified_values_have_their_unit_and_npx_comes_first():
    columns = rows(Quantified_value=["1", "2", "3", "4"], Unit=["pg/mL"] * 4)
    assert set(read_plate(text(columns)).measurements.unit) == {"NPX"}
    del columns["NPX"]
    found = read_plate(text(columns)).measurements
    assert (set(found.unit), found.value.tolist()) == ({"pg/mL"}, [1, 2, 3, 4])


def test_a_parquet_file_of_explore_is_read_with_wells_types_and_quality():
    columns = rows(
        NPX=[2.5, 0.5, -1.25, None],
        WellID=["A1", "A1", "B1", "B1"],
        SampleType=["SAMPLE", "SAMPLE", "NEGATIVE_CONTROL", "NEGATIVE_CONTROL"],
        SampleQC=["PASS", "PASS", "FAIL", "FAIL"],
        AssayQC=["PASS", "WARN", "PASS", "PASS"],
        Count=[10, 20, 30, 40],
    )
    found = read_plate(parquet(columns))
    assert found.wells.well.tolist() == ["P1 A1", "P1 B1"]
    assert found.wells.sample_type.tolist() == ["sample", "blank"]
    assert found.measurements.raw_text.tolist() == ["2.5", "0.5", "-1.25", ""]
    assert found.remarks.values.tolist() == [
        ["P1 B1", "", "SampleQC: FAIL"],
        ["P1 A1", "IL8", "AssayQC: WARN"],
    ]
    assert any("Columns left unread: Count" in note for note in found.notes)


def test_a_warning_of_one_panel_is_of_its_assays_only():
    found = read_plate(text(rows(QC_Warning=["PASS", "WARN", "WARN", "WARN"])))
    assert found.remarks.values.tolist() == [
        ["P1 S2", "", "QC_Warning: WARN"],
        ["P1 S1", "IL8", "QC_Warning: WARN"],
    ]


def test_a_control_that_stands_twice_on_a_plate_is_told_apart_by_its_index():
    columns = rows(SampleID=["CONTROL_SAMPLE_AS 1"] * 4, Index=["7", "7", "8", "8"])
    found = read_plate(text(columns))
    assert found.wells.well.tolist() == ["P1 CONTROL_SAMPLE_AS 1 (7)", "P1 CONTROL_SAMPLE_AS 1 (8)"]
    assert found.wells.sample_type.tolist() == ["control", "control"]
    assert any("by their names: CONTROL_SAMPLE_AS 1 (2 in all)" in note for note in found.notes)
    del columns["Index"]
    assert refused(text(columns)).line == 4


def test_an_assay_of_two_panels_is_named_with_its_id():
    found = read_plate(text(rows(Assay=["IL6"] * 4)))
    assert found.analytes.analyte.tolist() == ["IL6 (OID1)", "IL6 (OID2)"]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (rows(SampleID=["S1", "S1", "", "S2"]), 4),
        (rows(NPX=["1", "2", "high", "3"]), 4),
        (rows(NPX=["1,5", "2.5", "3", "3"]), 2),
        ({name: values[:3] for name, values in rows().items()}, 4),
        ({name: values for name, values in rows().items() if name != "NPX"}, 1),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(columns, line):
    assert refused(text(columns)).line == line


def test_more_rows_than_are_read_are_refused_before_they_are_laid_out(monkeypatch):
    for module in ("assays.formats.olink.table", "tabular.parquet"):
        monkeypatch.setattr(f"{module}.MAX_ROWS", 3)
    assert "at most 3 rows" in refused(parquet(rows())).reason
    assert "more than 3 rows" in refused(text(rows())).reason


PARQUET = parquet(rows())


@given(st.integers(0, len(PARQUET) - 1), st.binary(max_size=4))
def test_damage_to_a_parquet_file_is_refused_or_leaves_it_readable(place, junk):
    damaged = PARQUET[:place] + junk + PARQUET[place + len(junk) :]
    try:
        assert len(read_plate(damaged).measurements)
    except PlateFormatError:
        return


@given(st.integers(0, len(PARQUET) - 1))
def test_a_parquet_file_cut_anywhere_is_refused(length):
    with pytest.raises(PlateFormatError):
        read_plate(PARQUET[:length])


def repeated(text, count):
    """A column that tells one text in each row, in a file of a few bytes."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), [text])


@pytest.mark.parametrize(
    ("value", "count", "said"),
    [("x" * 9_000, 100_000, "at most"), ("x" * 20_000, 10, "longer than 10,000 characters")],
)
def test_a_text_that_every_row_repeats_is_refused_before_every_row_holds_it(value, count, said):
    column = repeated(value, count)
    content = parquet(dict.fromkeys(("SampleID", "OlinkID", "Assay", "NPX"), column))
    assert len(content) < 100_000
    assert said in refused(content).reason


def test_texts_that_are_missing_or_stand_twice_in_a_dictionary_are_one():
    samples = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2, None], pa.int32()), pa.array(["S1", "S1", "S2"])
    )
    columns = rows() | {"SampleID": samples, "PlateID": pa.array([None, "", "", ""])}
    error = refused(parquet(columns))
    assert (error.line, error.reason) == (5, "“SampleID” is empty.")
    columns["SampleID"] = ["S1", "S1", "S2", "S2"]
    assert read_plate(parquet(columns)).wells["sample"].tolist() == ["S1", "S2"]


def test_a_value_at_its_limit_of_detection_is_in_range():
    found = read_plate(text(rows(LOD=["2.5", "0.6", "-1", "1"])))
    assert found.measurements.flag.tolist() == ["in_range", "below_lloq", "in_range", "missing"]


def test_a_value_is_held_against_the_limit_of_its_own_scale():
    columns = rows(LOD=["9"] * 4, PCNormalizedLOD=["1"] * 4)
    columns["PCNormalizedNPX"] = columns.pop("NPX")
    found = read_plate(text(columns))
    assert found.measurements.flag.tolist() == ["in_range", "below_lloq", "below_lloq", "missing"]
    assert found.analytes.lloq.tolist() == [1, 1]


def test_a_plates_own_limit_goes_before_the_highest_of_all_plates():
    found = read_plate(text(rows(MaxLOD=["9"] * 4, LOD=["1"] * 4)))
    assert found.measurements.flag.tolist() == ["in_range", "below_lloq", "below_lloq", "missing"]
