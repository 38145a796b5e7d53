"""Tables with a mapping, values as they are written, and bytes that are no plate at all."""

import contextlib
import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import Flag, PlateFormatError, read_plate
from assays.formats.reading import MEASUREMENT_COLUMNS
from assays.formats.table_mapping import FIELDS
from assays.formats.values import read_value
from tabular import limits
from tests.unit.formats.files import GENERIC, examples, workbook


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("3.42", 3.42, Flag.IN_RANGE),
        ("1e3", 1000.0, Flag.IN_RANGE),
        ("*3.42", 3.42, Flag.EXTRAPOLATED),
        ("< 3.2", None, Flag.BELOW_LLOQ),
        (">99", None, Flag.ABOVE_ULOQ),
        ("OOR <", None, Flag.BELOW_LLOQ),
        ("OOR>", None, Flag.ABOVE_ULOQ),
        ("***", None, Flag.MISSING),
        ("---", None, Flag.OUTLIER),
        ("NaN", None, Flag.MISSING),
        ("", None, Flag.MISSING),
    ],
)
def test_marks_of_all_instruments(text, value, flag):
    found, how = read_value(text)
    assert how == flag
    assert np.isnan(found) if value is None else found == value


@pytest.mark.parametrize(
    "text", ["1,234", "inf", "1_000", "0x10", "<", "*", "> high", "3.4.5", "+-3"]
)
def test_what_could_be_another_number_is_no_value(text):
    with pytest.raises(ValueError, match="neither"):
        read_value(text)


def test_every_format_gives_the_same_columns():
    for content in examples().values():
        reading = read_plate(content)
        assert tuple(reading.measurements.columns) == MEASUREMENT_COLUMNS
        assert reading.measurements.notna()[["well", "raw_text", "flag"]].all().all()
        assert set(reading.measurements.well) == set(reading.wells.well)


def test_a_long_table_that_names_its_columns_needs_no_mapping():
    reading = read_plate(GENERIC)
    assert reading.format == "generic"
    assert reading.measurements.flag.tolist() == [
        "below_lloq",
        "in_range",
        "extrapolated",
        "missing",
    ]


def test_a_well_and_analyte_that_stand_twice_are_refused():
    again = GENERIC + b"A1,S-1,IL8,4.75\n"
    with pytest.raises(PlateFormatError, match="“IL8” of “A1” stands twice"):
        read_plate(again)


def test_a_column_of_types_is_taken_at_its_word_and_another_word_is_refused():
    table = b"sample,sample_type,analyte,value\nX,Unknown,IL6,1\nY,Standard,IL6,2\nZ,,IL6,3\n"
    found = read_plate(table).wells
    assert found.sample_type.tolist() == ["sample", "standard", "sample"]
    with pytest.raises(PlateFormatError, match="“unknwn” is no type of sample"):
        read_plate(table.replace(b"Unknown", b"Unknwn"))


def test_fluorescence_less_its_background_may_be_negative_and_a_count_may_not():
    table = b"sample,analyte,value,net_mfi,bead_count\nX,IL6,1,-2.5,-3\n"
    reading = read_plate(table)
    row = reading.measurements.iloc[0]
    assert row.net_mfi == -2.5
    assert np.isnan(row.bead_count)
    assert any("bead_count" in note for note in reading.notes)


def test_a_wide_table_is_read_by_its_mapping():
    content = b"id;box;IL-6;IL-8\nS1;b1;1,5;2\nS2;b2;< 1;n/a\n"
    mapping = {"sample": "id", "analytes": ["IL-6", "IL-8"], "decimal": ",", "unit_text": "pg/mL"}
    reading = read_plate(content, "box.csv", mapping)
    assert reading.measurements.value.tolist()[:2] == [1.5, 2]
    assert set(reading.measurements.unit) == {"pg/mL"}
    assert reading.extra["columns"] == [["box"], ["b1"], ["b2"]]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"sample": "nobody", "analytes": []}, "no column “nobody”"),
        ({"sample": "sampel", "analytes": []}, "no column “sampel”.*Did you mean sample"),
        ({"sample": "sample"}, "analyte: a long file needs analyte and value"),
        ({"analytes": ["IL6"]}, "sample: name the column that holds the sample"),
        ({"colour": "red"}, "colour: this key is not known here; use one of .*sample"),
        ({"sampel": "S"}, "sampel: this key is not known here.*Did you mean sample"),
        ({"sample": "sample", "analytes": 5}, "analytes: write a list of texts"),
        ({"sample": "sample", "analytes": True}, "analytes: write a list of texts"),
        ({"sample": "sample", "analytes": "IL6"}, "analytes: write a list of texts"),
        ({"sample": "sample", "analytes": {"IL6": 1}}, "analytes: write a list of texts"),
        ({"sample": ["a"], "analytes": []}, "sample: write a text"),
        ({"sample": "sample", "analytes": [], "decimal": "x"}, "decimal: “x” is not known here"),
        ({"sample": "sample", "analytes": [], "decimal": [","]}, "decimal: write a text"),
        ({"sample": "sample", "layout": "wider"}, "layout: “wider” .*Did you mean wide"),
        (
            {"sample": "s", "layout": "wide", "value": "v"},
            "a wide one names analytes in its header",
        ),
        (
            {"sample": "s", "layout": "long", "analytes": ["a"], "analyte": "a", "value": "v"},
            "belongs to a wide file",
        ),
        ({"100%": 1}, "100%: this key is not known here"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping, said):
    with pytest.raises(PlateFormatError, match=said):
        read_plate(GENERIC, None, mapping)


