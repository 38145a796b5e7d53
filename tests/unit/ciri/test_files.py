"""Exported files are read to the bit, in every format; a damaged one is refused in a sentence."""

import codecs
import contextlib
import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciri import FrozenTable, Refused, freeze_wide, read_export, widen
from ciri.dataset import files
from ciri.dataset.columns import guard

PEOPLE = pd.DataFrame(
    {
        "subject": ["007", "P\u20282", "予後"],
        "site": ["NA", "B", "B"],
        "cohort": "discovery",
        "role": ["train", "validate", "train"],
        "time": [0.1 + 0.2, 30, 100],
        "event": [True, False, True],
        "sex": ["female", None, None],
        "nlr": [1 / 3, None, 2.0],
        "pretreated": [True, None, False],
    }
)
READINGS = pd.DataFrame(
    [
        ("007", "IL6", 1, 0.1, "in_range", None),
        ("007", "IL6", 2, None, "below_lloq", 3.2),
        ("予後", "CXCL8", 1, None, "missing", None),
    ],
    columns=["subject", "analyte", "replicate", "value", "flag", "limit"],
)
TABLE = FrozenTable.freeze(PEOPLE, READINGS)


def as_csv(table: FrozenTable) -> bytes:
    return widen(table).rename(columns=guard).to_csv(index=False).encode()


def as_ndjson(table: FrozenTable) -> bytes:
    wide = widen(table)
    rows = wide.astype(object).where(wide.notna(), None).to_dict("records")
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def as_parquet(table: FrozenTable) -> bytes:
    out = io.BytesIO()
    widen(table).to_parquet(out)
    return out.getvalue()


FILES = {"csv": as_csv(TABLE), "ndjson": as_ndjson(TABLE), "parquet": as_parquet(TABLE)}


def read(content: bytes) -> pd.DataFrame:
    return read_export(io.BytesIO(content))


def refused(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        read(content)
    return caught.value


@pytest.mark.parametrize("format", FILES)
def test_every_format_gives_the_table_back_to_the_bit(format: str, tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(FILES[format])
    for file in (tmp_path / "file", str(tmp_path / "file"), io.BytesIO(FILES[format])):
        assert freeze_wide(read_export(file)).to_bytes() == TABLE.to_bytes()
    if format != "parquet":
        marked = read(codecs.BOM_UTF8 + FILES[format].replace(b"\n", b"\r\n"))
        assert freeze_wide(marked).to_bytes() == TABLE.to_bytes()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "export_empty"),
        (b"\xef\xbb\xbf \n\n", "export_empty"),
        ("subject,site\n1,東京\n".encode("cp932"), "export_not_utf8"),
        (b"PK\x03\x04\xff", "export_not_utf8"),
        (b"subject,time\n1,10", "export_not_ended"),
        (b"subject,time\n1,10,3\n", "export_row_width"),
        (b"subject,time,event\n1,10,0\n2,20\n", "export_row_width"),
        (b"subject,time,time\n1,10,3\n", "export_column_twice"),
        (b'subject,time\n"1"2,10\n', "export_line_not_csv"),
        (b'subject,time\n"1,10\n', "export_line_not_csv"),
        (b'{"subject": "1"}\n{"subject": "2"\n', "export_line_not_json"),
        (b'{"subject": "1"}\n["2"]\n', "export_line_not_json"),
        (b'{"subject": "1", "time": [2]}\n', "export_line_not_json"),
        (b'{"subject": ' + b"[" * 100_000 + b"\n", "export_line_not_json"),
        (b'{"subject": "1", "time": 2}\n{"subject": "2"}\n', "export_row_names"),
        (b"PAR1", "export_parquet_damaged"),
        (FILES["parquet"][:-9], "export_parquet_damaged"),
    ],
)
def test_what_is_wrong_is_named(content: bytes, code: str) -> None:
    assert refused(content).code == code


