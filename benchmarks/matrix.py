"""How fast the matrix of a large study is read for modeling.

`python -m benchmarks.matrix [--plates 455] [--runs 3] [--write]` starts services of its own in a temporary
folder and fills a study: patients at two timepoints, 93 analytes, on plates of 88 samples, with as many exclusions
as plates of middling quality raise. Then the matrix of one timepoint is read, in turn with the way of a
handful of lines: a row of the ORM for each reading, and a pivot.
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.command import run_inside
from benchmarks.import_volume import ALL, SAMPLES, analyte_names, make_study
from benchmarks.measuring import alternate, peak_of
from benchmarks.tables import Table, surroundings, write

GOAL = 3.0

WELLS = """
INSERT INTO assays_well (plate_run_id, position, sample_type, sample, specimen_id, remark)
SELECT plates[1 + n / %(samples)s], chr(65 + (n %% %(samples)s) / 12) || 1 + n %% 12, 'sample', label, id, ''
FROM (SELECT id, label, (row_number() OVER (ORDER BY id) - 1)::int n FROM assays_specimen
      WHERE study_id = %(study)s) s,
     (SELECT array_agg(id ORDER BY id) plates FROM assays_platerun WHERE study_id = %(study)s) p
"""
MEASURED = """
INSERT INTO assays_measurement
    (specimen_id, analyte_id, plate_run_id, well_id, replicate, value_text, value, unit, flag, "limit", mfi,
     net_mfi, bead_count, dilution)
SELECT specimen_id, a, plate_run_id, id, 1, v::text,
       CASE WHEN r > 0.05 THEN v END, 'pg/mL',
       CASE WHEN r > 0.05 THEN 'in_range' ELSE 'below_lloq' END, CASE WHEN r > 0.05 THEN NULL ELSE 0.5 END,
       20 * v, 20 * v - 10, 80, 2
FROM (SELECT w.specimen_id, w.plate_run_id, w.id, a, random() r, exp(random() * 5)::numeric(12, 4)::float8 v
      FROM assays_well w CROSS JOIN unnest(%(analytes)s) a
      WHERE w.plate_run_id = ANY (%(plates)s)) x
"""
EXCLUDED = """
INSERT INTO assays_exclusion (plate_run_id, well_id, analyte_id, rule, reason, raised_at)
SELECT plate_run_id, well_id, analyte_id, 'bead_count', %(few)s, now() FROM assays_measurement
WHERE random() < 0.01;
INSERT INTO assays_exclusion (plate_run_id, analyte_id, rule, reason, raised_at)
SELECT p.id, a, 'intra_cv', %(differ)s, now() FROM assays_platerun p, unnest(%(analytes)s) a
WHERE random() < 0.02;
"""
TRACKED = ("assays_well", "assays_measurement", "assays_exclusion")


def main() -> None:
    """The command: services first, then itself inside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matrix")
    parser.add_argument("--plates", type=int, default=ALL)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    run_inside("matrix", asked.plates, asked.runs, asked.write)


def inside(plates: int, runs: int, keep: bool) -> None:
    """Measure in a process that has Django and a database."""
    heading = surroundings(runs)
    content = "\n".join([heading + "\n", measure(fill_study(plates), runs).markdown()])
    print(content)
    if keep:
        write("matrix", content)


def fill_study(plates: int) -> Any:
    """A study with its measurements, by SQL; their history is not written."""
    from django.core.management import call_command
    from django.db import connection
    from psycopg2.extras import Json

    from assays.models import Analyte, Panel, PlateRun
    from sentences import words

    call_command("load_analytes", verbosity=0)
    study = make_study("LARGE", plates)
    panel = Panel.objects.create(name="93-plex")
    PlateRun.objects.bulk_create(
        PlateRun(study=study, panel=panel, name=f"plate {n}", format="xponent")
        for n in range(plates)
    )
    made = list(PlateRun.objects.order_by("pk").values_list("pk", flat=True))
    analytes = Analyte.objects.filter(symbol__in=analyte_names()).values_list("pk", flat=True)
    told = {"study": study.pk, "samples": SAMPLES, "analytes": list(analytes)}
    with connection.cursor() as cursor:
        for table in TRACKED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(WELLS, told)
        for first in range(0, plates, 50):
            cursor.execute(MEASURED, told | {"plates": made[first : first + 50]})
        reasons = {
            "few": Json(words("few beads").as_json()),
            "differ": Json(words("repeats differ").as_json()),
        }
        cursor.execute(EXCLUDED, told | reasons)
        for table in TRACKED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return study


def measure(study: Any, runs: int) -> Table:
    """Our matrix and the usual one in turn, the same numbers in both."""
    import numpy as np

    from assays.models import Exclusion, Measurement
    from assays.selectors.readings import readings, wide
    from clinical.models import Patient

    patients = Patient.objects.filter(study=study)
    matrix = wide(readings(patients, "pre"))
    usual = by_rows(patients)
    assert matrix.shape == usual.shape
    assert np.array_equal(matrix.to_numpy(), usual.to_numpy(), equal_nan=True)
    del usual
    sides = {
        "ours": lambda: wide(readings(patients, "pre")),
        "a row of the ORM for each reading, and a pivot": lambda: by_rows(patients),
    }
    times = alternate(sides, runs)
    ours = times["ours"]
    peak, rise = peak_of(sides["ours"])
    told = "met" if ours < GOAL else "**missed**"
    return Table(
        ("matrix", "seconds", "ours is", "goal"),
        [
            ["ours", f"{ours:.2f}", "", f"< {GOAL:.0f} s: {told}"],
            *(
                [name, f"{t:.2f}", f"{t / ours:.1f}x as fast", ""]
                for name, t in times.items()
                if name != "ours"
            ),
        ],
        [
            f"{matrix.shape[0]:,} x {matrix.shape[1]}, out of {Measurement.objects.count():,} measurements with "
            f"{Exclusion.objects.count():,} exclusions that hold. Ours rises by {rise:.0f} MB, to {peak:.0f} MB."
        ],
    )


def by_rows(patients: Any) -> Any:
    """The same matrix as one would write it at first."""
    import pandas as pd

    from assays.models import Measurement
    from assays.selectors.matrix import usable

    rows = usable(
        Measurement.objects.filter(specimen__patient__in=patients, specimen__timepoint="pre")
    ).values_list("specimen__patient__subject_id", "analyte__symbol", "value")
    frame = pd.DataFrame.from_records(list(rows), columns=["subject", "analyte", "value"])
    return frame.pivot_table(
        index="subject", columns="analyte", values="value", aggfunc="mean", dropna=False
    ).astype("float64")


if __name__ == "__main__":
    main()
