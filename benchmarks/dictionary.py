"""What the dictionary costs: forms checked by the database as they come in, read one by one, and as a matrix.

`python -m benchmarks.dictionary [--forms 100000] [--runs 3] [--write]` starts services of its own in a temporary folder and
publishes a form of 40 items: 20 decimals, 8 whole numbers, 6 codes, 4 days, 2 texts. The same forms go by COPY into
`clinical_filledform`, in turn with and without the trigger that holds them to the dictionary; foreign keys, indexes and
history are the same for both. Then one form is read, and all of them as a matrix, beside a table with a typed column for
each item.
"""

from __future__ import annotations

import argparse
import io
import json
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks.command import run_inside
from benchmarks.measuring import alternate
from benchmarks.tables import Table, surroundings, write

FORMS = 100_000
GOAL = 0.25  # of the rate without checks
CODES = ("a", "b", "c", "d", "unknown")
COLUMNS = (
    "patient_id", "event_form_id", "event_oid", "form_oid", "event_instance", "form_instance", "status", '"values"',
    "given", "missing", "states", "confirmed", "void_reason", "created_at",
)  # fmt: skip
TYPES = {"decimal": "float8", "integer": "int", "code": "text", "date": "date", "text": "text"}
PATIENTS = """
INSERT INTO clinical_patient (study_id, site_id, cohort_id, subject_id, index_date, created_at)
SELECT %s, %s, %s, 'P' || lpad(n::text, 6, '0'), '2020-01-01', now() FROM generate_series(1, %s) n
"""