KEYS = (
    *FIELDS,
    "layout",
    "analytes",
    "decimal",
    "unit_text",
    "name",
    "instrument",
    "lot",
    "samlpe",
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["sample", "analyte", "value", "long", "wide", "."]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6))
@settings(deadline=None)
def test_whatever_a_mapping_holds_it_is_read_or_refused_with_a_sentence(mapping):
    with contextlib.suppress(PlateFormatError):
        read_plate(GENERIC, None, mapping)


def test_a_file_of_no_format_is_told_so():
    with pytest.raises(PlateFormatError, match="Give a mapping"):
        read_plate(b"a,b\n1,2\n")


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\0\0", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_bytes_that_are_nothing_are_refused(content):
    with pytest.raises(PlateFormatError):
        read_plate(content)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PlateFormatError, match="cannot be opened"):
        read_plate(tmp_path / "none.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr("tabular.workbook.MAX_UNPACKED", 1_000_000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)
    with pytest.raises(PlateFormatError, match="unpacks to more"):
        read_plate(bomb.getvalue())


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (b'r="XFD1048576"', "more cells"),
        (b"r='XFD1048576'", "more cells"),
        (b'r = "C1999999999999999999999999"', "cannot be"),
        (b'r="NaNG8"', "cannot be"),
    ],
)
def test_a_sheet_that_claims_a_far_cell_is_refused(reference, said):
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"s": [["a"]]}))) as old,
        zipfile.ZipFile(content, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="A1"', reference))
    with pytest.raises(PlateFormatError, match=said):
        read_plate(content.getvalue())


def test_a_table_of_too_many_columns_is_refused():
    line = b"," * (limits.MAX_COLUMNS + 1)
    with pytest.raises(PlateFormatError, match="columns"):
        read_plate(b"sample,analyte,value" + line + b"\n")


EXAMPLES = list(examples().values())


@given(st.sampled_from(EXAMPLES), st.data())
def test_damaged_bytes_are_refused_or_read_and_nothing_else_happens(content, data):
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not damaged:
            break
    with contextlib.suppress(PlateFormatError):
        assert len(read_plate(bytes(damaged)).measurements)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(content):
    with contextlib.suppress(PlateFormatError):
        read_plate(content)


def parquet(columns):
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def test_a_parquet_table_is_read_wide_or_long_as_a_text_of_the_same_cells():
    columns = {
        "sample": ["S-1", "S-2", "S-3"],
        "well": ["A1", "B1", "C1"],
        "IL6": [3.25, 0.1, None],
        "IL8": ["< 3", "*2", "***"],
        "beads": pa.array([50, 61, None], pa.int64()),
    }
    mapping = {"layout": "wide", "sample": "sample", "well": "well", "analytes": ["IL6", "IL8"]}
    rows = read_plate(parquet(columns), mapping=mapping | {"bead_count": "beads"}).measurements
    assert rows.raw_text.tolist() == ["3.25", "< 3", "0.1", "*2", "", "***"]
    assert rows.flag.tolist()[2:] == ["in_range", "extrapolated", "missing", "missing"]
    assert rows.bead_count.tolist()[:4] == [50, 50, 61, 61]
    long = {"sample": ["S-1"], "analyte": ["IL6"], "value": [0.1]}
    assert read_plate(parquet(long)).measurements.value.tolist() == [0.1]


def test_a_cell_of_a_parquet_table_that_does_not_fit_is_named():
    with pytest.raises(PlateFormatError) as caught:
        read_plate(parquet({"sample": ["S-1"], "analyte": ["IL6"], "value": ["high"]}))
    assert (caught.value.sheet, caught.value.cell) == ("table", "C2")


def test_a_parquet_table_of_too_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr("tabular.table.MAX_CELLS", 5)
    with pytest.raises(PlateFormatError, match="at most 5 cells"):
        read_plate(parquet({"sample": ["S-1"], "analyte": ["IL6"], "value": ["1"]}))


def test_a_workbook_without_a_table_is_told_so():
    with pytest.raises(PlateFormatError, match=r"no sheet with a table\."):
        read_plate(workbook({"S": [[]]}))
    with pytest.raises(PlateFormatError, match="no sheet “T”; it has “S”"):
        read_plate(workbook({"S": [["a"]]}), mapping={"sheet": "T", "sample": "a", "analytes": []})
