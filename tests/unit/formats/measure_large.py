"""The table of large files in docs/formats.md: `python -m tests.unit.formats.measure_large`.

Each file is read in a process of its own, which tells the seconds of its processor and the most memory that
it ever had (libraries take 115 MB of it).
"""

import io
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from assays.formats import PlateFormatError, read_plate
from tests.unit.formats.bioplex_files import xls
from tests.unit.formats.files import workbook

MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
LONG = b"SampleID,OlinkID,Assay,NPX"
XPONENT = b"Program,xPONENT,,MAGPIX\nProtocolAnalysis,Off\n\n"


def packed(pieces):
    """A workbook whose only sheet is the XML of some pieces."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"S": [["a"]]}))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            with new.open(name, "w") as part:
                for piece in pieces if "sheet1" in name else [old.read(name)]:
                    part.write(piece)
    return out.getvalue()


def sheet(pieces, dimension=b""):
    return packed([MAIN, dimension, b"<sheetData>", *pieces, b"</sheetData></worksheet>"])


def rows_of_cells(rows, columns):
    letters = [f"{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(columns)]
    for row in range(1, rows + 1):
        cells = "".join(f'<c r="{letter}{row}"><v>1</v></c>' for letter in letters)
        yield f'<row r="{row}">{cells}</row>'.encode()


def plate_of_384(analytes):
    head = b"Location,Sample," + b",".join(b"a%d" % i for i in range(analytes)) + b",Total Events\n"
    values = b",".join([b"12.5"] * analytes)
    wells = b"".join(
        b'"%d(1,%c%d)",S%d,%b,9\n' % (i + 1, 65 + i % 16, i // 16 + 1, i, values)
        for i in range(384)
    )
    blocks = (b"DataType:,%b\n%b%b\n" % (n, head, wells) for n in (b"Median", b"Count", b"Net MFI"))
    return XPONENT + b"".join(blocks) + b"-- CRC --\n"


def long_export(rows):
    lines = (b"S%d,O%d,A%d,%d.25\n" % (i // 1000, i % 1000, i % 1000, i % 997) for i in range(rows))
    return LONG + b"\n" + b"".join(lines)


def repeating_parquet():
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 4_000_000, pa.int32()), ["x" * 9000])
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(dict.fromkeys(LONG.decode().split(","), column)), out)
    return out.getvalue()


FILES = {
    "one line of 199 MB": lambda: b"a" * 199_000_000 + b"\n",
    "one line of 199 MB, a comma at every other place": lambda: b"a," * 99_500_000 + b"\n",
    "one quoted cell of 199 MB": lambda: b'"' + b"a," * 99_000_000 + b'"\n',
    "xPONENT, one line of 198 MB": lambda: XPONENT + b"DataType:,Median\n" + b"1," * 99_000_000,
    "CSV of a million columns": lambda: (b"1," * 1_000_000 + b"1\n") * 2,
    "long Olink CSV of a million columns": lambda: LONG + b",c" * 1_000_000 + b"\n",
    "10 million lines": lambda: b"1,2\n" * 10_000_000,
    "10 million lines of a named table": lambda: (
        b"sample,analyte,value\n" + b"S,A,1\n" * 10_000_000
    ),
    "10 million lines of long Olink": lambda: LONG + b"\n" + b"S,O,A,1\n" * 10_000_000,
    "4.9 million lines of long Olink": lambda: long_export(4_900_000),
    "100 million empty lines": lambda: b"Assay,a\nOlinkID,b\n" + b"\n" * 100_000_000,
    "xPONENT, 384 wells of 4,000 analytes": lambda: plate_of_384(4_000),
    "zip bomb XLSX, 2 GB of zeros": lambda: packed(bytes(1 << 20) for _ in range(2_000)),
    "zip bomb XLSX, one cell of 466 MB": lambda: sheet(
        [b'<row><c t="inlineStr"><is><t>', *[b"a" * (1 << 20)] * 466, b"</t></is></c></row>"]
    ),
    "XLSX of 33 million cells without references": lambda: sheet(
        b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>" for _ in range(33_000)
    ),
    "XLSX of 3.8 million cells": lambda: sheet(rows_of_cells(38_000, 100)),
    "XLSX that declares a million columns": lambda: sheet([], b'<dimension ref="A1:BDWGN9"/>'),
    "XLSX with a cell in the millionth column": lambda: sheet([b'<row><c r="BDWGN1"/></row>']),
    "XLSX of 1,000 sheets": lambda: workbook({f"S{i}": [["a"] * 26] * 150 for i in range(1000)}),
    "XLS that declares 2 billion rows": lambda: xls({"S": [["a"]]}, size=(2**31, 2**15)),
    "Parquet of 40 KB, 36 GB in rows": repeating_parquet,
}


def most_memory():
    """Bytes that this process had at most, since its program began (Linux)."""
    told = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(told[1]) * 1024


def measured(path):
    """Read a file and print what came of it."""
    start = time.process_time()
    try:
        said = f"read, {len(read_plate(path).measurements):,} rows"
    except PlateFormatError as error:
        said = f"refused: {str(error).split('. ')[0][:70]}"
    seconds = time.process_time() - start
    print(f"{said} | {seconds:.1f} s | {most_memory() / 1e6:,.0f} MB")


def main():
    """The command: a row of the table for each file, or (with a path) what a process tells of one."""
    if len(sys.argv) > 1:
        measured(sys.argv[1])
        return
    print("| file | what came of it | processor | memory |\n| --- | --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plate"
        for name, make in FILES.items():
            path.write_bytes(make())
            command = [sys.executable, "-m", "tests.unit.formats.measure_large", str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            print(f"| {name} | {told.stdout.strip()} |", flush=True)


if __name__ == "__main__":
    main()