def main() -> None:
    """The command: services first, then itself inside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dictionary")
    parser.add_argument("--forms", type=int, default=FORMS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="into docs/benchmarks.md")
    asked = parser.parse_args()
    run_inside("dictionary", asked.forms, asked.runs, asked.write)


def inside(forms: int, runs: int, keep: bool) -> None:
    """Measure in a process that has Django and a database."""
    heading = surroundings(runs)
    study = make_study(forms)
    tables = [measure_imports(study, runs), measure_reads(study, runs)]
    content = "\n".join([heading + "\n", *[table.markdown() for table in tables]])
    print(content)
    if keep:
        write("dictionary", content)


def make_study(patients: int) -> Any:
    """A study that collects one form of 40 items, and its patients; their history is not written."""
    from django.db import connection

    from clinical.services.definitions import publish_definition
    from studies.models import Cohort, Site, Study

    study = Study.objects.create(code="LARGE", title="large")
    site = Site.objects.create(study=study, code="A", name="A")
    cohort = Cohort.objects.create(study=study, code="discovery", kind="discovery")
    publish_definition(study=study, definition=definition(), by=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clinical_patient DISABLE TRIGGER USER")
        cursor.execute(PATIENTS, [study.pk, site.pk, cohort.pk, patients])
        cursor.execute("ALTER TABLE clinical_patient ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return study


def definition() -> Any:
    from clinical.dictionary.definition import (
        Code,
        CodeList,
        Definition,
        EventForm,
        Form,
        Item,
        Range,
        StudyEvent,
        Type,
    )

    items = (
        *(Item(f"lab_{n}", Type.DECIMAL, unit="g/L", range=Range(0, None, None, 500)) for n in range(20)),
        *(Item(f"score_{n}", Type.INTEGER, range=Range(0, None, None, 10)) for n in range(8)),
        *(Item(f"code_{n}", Type.CODE, codes="five") for n in range(6)),
        *(Item(f"day_{n}", Type.DATE) for n in range(4)),
        *(Item(f"note_{n}", Type.TEXT, longest=200) for n in range(2)),
    )  # fmt: skip
    return Definition(
        name="large",
        code_lists=(CodeList("five", tuple(Code(code) for code in CODES)),),
        events=(StudyEvent("visit", (EventForm("large"),)),),
        forms=(Form("large", items),),
    )


def answers(items: Any, forms: int) -> Iterator[dict[str, Any]]:
    """The same for everybody who asks."""
    random, first = np.random.default_rng(3), date(2018, 1, 1)
    for _ in range(forms):
        numbers = random.random(len(items))
        yield {
            item.name: _answer(item.type, float(u), first)
            for item, u in zip(items, numbers, strict=True)
        }


def _answer(kind: str, u: float, first: date) -> Any:
    if kind == "decimal":
        return round(1 + 399 * u, 2)
    if kind == "integer":
        return int(11 * u)
    if kind == "code":
        return CODES[int(5 * u)]
    return (first + timedelta(int(3000 * u))).isoformat() if kind == "date" else "a short note"


def measure_imports(study: Any, runs: int) -> Table:
    """COPY with and without the checks, in turn, and at last with them for good."""
    from clinical.models import Patient
    from clinical.selectors.definitions import collected_by

    collected = collected_by(study)
    place = collected.places["visit", "large"]
    items = collected.definition.form_by_name["large"].items
    patients = list(Patient.objects.filter(study=study).order_by("pk").values_list("pk", flat=True))
    head = f"{place.pk}\t{place.event}\t{place.form}\t1\t1\tcomplete"
    text = "".join(
        f"{patient}\t{head}\t{json.dumps(values)}\t{{}}\t{{}}\t{{}}\t{{}}\t\tnow\n"
        for patient, values in zip(patients, answers(items, len(patients)), strict=True)
    )
    sides = {True: [], False: []}  # type: dict[bool, list[float]]
    for _ in range(runs):
        for checked, times in sides.items():
            times.append(copy(text, checked=checked, keep=False))
    copy(text, checked=True, keep=True)
    medians = {checked: float(np.median(times)) for checked, times in sides.items()}
    ratio = medians[False] / medians[True]
    told = "met" if ratio >= GOAL else "**missed**"
    return Table(
        ("import by COPY", "seconds", "forms per second"),
        [
            ["held to the dictionary by the database", *_rate(medians[True], len(patients))],
            ["the same table without that trigger", *_rate(medians[False], len(patients))],
            ["rate with / rate without", f"{ratio:.2f}, at least {GOAL}: {told}", ""],
        ],
        [f"{len(patients):,} forms of {len(items)} items in one statement, each side in turn."],
    )


def _rate(seconds: float, forms: int) -> list[str]:
    return [f"{seconds:.1f}", f"{forms / seconds:,.0f}"]


def copy(text: str, *, checked: bool, keep: bool) -> float:
    """Seconds of one COPY, with what a commit would check."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if not checked:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'clinical_filledform'::regclass"
                " AND tgname LIKE '%%filled_as_defined%%'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'ALTER TABLE clinical_filledform DISABLE TRIGGER "{name}"')
        began = time.perf_counter()
        cursor.copy_expert(
            f"COPY clinical_filledform ({', '.join(COLUMNS)}) FROM STDIN", io.StringIO(text)
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        took = time.perf_counter() - began
        transaction.set_rollback(not keep)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE clinical_filledform")
        cursor.execute("VACUUM clinical_filledformevent")
    return took


def measure_reads(study: Any, runs: int) -> Table:
    """One form, and the matrix beside the same numbers out of a table made for them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from clinical.models import Patient
    from clinical.selectors.definitions import collected_by
    from clinical.selectors.record import find_form
    from modeling.selectors.covariates import covariate_values

    patients = Patient.objects.filter(study=study)
    collected = collected_by(study)
    items = collected.definition.form_by_name["large"].items
    names = [item.name for item in items]
    _make_typed_table(items)

    def matrix() -> Any:
        return covariate_values(patients, collected, names, "visit")

    one = patients.order_by("pk")[0]

    def form() -> Any:
        collected_by(study)
        return find_form(one, "visit", "large")

    with CaptureQueriesContext(connection) as of_form:
        assert form() is not None
    with CaptureQueriesContext(connection) as of_matrix:
        ours = matrix()
    theirs = from_typed_table(names)
    assert ours.shape == theirs.shape == (len(patients), 1 + len(names))
    ordered = ours.sort_values("pk", ignore_index=True)
    assert all(ordered[name].tolist() == theirs[name].tolist() for name in names[:34])
    times = alternate({"ours": matrix, "typed": lambda: from_typed_table(names)}, runs)
    single = alternate({"form": form}, runs)["form"]
    return Table(
        ("read", "queries", "seconds", "ratio"),
        [
            ["one form, with what it collects", f"{len(of_form)}", f"{single:.4f}", ""],
            ["the matrix", f"{len(of_matrix)}", f"{times['ours']:.2f}", f"{times['ours'] / times['typed']:.1f}x"],
            ["the same out of a table with a typed column for each item", "1", f"{times['typed']:.2f}", ""],
        ],
        [f"{len(ours):,} x {len(names)}."],
    )  # fmt: skip


def _make_typed_table(items: Any) -> None:
    from django.db import connection

    columns = ", ".join(f"{item.name} {TYPES[item.type]}" for item in items)
    cast = ", ".join(f"(\"values\"->>'{item.name}')::{TYPES[item.type]}" for item in items)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE typed (pk bigint PRIMARY KEY, {columns})")
        cursor.execute(f"INSERT INTO typed SELECT patient_id, {cast} FROM clinical_filledform")  # noqa: S608 - names of ours
        cursor.execute("VACUUM ANALYZE typed")


def from_typed_table(names: list[str]) -> Any:
    import pandas as pd
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pk, {', '.join(names)} FROM typed ORDER BY pk")  # noqa: S608 - names of ours
        return pd.DataFrame.from_records(cursor.fetchall(), columns=["pk", *names])


if __name__ == "__main__":
    main()
