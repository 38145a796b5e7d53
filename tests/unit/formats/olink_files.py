"""Small valid Olink exports, wide and long, relative and quantified."""

import io

import pyarrow as pa
import pyarrow.parquet


def olink_rows():
    """The NPX sheet of an Olink workbook."""
    return [
        ["Project 1", "Olink NPX Manager 2.2.2.322"],
        ["NPX data"],
        ["Panel", "Olink Target 96 Inflammation(v.3022)"],
        [],
        ["# Plates", 2],
        ["# Samples", 3],
        [],
        ["Assay", "IL8", "VEGFA", "Plate ID", "QC Warning"],
        ["Uniprot ID", "P10145", "P15692"],
        ["OlinkID", "OID00471", "OID00472"],
        [],
        ["A-1", 6.57546, 11.40421, "P1", "Pass"],
        ["A-2", 1.5, "", "P1", "Warning"],
        ["PC 1", 3.99189, 9.97223, "P2", "Pass"],
        [],
        ["LOD", 1.96317, 1.79424],
        ["Missing Data freq.", 0, 0.5],
    ]


def olink_quantified():
    """Target 48 and Flex as NPX Signature writes their concentrations: words for what lies beyond a limit,
    internal controls without an OlinkID, limits and warnings for each plate."""
    return [
        ["Project 1", "Olink NPX Signature 1.10"],
        ["Quantified data"],
        ["Panel", *["Olink Target 48 Cytokine(v.1)"] * 6],
        ["Assay", "IL6", "IL8", "Plate ID", "QC Warning", "Inc Ctrl", "QC Deviation from median"],
        ["Uniprot ID", "P05231", "P10145", "", "", "", "Inc Ctrl"],
        ["OlinkID", "OID20101", "OID20102"],
        ["Unit", "pg/mL", "pg/mL"],
        [],
        ["S-1", 12.5, "> ULOQ", "P1", "Pass", 1.5, 0.25],
        ["S-2", "< LLOQ", "> 4321.5", "P1", "Warning", 1.25, 0.5],
        ["S-3", 0.75, "NaN", "P2", "Pass", 1.75, -0.25],
        ["SC 1", "<0.25", 400, "P2", "Pass", 1.5, 0],
        [],
        ["Assay warning", "PASS", "WARN", "P1"],
        ["Assay warning", "PASS", "PASS", "P2"],
        ["Lowest quantifiable level", 0.5, 1, "P1"],
        ["Lowest quantifiable level", 1.5, 1, "P2"],
        ["Plate LOD", 0.125, 0.25, "P1"],
        ["Plate LOD", 1, 0.25, "P2"],
        ["LLOQ", 0.5, 2],
        ["ULOQ", 1000, 350],
        ["Missing Data freq.", 0.25, 0],
        ["Normalization", "Plate control", "Plate control"],
    ]


def olink_parquet():
    """The long export as a Parquet file, numbers as numbers."""
    header, *rows = (line.split(";") for line in olink_long().decode().splitlines())
    columns = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    columns["NPX"] = [None if text == "NA" else float(text) for text in columns["NPX"]]
    columns["LOD"] = [float(text) for text in columns["LOD"]]
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def olink_long(delimiter=";"):
    """A long NPX export as bytes."""
    header = [
        "SampleID",
        "Index",
        "OlinkID",
        "UniProt",
        "Assay",
        "MissingFreq",
        "Panel",
        "PlateID",
        "QC_Warning",
        "LOD",
        "NPX",
    ]
    rows = [
        [sample, str(i), oid, "P1", assay, "0", "INF", "P1", "Pass", "1.5", npx]
        for i, (sample, values) in enumerate({"S1": ("2.5", "0.5"), "S2": ("NA", "7.25")}.items())
        for oid, assay, npx in zip(("OID1", "OID2"), ("IL6", "IL8"), values, strict=True)
    ]
    return "\n".join(delimiter.join(line) for line in [header, *rows]).encode() + b"\n"
