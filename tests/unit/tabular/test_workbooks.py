"""Workbooks: what is small and would fill the memory is refused at once; which sheet is meant is asked."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assays.formats import read_plate
from tabular import FileError
from tabular.errors import SheetsToChoose
from tabular.source import FileSource
from tabular.table import read_table
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import intelliflex_rows, olink_rows, workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def sharing(cells: str, texts: list[str], *decoys: tuple[str, str]) -> bytes:
    """An XLSX file of one sheet with these rows, whose cells may share these texts."""
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            *decoys,
            (
                "_rels/.rels",
                f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            ),
            (
                "xl/workbook.xml",
                f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
            ),
            ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>'),
            (
                "xl/worksheets/sheet1.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>',
            ),
        ):
            archive.writestr(name, text)
    return buffer.getvalue()


def rows_of(value: str, rows: int = 400, columns: int = 100) -> str:
    cell = f'<c t="s"><v>{value}</v></c>'
    return f"<row>{cell * columns}</row>" * rows


def refused_at_once(content: bytes) -> str:
    started = time.process_time()
    with pytest.raises(FileError) as caught:
        read_table(FileSource(content))
    assert time.process_time() - started < 3
    return str(caught.value)


@pytest.mark.parametrize("value", ["1", " 1 ", "&#49;", "01", "<![CDATA[1]]>"])
@pytest.mark.parametrize("length", [10_000, 32_000, 1_000_000])
def test_one_shared_text_in_forty_thousand_cells_is_refused(value: str, length: int) -> None:
    content = sharing(rows_of(value), ["a", "x" * length])
    assert len(content) < 200_000
    assert "repeat texts" in refused_at_once(content)


def test_a_decoy_of_short_texts_hides_no_long_one() -> None:
    decoy = ("a.xml", f'<sst xmlns="{MAIN}">{"<si><t>b</t></si>" * 3}</sst>')
    assert "repeat texts" in refused_at_once(sharing(rows_of("1"), ["a", "x" * 32_000], decoy))


def test_one_long_text_beside_many_short_ones_is_read() -> None:
    head = (
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>n{i}</t></is></c>' for i in range(100))
        + "</row>"
    )
    content = sharing(head + rows_of("0", rows=200) + rows_of("1", rows=1), ["a", "x" * 9_000])
    table = read_table(FileSource(content))
    assert len(table.rows) == 201
    assert table.rows[-1].cells[0] == "x" * 9_000


def test_of_an_xls_file_the_texts_of_the_cells_are_counted() -> None:
    rows = [["id"] * 200, *[["x" * 30_000] * 200 for _ in range(40)]]
    assert "more sheets or cells" in refused_at_once(xls({"S": rows}, shared="x" * 30_000))


@pytest.mark.parametrize("rows", [olink_rows(), intelliflex_rows()])
def test_of_several_exports_in_a_workbook_a_person_chooses(rows) -> None:
    content = workbook({"First": rows, "Notes": [["about"]], "Second": rows})
    with pytest.raises(SheetsToChoose) as caught:
        read_plate(content)
    assert caught.value.names == ("First", "Second")
    assert len(read_plate(content, sheet="Second").measurements)
    with pytest.raises(FileError, match="no sheet “Third”; it has “First”, “Notes”, “Second”"):
        read_plate(content, sheet="Third")


def test_the_only_export_of_a_workbook_needs_no_choice() -> None:
    content = workbook({"Notes": [["about"], ["it"]], "INF": olink_rows()})
    assert read_plate(content).format == "olink"


SHEETS = st.dictionaries(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8),
    st.lists(st.lists(st.sampled_from(["", "a", "1", "x y"]), min_size=1, max_size=3), max_size=3),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(SHEETS)
def test_no_sheet_is_ever_taken_where_several_have_rows(sheets: dict[str, list[list[str]]]) -> None:
    full = tuple(name for name, rows in sheets.items() if any(map(any, rows)))
    content = workbook(sheets)
    if len(full) > 1:
        with pytest.raises(SheetsToChoose) as caught:
            read_table(FileSource(content))
        assert caught.value.names == full
    elif full:
        with contextlib.suppress(FileError):
            assert full[0] in read_table(FileSource(content)).read_as


def test_a_cell_below_an_empty_row_is_told_where_it_stands() -> None:
    rows = [["sample", "analyte", "value"], ["", "", ""], ["P1", "IL-6", "much"]]
    with pytest.raises(FileError) as caught:
        read_plate(workbook({"S": rows}))
    assert caught.value.cell == "C3"
