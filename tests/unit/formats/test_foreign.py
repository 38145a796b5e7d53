"""Files of other instruments and programs are called by their names."""

import io
import zipfile

import pytest

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.files import workbook

ADAT = """!Checksum\t8a3c
^HEADER
!AdatId\tGID-1234
!Version\t1.2
^COL_DATA
!Name\tSeqId\tTarget
^TABLE_BEGIN
"""
DISCOVERY = """Plate_28Q91ABCDE\n==============\nDISCOVERY WORKBENCH 4.0\n
Sample\tAssay\tWell\tSpot\tDilution\tConcentration\tSignal\tCalc. Concentration
S001\tIL-6\tA01\t1\t1\t2500\t1200345\t2488.1
"""
METHODICAL = "Methodical Mind 2.0.5\nPlate,Well,Spot,Signal\nP1,A01,1,200\n"
PLATES = (
    "FileName :\tZ:\\a.txt\nStack ID :\t0.1\nPlate #  :\t1\nBarcode1 :\t<*22M0*>\nType     :\t96\n"
)
SPOTS = "Plate,Well,Assay,Spot,Signal\nP1,A01,IL-6,1,200\n"


def docx() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ADAT, "SomaScan ADAT"),
        (ADAT.split("\n", 1)[1], "SomaScan ADAT"),
        (DISCOVERY, "MSD Discovery Workbench"),
        (METHODICAL, "MSD Methodical Mind"),
        (PLATES, "MSD Methodical Mind"),
        (SPOTS, "an export of MSD"),
        (SPOTS.replace(",", "\t"), "an export of MSD"),
        ("MESO QuickPlex SQ 120\nPlate: 28Q91\nA1,5\n", "an export of MSD"),
        ("MESO® QuickPlex® SQ 120MM\na,b\n1,2\n", "an export of MSD"),
        ("MESO SECTOR S 600\n1\t2\n", "an export of MSD"),
        ("Sample Barcode,Assay,Replicate AEB,Mean AEB\nS1,NfL,0.1,0.1\n", "Quanterix Simoa"),
        ("<Header>\nFileVersion,1.7\n<Lane_Attributes>\n", "NanoString RCC"),
        ("##BLOCKS= 1\nPlate:\tPlate1\n", "SoftMax Pro"),
        ("<!DOCTYPE html><html><body>sign in</body></html>", "a web page"),
        ('<?xml version="1.0"?>\n<BioPlex><Wells/></BioPlex>', "Bio-Plex Manager (RBX)"),
        (b"%PDF-1.7 \xff", "a PDF"),
        (b"FCS3.0         58", "FCS, LXB"),
        (docx(), "DOCX"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(content: str | bytes, name: str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(PlateFormatError) as caught:
        read_plate(raw, "plate.csv")
    assert f"{name}" in caught.value.reason
    assert "which Yogo does not read" in caught.value.reason


def test_a_workbook_of_another_instrument_is_called_by_its_name() -> None:
    rows = [line.split("\t") for line in DISCOVERY.splitlines()]
    with pytest.raises(PlateFormatError, match="MSD Discovery Workbench"):
        read_plate(workbook({"Export": rows}))


def test_a_table_with_a_mapping_is_read_whatever_it_looks_like() -> None:
    mapping = {"layout": "long", "sample": "Well", "analyte": "Assay", "value": "Signal"}
    assert read_plate(SPOTS.encode(), "x.csv", mapping).measurements["value"].tolist() == [200.0]
