"""Small valid plate files of each format, written from numbers, for tests and for the fuzz run."""

import io
import zipfile
from xml.sax.saxutils import escape

from tests.unit.formats.bioplex_files import CellError, xls
from tests.unit.formats.olink_files import olink_long, olink_parquet, olink_quantified, olink_rows

ANALYTES = ("IL1B", "IL6")
WELLS = (
    ("A1", "Background0"),
    ("B1", "Standard1"),
    ("C1", "Control1"),
    ("D1", "S-1"),
    ("E1", "S-2"),
)
RESULT = {
    "A1": ("NaN", "NaN"),
    "B1": ("1000.5", "990.25"),
    "C1": ("50.5", "49.5"),
    "D1": ("3.25", "< 0.5"),
    "E1": ("> 2000", "12.75"),
}


def xponent_blocks(result=None, median=None, count=None):
    """Blocks by name, as lines of cells: the order of the file."""
    result = result or RESULT
    wells = [well for well, _ in WELLS]
    names = dict(WELLS)

    def by_well(values):
        head = ["Location", "Sample", *ANALYTES, "Total Events"]
        return [head] + [
            [f"{i}(1,{w})", names[w], *values[w], "200"] for i, w in enumerate(wells, 1)
        ]

    def same(value):
        return dict.fromkeys(wells, value)

    return {
        "Median": by_well(median or same(("100.5", "2000"))),
        "Net MFI": by_well(same(("90.5", "1990"))),
        "Count": by_well(count or same(("100", "55"))),
        "Result": by_well(result),
        "Comments": by_well(same(("", "")) | {"D1": ("Extrapolated", "")}),
        "% Recovery": [
            ["Location", "Sample", *ANALYTES, ""],
            ["2(1,B1)", "Standard1", "100.05", "99.03", ""],
        ],
        "Units": [["Analyte:", *ANALYTES], ["BeadID:", "12", "19"], ["Units:", "pg/mL", "pg/mL"]],
        "Standard Expected Concentration": [["Reagent", *ANALYTES], ["Standard1", "1000", "1000"]],
        "Dilution Factor": [["Location", "Sample", "Dilution Factor"]]
        + [[f"{i}(1,{w})", names[w], "2"] for i, w in enumerate(wells, 1)],
        "Warnings/Errors": [["Location", "Status", "Message"], ["1,D1", "Warning", "few beads"]],
    }


def xponent(blocks=None, *, delimiter=",", decimal=".", date="28/02/2014 21:44:35", newline="\r\n"):
    """An xPONENT file as bytes."""
    head = [
        ["Program", "xPONENT", "", "MAGPIX"],
        ["Build", "4.2.1324.0"],
        ["SN", "MAGPX1"],
        ["Batch", "plate 1"],
        ["ProtocolName", "30-plex"],
        ["BatchStartTime", date],
        ["ProtocolPlate", "Name", "96-well", "Type", "96", "Plates", "1"],
        ["ProtocolAnalysis", "Type", "Quan", "Mode", "FitOfAllStandards"],
        ["AssayLotInfo:"],
        ["KitName", "LotNumber", "ExpirationDate"],
        ["Cytokine 30", "L77", "2030"],
        [],
        ["Results"],
        [],
    ]
    lines = [*head]
    for name, rows in (blocks or xponent_blocks()).items():
        lines += [["DataType:", name], *rows, []]
    lines += [["-- CRC --"], ["CRC32: 53B2478C"]]

    def cell(text):
        text = text.replace(".", decimal) if _is_number(text) else text
        return f'"{text}"' if delimiter in text else text

    return (
        newline.join(delimiter.join(map(cell, line)) for line in lines).encode() + newline.encode()
    )


def _is_number(text):
    try:
        float(text.lstrip("<>* "))
    except ValueError:
        return False
    return True


