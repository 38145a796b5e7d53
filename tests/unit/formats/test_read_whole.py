"""A small file of every format, read whole: each cell of each table, checked by eye against the file.

The tables stand in tests/unit/formats/read_whole/. When a reading is meant to change, look at the difference, and
write them anew with `python -m tests.unit.formats.test_read_whole`.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from assays.formats import PlateReading, read_plate
from tests.unit.formats.files import (
    GENERIC,
    WELLS,
    as_csv,
    bioplex_properties,
    bioplex_sheets,
    intelliflex_rows,
    olink_long,
    olink_parquet,
    olink_quantified,
    olink_rows,
    workbook,
    xponent,
    xponent_blocks,
)


def varied_xponent() -> bytes:
    """Every well and analyte with numbers of its own."""
    wells = [well for well, _ in WELLS]
    median = {w: (f"{100 * k + 0.5}", f"{1000 * k}") for k, w in enumerate(wells, 1)}
    count = {w: (f"{50 + k}", f"{30 - 10 * k}") for k, w in enumerate(wells)}
    return xponent(xponent_blocks(median=median, count=count))


def varied_bioplex() -> bytes:
    """With a control and its expected concentration, marks of both limits, and outliers."""
    sheets = bioplex_sheets()
    for k, (name, rows) in enumerate(sheets.items()):
        more = [
            ["C1", "E1", 0, "Kit Control", 300 + k, 290 + k, 0, 0, 55.5, 50, 111, 55.5, 1, ""],
            ["X5", "E3,E4", 0, "P-05", 30000, 29990, 0, 0, "OOR >", "", "", "***", 2, "2,3"],
            ["X6", "F3,F4", 1, "P-06", "---", "---", 0, 0, "", "", "", "", 4, ""],
            ["X7", "G3,G4", 0, "P-07", 12.5, 4, 0, 0, "OOR <", "", "", "***", 4, ""],
        ]
        rows[13:13] = [[name, *row] for row in more]
    return workbook(sheets)


FOLDER = Path(__file__).parent / "read_whole"
TABLES = ("measurements", "wells", "standards", "controls", "analytes", "remarks")
FILES: dict[str, Callable[[], bytes]] = {
    "xponent": varied_xponent,
    "bioplex": varied_bioplex,
    "bioplex_properties": lambda: workbook(bioplex_properties()),
    "intelliflex": lambda: as_csv(intelliflex_rows(reporters=("RP1", "RP2"))),
    "olink_wide": lambda: workbook({"INF": olink_rows()}),
    "olink_quantified": lambda: workbook({"T48": olink_quantified()}),
    "olink_long": olink_long,
    "olink_parquet": olink_parquet,
    "generic": lambda: GENERIC,
}


def written(reading: PlateReading) -> str:
    """All tables of a reading as text; what is unknown is empty."""
    parts = [f"# {reading.format}\n{reading.plate}\n"]
    for name in TABLES:
        table: pd.DataFrame = getattr(reading, name)
        parts.append(f"\n# {name}\n{table.to_csv(index=False, sep='|', lineterminator=chr(10))}")
    return "".join(parts)


@pytest.mark.parametrize("name", FILES)
def test_every_cell_of_a_small_file_is_read_as_it_should_be(name: str) -> None:
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert written(read_plate(FILES[name]())) == kept


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, make in FILES.items():
        (FOLDER / f"{name}.txt").write_text(written(read_plate(make())), encoding="utf-8")
