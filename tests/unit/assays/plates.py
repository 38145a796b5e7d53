"""A plate in the database: standards, a control, a blank, and samples in duplicate of one panel."""

from datetime import UTC, datetime
from typing import Any

from assays.models import Analyte, Measurement, Panel, PlateAnalyte, PlateRun, Specimen, Well
from clinical.models import Patient
from clinical.services.definitions import ensure_published
from studies.models import Study

SYMBOLS = ("IL6", "CXCL8", "SPP1")
EXPECTED = (1000.0, 250.0, 62.5, 15.625)


def make_plate(
    study: Study, patients: list[Patient], name: str = "plate 1", **plate: Any
) -> PlateRun:
    """Four standards, a blank, and each patient's specimen before treatment in two wells; all is well."""
    panel, _ = Panel.objects.get_or_create(name="30-plex")
    made = PlateRun.objects.create(
        **{
            "study": study, "panel": panel, "name": name, "format": "xponent", "size": 96,
            "instrument": "MAGPIX", "acquired_at": datetime(2021, 3, 1, 9, tzinfo=UTC),
        } | plate
    )  # fmt: skip
    analytes = [
        Analyte.objects.get_or_create(symbol=symbol, defaults={"name": f"the {symbol}"})[0]
        for symbol in SYMBOLS
    ]
    panel.analytes.add(*analytes)
    for analyte in analytes:
        PlateAnalyte.objects.create(
            plate_run=made, analyte=analyte, name=f"Hu {analyte.symbol}", unit="pg/mL"
        )
    for i, expected in enumerate(EXPECTED):
        well = _well(made, f"{'ABCD'[i]}1", "standard", f"Standard{i + 1}")
        for analyte in analytes:
            _measured(well, analyte, expected * 1.02, expected=expected)
    blank = _well(made, "H1", "blank", "Background0")
    for analyte in analytes:
        _measured(blank, analyte, None)
    ensure_published(study)
    for row, patient in enumerate(patients):
        specimen, _ = Specimen.objects.get_or_create(
            study=study,
            label=f"{patient.subject_id}-pre",
            defaults={"patient": patient, "timepoint": "pre", "material": "plasma"},
        )
        for column in (2, 3):
            well = _well(made, f"{'ABCDEFGH'[row]}{column}", "sample", specimen.label, specimen)
            for k, analyte in enumerate(analytes):
                _measured(well, analyte, 10.0 * (row + 1) * (k + 1), replicate=column - 1)
    return made


def _well(
    plate: PlateRun, position: str, kind: str, sample: str, specimen: Specimen | None = None
) -> Well:
    return Well.objects.create(
        plate_run=plate, position=position, sample_type=kind, sample=sample, specimen=specimen
    )


def _measured(well: Well, analyte: Analyte, value: float | None, **more: Any) -> Measurement:
    return Measurement.objects.create(
        plate_run=well.plate_run,
        well=well,
        specimen=well.specimen,
        analyte=analyte,
        value=value,
        value_text="" if value is None else repr(value),
        unit="pg/mL",
        flag="missing" if value is None else "in_range",
        mfi=100.0,
        bead_count=80.0,
        **more,
    )
