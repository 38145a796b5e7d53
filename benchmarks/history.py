"""Whether every way in takes time by its rows, and not by their square: each at n and at 4n rows.

`python -m benchmarks.history [--write]` starts services of its own in a temporary folder. Beside each time with the
functions that our triggers call (audit/triggers.py) stands the one with those that the libraries bring.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks.command import run_inside
from benchmarks.import_volume import analyte_names, import_plate, make_study, plate_file
from benchmarks.tables import Table, surroundings, write

TIMES = 4
GOAL = 6.0  # of time for four times the rows; by the square it would be 16

CLINICAL = """
subject_id: id
site: {column: hospital, create: true}
cohort: {constant: discovery, create: true}
index_date: {column: start}
age: {column: age}
labs: {pre: {albumin: {column: alb, unit: g/dL}}}
survival:
  overall:
    duration: {column: os, unit: days}
    event: {column: dead, coding: {1: dead, 0: alive}}
"""
ASSAY = """
layout: wide
sample: sample
subject: subject
timepoint: {constant: pre}
unit: pg/mL
panel: {name: Wide, scale: concentration}
plate: {constant: W1}
material: plasma
"""


def main() -> None:
    """The command: services first, then itself inside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history")
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    run_inside("history", asked.write)


def inside(keep: bool) -> None:
    """Measure in a process that has Django and a database."""
    content = "\n".join([surroundings(1) + "\n", measure().markdown()])
    print(content)
    if keep:
        write("history", content)


def measure() -> Table:
    from django.core.management import call_command

    call_command("load_analytes", verbosity=0)
    rows = []
    for name, (way, n) in WAYS.items():
        few, many = (_seconds(way, size) for size in (n, TIMES * n))
        with the_libraries_functions():
            before = _seconds(way, TIMES * n)
        told = "met" if many / few <= GOAL else "**missed**"
        rows.append(
            [
                name,
                f"{n:,} / {TIMES * n:,}",
                f"{few:.2f}",
                f"{many:.2f}",
                f"{many / few:.1f}",
                told,
                f"{before:.2f}",
            ]
        )
        print(rows[-1], flush=True)
    columns = (
        "way in",
        "rows",
        "s",
        "s at 4n",
        "ratio",
        f"≤ {GOAL:g}",
        "s at 4n, libraries' functions",
    )
    return Table(columns, rows, ["Rows of the file or rows written, in one transaction each."])


def _seconds(way: Callable[[int], None], n: int) -> float:
    """All is undone again, so that one does not find what another left."""
    from django.db import transaction

    with transaction.atomic():
        began = time.perf_counter()
        way(n)
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what a commit would check
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


class the_libraries_functions:  # noqa: N801 - used as a context
    """Put pgtrigger's and pghistory's own functions in place of ours, and ours back."""

    def __enter__(self) -> None:
        import re

        import pgtrigger.compiler
        from django.db import connection
        from pghistory.models import Context

        Context.install_pgh_attach_context_func()
        template = pgtrigger.compiler.UpsertTriggerSql.get_template(None)  # type: ignore[arg-type]
        function = re.search(r"CREATE OR REPLACE FUNCTION \{ignore.*?plpgsql;", template, re.DOTALL)
        assert function
        name = '"public"._pgtrigger_should_ignore'
        with connection.cursor() as cursor:
            cursor.execute(function[0].format(ignore_func_name=name))

    def __exit__(self, *error: object) -> None:
        from audit.triggers import replace_trigger_functions

        replace_trigger_functions(None, using="default")  # type: ignore[arg-type]


def clinical(n: int) -> None:
    from studies.models import Study

    lines = (
        f"S{i},{'AB'[i % 2]},2020-01-{i % 28 + 1:02d},{40 + i % 45},{3 + i % 15 / 10},{100 + i % 1500},{i % 2}"
        for i in range(n)
    )
    text = "id,hospital,start,age,alb,os,dead\n" + "\n".join(lines)
    _import(Study.objects.create(code="C", title="C"), "clinical", text.encode(), CLINICAL)


def assay(n: int) -> None:
    study = make_study("A", n // 44 + 1)
    names = analyte_names()[:20]
    lines = (
        f"A{i},P{i:05d}," + ",".join(f"{1 + (i * k) % 997 / 10}" for k in range(1, 21))
        for i in range(n // 20)
    )
    text = f"sample,subject,{','.join(names)}\n" + "\n".join(lines)
    _import(study, "assay", text.encode(), ASSAY)


def plate(n: int) -> None:
    """One plate of 96 wells, and as many analytes as make n measurements."""
    import_plate(make_study("P", 1), 0, plate_file(0, analyte_names()[: n // 96]))


def layout(n: int) -> None:
    """Every sample of a plate is moved by one well."""
    from assays.models import PlateRun, Well
    from assays.services.layout import correct_layout

    plate(n)
    run = PlateRun.objects.get(name="plate 0")
    wells = list(
        Well.objects.filter(plate_run=run, specimen__isnull=False).select_related("specimen")
    )
    labels = [well.specimen.label for well in wells]
    moved = dict(zip((well.position for well in wells), labels[1:] + labels[:1], strict=True))
    correct_layout(plate_run=run, labels=moved, reason="one well off", by=None)


def demonstration(n: int) -> None:
    from demo.load import load_demo

    load_demo(n_patients=n)


def raw(n: int) -> None:
    """Plain SQL into a table with deferred foreign keys: what the triggers alone cost."""
    from django.db import connection

    study = make_study("R", 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO studies_site (study_id, code, name)"
            " SELECT %s, 'S' || n, 'S' FROM generate_series(1, %s) AS n",
            [study.pk, n],
        )


def _import(study: Any, kind: str, content: bytes, mapping: str) -> None:
    from imports.models import ImportBatch
    from imports.services import batches as imports

    batch = imports.receive_file(
        study=study, name=f"{kind}.csv", content=content, kind=kind, mapping_text=mapping, by=None
    )
    batch = imports.preview_import(batch=batch, by=None)
    assert batch.state == ImportBatch.State.PREVIEWED, (batch.message, batch.preview)
    imports.commit_import(batch=batch, by=None)


WAYS: dict[str, tuple[Callable[[int], None], int]] = {
    "plain SQL": (raw, 5_000),
    "clinical file": (clinical, 500),
    "assay table": (assay, 5_000),
    "plate": (plate, 96 * 20),
    "layout corrected": (layout, 96 * 20),
    "demonstration study": (demonstration, 50),
}


if __name__ == "__main__":
    main()
