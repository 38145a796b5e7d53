"""Plates of tests: readings made by hand, and small files as xPONENT writes them."""

from datetime import datetime
from typing import Any

import pandas as pd

from assays.formats.reading import (
    ANALYTE_COLUMNS,
    CONTROL_COLUMNS,
    MEASUREMENT_COLUMNS,
    REMARK_COLUMNS,
    STANDARD_COLUMNS,
    WELL_COLUMNS,
    Plate,
    PlateReading,
    frame,
)
from assays.formats.values import read_value
from assays.models import Analyte, AnalyteAlias, normalize
from imports.models import ImportBatch
from imports.services.batches import preview_import, receive_file
from studies.models import Study

ANALYTES = {
    "IL6": ("IL-6", "P05231"),
    "SPP1": ("osteopontin", "P10451"),
    "IL1B": ("IL-1β", "P01584"),
}


def catalogue() -> dict[str, Analyte]:
    """Three analytes with their names."""
    made = {}
    for symbol, (name, uniprot) in ANALYTES.items():
        made[symbol] = Analyte.objects.create(symbol=symbol, name=name, uniprot=uniprot)
        if normalize(name) != normalize(symbol):
            AnalyteAlias.objects.create(analyte=made[symbol], alias=name)
    return made


def _well(well: str, sample: str, plate: str) -> dict[str, object]:
    kinds = {"S": "standard", "B": "blank", "C": "control"}
    return {
        "well": well,
        "plate": plate,
        "position": well,
        "sample": sample,
        "sample_type": kinds.get(sample[:1], "sample") if len(sample) <= 2 else "sample",
        "dilution": 1,
        "remark": "",
    }


def reading(
    samples: dict[str, str],
    values: dict[str, list[str]],
    *,
    uniprot: dict[str, str] | None = None,
    remarks: tuple[tuple[str, str, str], ...] = (),
    plates: dict[str, str] | None = None,
    **plate: object,
) -> PlateReading:
    """A reading of wells (well -> sample; names like S1 standard, B blank, C1 control) and analytes
    (name -> texts in the wells' order)."""
    wells = [_well(well, sample, (plates or {}).get(well, "")) for well, sample in samples.items()]
    cells, standards = [], []
    for place, well in enumerate(wells):
        for analyte, texts in values.items():
            value, flag = read_value(texts[place])
            cells.append(
                {
                    **{name: well[name] for name in ("well", "sample", "sample_type", "dilution")},
                    **{"analyte": analyte, "raw_text": texts[place], "value": value, "flag": flag},
                    **{"unit": "pg/mL", "mfi": 100 + place, "net_mfi": 90 + place},
                    "bead_count": 60,
                }
            )
            if well["sample_type"] == "standard":
                row = {"well": well["well"], "sample": well["sample"], "analyte": analyte}
                standards.append(row | {"expected": 10.0, "observed": value})
    analytes = [
        {"analyte": name, "unit": "pg/mL", "uniprot": (uniprot or {}).get(name, "")}
        for name in values
    ]
    told = {"name": "P1", "serial": "LX1", "acquired": datetime(2024, 3, 1, 9, 30)}
    told |= {"acquired_text": "01/03/2024 09:30", "kit": "Cytokines", "wells": 96} | plate
    return PlateReading(
        format="xponent",
        plate=Plate(**told),  # type: ignore[arg-type]
        measurements=_frame(MEASUREMENT_COLUMNS, cells),
        wells=_frame(WELL_COLUMNS, wells),
        standards=_frame(STANDARD_COLUMNS, standards),
        controls=_frame(CONTROL_COLUMNS, []),
        analytes=_frame(ANALYTE_COLUMNS, analytes),
        remarks=_frame(
            REMARK_COLUMNS, [dict(zip(REMARK_COLUMNS, remark, strict=True)) for remark in remarks]
        ),
        header={"Program": "xPONENT"},
        notes=("Read as xPONENT.",),
    )


def _frame(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    given = rows[0].keys() if rows else ()
    return frame(columns, {name: [row[name] for row in rows] for name in given})


def previewed(
    study: Study,
    content: bytes = b"a file",
    *,
    name: str = "plate.csv",
    mapping: str = "",
    layout: str = "",
    by: object = None,
) -> ImportBatch:
    """A plate file, received and previewed."""
    batch = receive_file(
        study=study,
        name=name,
        content=content,
        kind="plate",
        mapping_text=mapping,
        samples=("layout.csv", layout.encode()) if layout else None,
        by=by,  # type: ignore[arg-type]
    )
    return preview_import(batch=batch, by=by)  # type: ignore[arg-type]
