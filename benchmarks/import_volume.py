"""How fast plates are imported, next to a bare COPY of the same rows into the same table.

`python -m benchmarks.import_volume [--plates 455] [--write]` starts services of its own in a temporary folder,
then alternates plate by plate: an xPONENT file of 96 wells and 93 analytes goes through the service that people
use (receive, preview, commit, judge) into one study; the rows that came out go by COPY into another, with the
same indexes, foreign keys and history triggers switched on for both. 455 plates are 20,000 patients at two
timepoints: 3.7 million measurements of specimens.
"""

from __future__ import annotations

import argparse
import io
import resource
import time
from typing import Any

import numpy as np

from benchmarks.command import run_inside
from benchmarks.tables import Table, surroundings, write

ALL, ANALYTES, SAMPLES = 455, 93, 88
GOAL = 1 / 3
COLUMNS = (
    *("specimen_id", "analyte_id", "plate_run_id", "well_id", "replicate", "value_text", "value"),
    *("unit", "flag", '"limit"', "mfi", "net_mfi", "bead_count", "dilution", "expected", "remark"),
    "source_id",
)


def main() -> None:
    """The command: services first, then itself inside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.import_volume")
    parser.add_argument("--plates", type=int, default=ALL)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    run_inside("import_volume", asked.plates, asked.write)


def inside(plates: int, keep: bool) -> None:
    """Measure in a process that has Django and a database."""
    heading = surroundings(1)
    content = "\n".join([heading + "\n", measure(plates).markdown()])
    print(content)
    if keep:
        write("import_volume", content)


def measure(plates: int) -> Table:
    """Import and COPY in turn."""
    from django.core.management import call_command

    from assays.models import Measurement

    call_command("load_analytes", verbosity=0)
    imported, copied = make_study("IMPORTED", plates), make_study("COPIED", plates)
    names = analyte_names()
    times: dict[str, list[float]] = {"import": [], "copy": []}
    rows, early = 0, 0.0
    for number in range(plates):
        content = plate_file(number, names)
        times["import"].append(seconds(import_plate, imported, number, content))
        text, count = rows_for(imported, copied, number)
        times["copy"].append(seconds(copy, text))
        rows += count
        if number == plates // 10:
            early = peak_mb()
        if number % 25 == 0:
            print(
                f"plate {number}: {times['import'][-1]:.2f} s, {times['copy'][-1]:.2f} s",
                flush=True,
            )
    import_time, copy_time = sum(times["import"]), sum(times["copy"])
    assert Measurement.objects.count() == 2 * rows
    ratio = copy_time / import_time
    told = "met" if ratio >= GOAL else "**missed**"
    return Table(
        ("what", "seconds", "rows per second"),
        [
            [
                "import (parse, preview, parse, commit, judge)",
                f"{import_time:.0f}",
                f"{rows / import_time:,.0f}",
            ],
            ["bare COPY of the same rows", f"{copy_time:.0f}", f"{rows / copy_time:,.0f}"],
            ["rate of the import / rate of COPY", f"{ratio:.2f}, at least a third: {told}", ""],
        ],
        [
            f"{plates} plates, {rows:,} measurements. Peak memory of the process {early:.0f} MB after a tenth "
            f"of the plates, {peak_mb():.0f} MB at the end."
        ],
    )


def make_study(code: str, plates: int) -> Any:
    """A study with the specimens of all plates."""
    from datetime import date

    from assays.models import Specimen
    from clinical.models import Patient
    from clinical.services.definitions import ensure_published
    from studies.models import Cohort, Site, Study

    study = Study.objects.create(code=code, title=code)
    site = Site.objects.create(study=study, code="A", name="A")
    cohort = Cohort.objects.create(study=study, code="discovery", kind="discovery")
    patients = Patient.objects.bulk_create(
        (
            Patient(
                study=study,
                site=site,
                cohort=cohort,
                subject_id=f"P{i:05d}",
                index_date=date(2020, 1, 1),
            )
            for i in range(plates * SAMPLES // 2)
        ),
        batch_size=5000,
    )
    ensure_published(study)
    Specimen.objects.bulk_create(
        (
            Specimen(
                study=study, patient=p, label=f"{p.subject_id}-{t}", timepoint=t, material="plasma"
            )
            for p in patients
            for t in ("pre", "edt")
        ),
        batch_size=5000,
    )
    return study


def analyte_names() -> list[str]:
    from assays.models import Analyte

    return list(Analyte.objects.order_by("symbol").values_list("symbol", flat=True)[:ANALYTES])


def plate_file(number: int, names: list[str]) -> bytes:
    """An xPONENT export of one plate: 88 samples, four standards, three controls, a blank."""
    rng = np.random.default_rng(number)
    first = number * SAMPLES
    labels = [f"P{(first + i) // 2:05d}-{('pre', 'edt')[(first + i) % 2]}" for i in range(SAMPLES)]
    samples = ["Standard1", "Standard2", "Standard3", "Standard4"]
    samples += ["Control1", "Control2", "Control3", "Background0", *labels]
    expected = [1000.0, 250.0, 62.5, 15.625]
    result = rng.lognormal(3, 1, (96, len(names))).round(4)
    result[:4] = np.array(expected)[:, None] * rng.normal(1, 0.05, (4, len(names))).round(4)
    mfi, beads = (20 * result).round(1), rng.integers(60, 150, result.shape)
    wells = [f'"{i + 1}(1,{"ABCDEFGH"[i % 8]}{i // 8 + 1})"' for i in range(96)]

    def block(name: str, cells: Any) -> str:
        head = f"DataType:,{name}\nLocation,Sample,{','.join(names)},Total Events\n"
        lines = [
            f"{w},{s},{','.join(map(str, row))},9000"
            for w, s, row in zip(wells, samples, cells.tolist(), strict=True)
        ]
        return head + "\n".join(lines) + "\n\n"

    standards = "\n".join(
        f"Standard{i + 1},{','.join([str(e)] * len(names))}" for i, e in enumerate(expected)
    )
    dilution = "\n".join(f"{w},{s},2" for w, s in zip(wells, samples, strict=True))
    return (
        f"Program,xPONENT,,MAGPIX\nBuild,4.2\nSN,M1\nBatch,plate {number}\nProtocolName,93-plex\n"
        f"BatchStartTime,2021-03-01 {number // 60 % 24:02d}:{number % 60:02d}:00\nProtocolAnalysis,Type,Quan\n\n"
        "Results\n\n"
        + block("Median", mfi)
        + block("Net MFI", mfi - 10)
        + block("Count", beads)
        + block("Result", result)
        + f"DataType:,Units\nAnalyte:,{','.join(names)}\nUnits:,{','.join(['pg/mL'] * len(names))}\n\n"
        + f"DataType:,Standard Expected Concentration\nReagent,{','.join(names)}\n{standards}\n\n"
        + f"DataType:,Dilution Factor\nLocation,Sample,Dilution Factor\n{dilution}\n\n"
        + "-- CRC --\nCRC32: 0\n"
    ).encode()


def import_plate(study: Any, number: int, content: bytes) -> None:
    """The way that people go: receive, preview, commit."""
    from imports.services import batches as imports

    batch = imports.receive_file(
        study=study,
        name=f"plate_{number}.csv",
        content=content,
        kind="plate",
        mapping_text="",
        by=None,
    )
    batch = imports.preview_import(batch=batch, by=None)
    imports.commit_import(batch=batch, by=None)


def rows_for(imported: Any, copied: Any, number: int) -> tuple[str, int]:
    """The rows of an imported plate as COPY text for the other study, and how many they are."""
    from assays.models import Measurement, PlateRun, Specimen, Well

    source = PlateRun.objects.get(study=imported, name=f"plate {number}")
    plate = PlateRun.objects.create(
        study=copied, panel=source.panel, name=source.name, format="xponent"
    )
    labels = dict(Specimen.objects.filter(study=copied).values_list("label", "pk"))
    wells = list(source.wells.select_related("specimen").order_by("pk"))
    made = Well.objects.bulk_create(
        Well(
            plate_run=plate,
            position=w.position,
            sample_type=w.sample_type,
            sample=w.sample,
            specimen_id=labels[w.specimen.label] if w.specimen else None,
        )
        for w in wells
    )
    pairs = {old.pk: new for old, new in zip(wells, made, strict=True)}
    fields = [c.strip('"') for c in COLUMNS]
    lines = []
    for row in Measurement.objects.filter(plate_run=source).order_by("pk").values_list(*fields):
        values = dict(zip(fields, row, strict=True))
        well = pairs[values["well_id"]]
        values |= {"well_id": well.pk, "plate_run_id": plate.pk, "specimen_id": well.specimen_id}
        cells = ("\\N" if values[f] is None else str(values[f]) for f in fields)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n", len(lines)


def copy(text: str) -> None:
    """A bare COPY, in one transaction, with the context that history asks for."""
    from django.db import connection

    from audit.recording import record

    with record(by=None, reason="copy"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.copy_expert(
            f"COPY assays_measurement ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO(text)
        )


def seconds(work: Any, *arguments: Any) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
