"""Files become tables of text, or are refused with a sentence that names the row."""

import io
import zipfile

import pytest

from imports.tables import SheetNeeded, check_size, read_table
from studies.refusals import Refused
from tests.unit.formats.files import workbook as sheets_of

TEXT = "subject_id,病期,age\nS1,IV期,60\nS2,再発,70\n"


def refusal(name: str, content: bytes, **more: str) -> str:
    with pytest.raises(Refused) as caught:
        read_table(name, content, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp932", "CP932")],
)
def test_japanese_text_is_read_in_every_usual_encoding(encoding: str, label: str) -> None:
    table = read_table("a.csv", TEXT.encode(encoding))
    assert table.columns == ("subject_id", "病期", "age")
    assert [row.cells[1] for row in table.rows] == ["IV期", "再発"]
    assert str(table.read_as).startswith(label)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_in_the_content(delimiter: str) -> None:
    table = read_table("a.txt", TEXT.replace(",", delimiter).encode())
    assert table.columns == ("subject_id", "病期", "age")


def test_row_numbers_are_those_of_a_spreadsheet_blank_rows_counted() -> None:
    table = read_table("a.csv", b"\na,b\n1,2\n\n3,4\n,\n5,6\n")
    assert table.header_row == 2
    assert [row.number for row in table.rows] == [3, 5, 7]


def test_a_quoted_cell_may_hold_the_delimiter_and_line_ends() -> None:
    table = read_table("a.csv", b'a,b\n"1,x\ny",2\n3,4\n')
    assert [(r.number, r.cells) for r in table.rows] == [(2, ("1,x\ny", "2")), (3, ("3", "4"))]


def test_an_unknown_encoding_is_refused_and_can_be_named() -> None:
    content = "a,b\nM\xfcller\x81,1\n".encode("latin-1")
    assert "name its encoding" in refusal("a.csv", content)
    assert read_table("a.csv", content, encoding="latin-1").rows[0].cells[0] == "Müller\x81"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n,,\n", "empty"),
        (b"a,b\n", "no rows"),
        (b"1,2\n3,4\n", "holds numbers"),
        (b"a,b,a\n1,2,3\n", "more than once"),
        (b"a,b\n1,2\n3\n4,5,6\n", "Row 3"),
        (b"a,b\n1,\0\n", "not text"),
        (b'a,b\n1,"2\n', "line 2: The line cannot be divided into cells"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "damaged"),
        (b"PK\x03\x04 no archive", "cannot be unpacked"),
    ],
)
def test_what_is_not_a_table_is_refused_in_words(content: bytes, words: str) -> None:
    assert words in refusal("a.csv", content)


def test_a_file_above_the_limit_is_refused_by_its_size_alone(settings) -> None:
    settings.MAX_UPLOAD_MB = 100
    with pytest.raises(Refused, match=r"200\.0 MB; at most 100 MB"):
        check_size("large.csv", 200_000_000)


def workbook(sheet: str) -> bytes:
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{rel}"><sheets>'
        '<sheet name="INF" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet {ns}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f"<worksheet {ns}><sheetData>{sheet}</sheetData></worksheet>",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_workbook_keeps_ids_without_decimals_and_dates_as_dates() -> None:
    sheet = (
        f'<row r="2">{text_cell("A2", "id")}{text_cell("B2", "on")}{text_cell("C2", "x")}</row>'
        '<row r="3"><c r="A3"><v>1</v></c><c r="B3" s="1"><v>43831</v></c><c r="C3"><v>0.1</v></c></row>'
    )
    table = read_table("a.xlsx", workbook(sheet))
    assert table.header_row == 2
    assert table.rows[0].number == 3
    assert table.rows[0].cells == ("1", "2020-01-01", "0.1")


def test_a_sheet_that_is_not_there_is_told_with_those_that_are() -> None:
    content = workbook(f'<row r="1">{text_cell("A1", "id")}</row>')
    assert "INF" in refusal("a.xlsx", content, sheet="Annot")


def test_a_workbook_with_a_cell_in_the_last_corner_is_refused_before_it_takes_memory() -> None:
    sheet = f'<row r="1">{text_cell("A1", "id")}</row><row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    assert "unpacks to more" in refusal("a.xlsx", workbook(sheet))


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("tabular.workbook.MAX_UNPACKED", 1_000_000)
    content = workbook(f'<row r="1">{text_cell("A1", "x" * 2_000_000)}</row>')
    assert len(content) < 100_000
    assert "unpacks to more" in refusal("a.xlsx", content)


def test_of_several_sheets_with_rows_one_is_chosen_and_never_the_first_by_silence() -> None:
    content = sheets_of({"Codes": [["1", "male"]], "Empty": [[]], "Data": [["id"], ["S1"]]})
    with pytest.raises(SheetNeeded) as caught:
        read_table("a.xlsx", content)
    assert caught.value.names == ("Codes", "Data")
    assert "“Codes”, “Data”" in str(caught.value)
    assert read_table("a.xlsx", content, sheet="Data").columns == ("id",)
    assert "has no sheet “Date”; it has “Codes”, “Empty”, “Data”" in refusal(
        "a.xlsx", content, sheet="Date"
    )


def test_the_one_sheet_that_has_rows_needs_no_choice() -> None:
    content = sheets_of({"Empty": [[]], "Data": [["id"], ["S1"]]})
    assert read_table("a.xlsx", content).rows[0].cells == ("S1",)