def workbook(sheets):
    """An XLSX file of {name: rows of cells}, numbers as numbers and everything else as inline text."""
    buffer = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = "".join(
            f'<sheet name="{escape(n)}" sheetId="{i}" r:id="r{i}"/>'
            for i, n in enumerate(sheets, 1)
        )
        links = "".join(
            f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(sheets) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="text/xml"/>'
            '<Default Extension="rels" ContentType="text/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{parts}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", _sheet(main, rows))
    return buffer.getvalue()


def _sheet(main, rows):
    body = []
    for r, row in enumerate(rows, 1):
        cells = []
        for c, value in enumerate(row):
            place = f"{_letters(c)}{r}"
            if isinstance(value, CellError):
                formula = "<f>A1/0</f>" if value.computed else ""
                cells.append(f'<c r="{place}" t="e">{formula}<v>{value}</v></c>')
            elif isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
            elif value:
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        body.append(f'<row r="{r}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(body)}</sheetData></worksheet>'


def _letters(column):
    first, last = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


BIOPLEX_HEADER = [
    *("Analyte", "Type", "Well", "Outlier", "Description", "FI", "FI - Bkgd", "Std Dev", "%CV"),
    *("Obs Conc", "Exp Conc", "(Obs/Exp) * 100", "Conc in Range", "Dilution", "Sampling Errors"),
]


def bioplex_sheets():
    """Sheets of a Bio-Plex workbook by name."""
    sheets = {}
    for analyte in ("Hu IL-1b (32)", "Hu IL-6 (19)"):
        rows = [
            ["B", "H3,H4", 0, "", 8.5, 8.5, 0.71, 8.32, "", "", "", "", 1, ""],
            ["S1", "A1,A2", 1, "", "---", "---", "", "", "", 1000, "", "", 1, ""],
            ["S2", "B1,B2", 0, "", 900.5, 892, 3, 1, 251.5, 250, 101, 251.5, 1, ""],
            ["X1", "A3,A4", 0, "P-01", 28, 19.5, 0, 0, "*3.42", "", "", "***", 4, ""],
            ["X2", "B3,B4", 0, "P-02", 5, 1, 0, 0, "OOR <", "", "", "***", 4, "1"],
            ["X3", "C3,C4", 0, "P-03", 500.25, 490, 0, 0, 77.31, "", "", 77.31, 4, ""],
            ["X4", "D3,D4", 0, "P-04", "***", "***", "***", "***", "***", "", "", "***", 4, ""],
        ]
        sheets[analyte] = [
            ["File Name: C:\\plates\\P 7.rbx"],
            [f"Analyte: {analyte}"],
            ["Acquisition Date: 11-Jan-2007, 01:20 PM"],
            ["Reader Serial Number: LX1"],
            [],
            BIOPLEX_HEADER,
            *([analyte, *row] for row in rows),
            [],
            ["1 - Low bead #, 2 - Agg beads, 3 - Classify %"],
            ["Regression Type: Logistic - 5PL"],
            ["Std. Curve: FI = -8.5 + (20147.9 + 8.5) / ((1 + (Conc / 5853.63)^-1.2))^0.6"],
        ]
    return sheets


def bioplex_properties(two_rows=False):
    """The same plate as a sheet for each property, analytes as columns; two_rows: their names stand in a row
    of their own above the header."""
    sheets = list(bioplex_sheets().items())
    names = [name for name, _ in sheets]
    head = [*sheets[0][1][:1], *sheets[0][1][2:5]]
    start = ["Type", "Well", "Description"]
    header = [["", "", "", *names], start] if two_rows else [[*start, *names]]
    made = {}
    for place in (*range(5, 12), 13):
        rows = [
            [first[1], first[2], first[4], *(row[place] for row in (first, second))]
            for first, second in zip(*(sheet[6:13] for _, sheet in sheets), strict=True)
        ]
        name = BIOPLEX_HEADER[place].replace("/", "_").replace("*", "x")
        made[name] = [list(row) for row in (*head, *header, *rows, [], sheets[0][1][14])]
    return made


def intelliflex_rows(regions=((25, "HPV6"), (27, "HPV11")), reporters=("RP1",)):
    """The table of an INTELLIFLEX: a row for each well, empty wells without names and numbers."""
    told = {
        "MODEL NAME": "xMAP INTELLIFLEX® DR-SE",
        "INSTRUMENT TYPE": "INTELLIFLEX",
        "SERIAL NUMBER": "IFLX1",
        "SOFTWARE VERSION": "Luminex INTELLIFLEX Bundle - 2.1.1015/Firmware Bootloader - 1.0.34",
        "CALIBRATION TIMESTAMP": "2026-02-24 08:21:33 AM",
        "PLATE NAME": "plate 7",
        "PLATE START": "2026-02-25 04:42:08 PM",
        "ACTIVE USER": "N/A",
        "PLATE TYPE NAME": "96 Well Plate",
    }
    well = ("WELL LOCATION", "WELL TYPE", "WELL STATUS", "SAMPLE ID", "DILUTION", "PANEL NAME")
    wells = [
        ("A1", "U1", "Dry", "S-1", "1:4", "Panel [v1]"),
        ("B1", "U2", "Warning", "S-2", "50", "Panel [v1]"),
        ("C1", "S1", "Completed", "Standard1", "N/A", "Panel [v1]"),
    ]
    names = ("ANALYTE NAME", "REGION", "MEDIAN", "NET MEDIAN", "MEAN", "COUNT", "%CV")
    keys = [(region, name, reporter) for region, name in regions for reporter in reporters]
    rows = [[*told, *well, *(f"R{r}: {rp} {name}" for r, _, rp in keys for name in names)]]
    for i, cells in enumerate(wells):
        for region, name, reporter in keys:
            level = region + i / 4 + (reporter == "RP2") * 100
            found = (name, region, level, level - 0.5, level + 1, 40 + i, 31.25)
            cells = (*cells, *(map(str, found) if i else ["NaN"] * len(names)))
        rows.append([*told.values(), *cells])
    return rows


def as_csv(rows, delimiter=","):
    """Rows of cells without delimiters in them, as bytes."""
    return ("\n".join(delimiter.join(map(str, row)) for row in rows) + "\n").encode()


GENERIC = (
    b"well,sample,analyte,value\nA1,S-1,IL6,< 3\nA1,S-1,IL8,4.5\nB1,S-2,IL6,*2\nB1,S-2,IL8,***\n"
)


def examples():
    """One small file of each kind, by name."""
    return {
        "xponent": xponent(),
        "xponent, semicolons": xponent(delimiter=";", decimal=","),
        "bioplex": workbook(bioplex_sheets()),
        "bioplex, XLS": xls(bioplex_sheets()),
        "bioplex, properties": workbook(bioplex_properties()),
        "bioplex, properties, XLS": xls(bioplex_properties(two_rows=True)),
        "olink": workbook({"INF": olink_rows()}),
        "olink, quantified": workbook({"T48": olink_quantified()}),
        "olink, long": olink_long(),
        "olink, Parquet": olink_parquet(),
        "intelliflex": as_csv(intelliflex_rows()),
        "intelliflex, XLSX": workbook({"Export": intelliflex_rows(reporters=("RP1", "RP2"))}),
        "generic": GENERIC,
    }