def test_the_line_is_named() -> None:
    assert "Line 3 of the file has 2 cells where the header has 3" in str(
        refused(b"subject,time,event\n1,10,0\n2,20\n")
    )
    assert "Line 2 of the file is not a JSON object" in str(refused(b'{"a": 1}\n{"a": \n'))


def test_a_parquet_of_more_cells_than_an_export_has_is_refused_before_it_is_read() -> None:
    out = io.BytesIO()
    nothing = pa.nulls(1_000_000, pa.string())
    columns = {f"c{i}": nothing for i in range(101)}
    pq.write_table(pa.table(columns), out, compression="zstd", use_dictionary=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files.pq, "read_table", None)
        assert "1000000 rows of 101 columns" in str(refused(out.getvalue()))


@given(st.sampled_from(sorted(FILES)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_refused_in_a_sentence_or_frozen(
    format: str, data: st.DataObject
) -> None:
    damaged = bytearray(FILES[format])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(Refused):
        freeze_wide(read(bytes(damaged)))


@given(st.sampled_from(["csv", "ndjson"]), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_text_cut_within_a_line_is_refused(format: str, length: int) -> None:
    cut = FILES[format][: length % len(FILES[format])]
    if not cut.endswith(b"\n"):
        assert refused(cut).code.startswith("export_")


@given(st.integers(0, 100_000))
@settings(max_examples=60, deadline=None)
def test_a_parquet_cut_anywhere_is_refused(length: int) -> None:
    assert refused(FILES["parquet"][: length % len(FILES["parquet"])]).code.startswith("export_")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(content: bytes) -> None:
    with contextlib.suppress(Refused):
        read(content)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_frozen_table_is_refused_in_a_sentence(data: st.DataObject) -> None:
    damaged = bytearray(TABLE.to_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(Refused):
        assert FrozenTable.from_bytes(bytes(damaged)).to_bytes() == bytes(damaged)


@pytest.mark.parametrize(
    "line",
    [
        b"[]", b"3", b"null", b'["1"]', b"[[1],[2]]", b'["\\ud800","A","all","train",9,true]', b"[" * 100_000,
        b'["1",["A"],"all","train",9,true,null,null,null,null,null,null,null,null,null,null,null]',
        b'["1","A","all",["train"],9,true,null,null,null,null,null,null,null,null,null,null,null]',
        b'["1","A","all","train",1' + b"0" * 400 + b",true,null,null,null,null,null,null,null,null,null,null,null]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("subjects", [b"1", b"0", b"-1", b"1.5", b'"1"', b"null", b"[]"])
def test_lines_that_no_table_has_are_refused_in_a_sentence(line: bytes, subjects: bytes) -> None:
    head = b'{"format":"yogo frozen table 1","subjects":' + subjects + b"}\n"
    with pytest.raises(Refused):
        FrozenTable.from_bytes(head + line + b"\n")


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\x1c", "\r"])
def test_a_line_that_ends_within_a_text_ends_no_line_of_the_table(end: str) -> None:
    people = PEOPLE.assign(site=f"A{end}B")
    table = FrozenTable.freeze(people, READINGS.assign(analyte=f"IL{end}6", replicate=[1, 2, 1]))
    assert FrozenTable.from_bytes(table.to_bytes()).to_bytes() == table.to_bytes()
    assert freeze_wide(read(as_ndjson(table))).to_bytes() == table.to_bytes()
    if end != "\r":  # which pandas' own writer leaves without quotation marks
        assert freeze_wide(read(as_csv(table))).to_bytes() == table.to_bytes()


def test_a_number_beyond_all_floats_is_refused_with_its_column() -> None:
    frame = PEOPLE.assign(nlr=pd.Series([10**400, None, 2.0], dtype=object))
    with pytest.raises(Refused, match="The column nlr holds something that is not a number"):
        FrozenTable.freeze(frame, READINGS)
    assert np.isfinite(TABLE.subjects["time"]).all()
