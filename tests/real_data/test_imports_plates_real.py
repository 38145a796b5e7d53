"""The three real plate files in the database, each against a reader of a few lines written here."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from assays.models import Measurement, PlateRun, Well
from assays.services.naming import NameChoice, name_analytes
from imports.models import ImportBatch
from imports.services.batches import commit_import, preview_import
from studies.models import Study
from tests.factories import StudyFactory, make_member
from tests.integration.plates import previewed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("YOGO_REAL_DATA", ROOT.parent / "shared" / "data"))
XPONENT = FOLDER / "luminex" / "xponent_30plex_plate.csv"
BIOPLEX = FOLDER / "luminex" / "bioplex_27plex_plate.xls"
OLINK = FOLDER / "olink_npx" / "olink_target96_npx.xlsx"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (XPONENT.exists() and BIOPLEX.exists() and OLINK.exists()),
        reason="The real plate files are not here (YOGO_REAL_DATA names their folder).",
    ),
]


@pytest.fixture
def study() -> Study:
    call_command("load_analytes", verbosity=0)
    return StudyFactory(code="ICI")


def imported(study: Study, file: Path, **answers: str) -> ImportBatch:
    """The file, committed; `answers` are symbols for the names that it asks about."""
    batch = previewed(study, file.read_bytes(), name=file.name)
    if answers:
        asked = {question["name"] for question in batch.preview["questions"]}
        assert asked == set(answers)
        choices = [NameChoice(name, "is", analyte=symbol) for name, symbol in answers.items()]
        batch = preview_import(batch=name_analytes(batch=batch, choices=choices, by=None), by=None)
    assert batch.state == "previewed", batch.message
    return commit_import(batch=batch, by=None)


def stored(batch: ImportBatch) -> dict[tuple[str, str], str]:
    """(well, name in the file) -> text, as the database has them."""
    names = {
        (told.plate_run_id, told.analyte_id): told.name
        for run in PlateRun.objects.filter(source=batch)
        for told in run.plate_analytes.all()
    }
    rows = Measurement.objects.filter(plate_run__source=batch).values_list(
        "well__position", "plate_run_id", "analyte_id", "value_text"
    )
    return {(well, names[run, analyte]): text for well, run, analyte, text in rows}


def kinds(texts: list[str]) -> Counter[str]:
    """How many texts of each kind a file has, by the marks that it writes."""

    def kind(text: str) -> str:
        text = text.strip()
        marks = (("OOR <", "OOR <"), ("OOR >", "OOR >"), ("***", "***"), ("---", "---"))
        for mark, name in (*marks, ("<", "< n"), (">", "> n"), ("*", "extrapolated")):
            if text.startswith(mark):
                return name
        return "NaN" if text in ("NaN", "") else "number"

    return Counter(map(kind, texts))


def flags() -> Counter[str]:
    """How many measurements of each flag the database has."""
    return Counter(Measurement.objects.order_by().values_list("flag", flat=True))


def xponent_block(name: str) -> list[list[str]]:
    """The cells of the thirty analytes in a block of the file, a row for each of the 96 wells."""
    lines = list(csv.reader(XPONENT.read_text(encoding="utf-8").splitlines()))
    start = next(i for i, line in enumerate(lines) if line[:2] == ["DataType:", name])
    return [line[2:32] for line in lines[start + 2 : start + 98]]


def unchanged_by_a_second_import(study: Study, file: Path) -> None:
    before = Measurement.objects.count(), Well.objects.count(), PlateRun.objects.count()
    again = previewed(study, file.read_bytes(), name=file.name)
    if again.state == "previewed":
        assert again.preview["writes"] == {}
        commit_import(batch=again, by=None)
    assert before == (Measurement.objects.count(), Well.objects.count(), PlateRun.objects.count())


def original(study: Study, batch: ImportBatch) -> bytes:
    client = Client()
    client.force_login(make_member(study, "laboratory"))
    return client.get(reverse("imports:import_original", args=[study.code, batch.pk])).content


def test_the_xponent_plate(study: Study) -> None:
    # The file's own names of three assays fit several proteins each; the laboratory knows its kit.
    batch = imported(study, XPONENT, FGF="FGF2", IFNa="IFNA2", IL12="IL12A")
    lines = list(csv.reader(XPONENT.read_text(encoding="utf-8").splitlines()))
    start = lines.index(next(line for line in lines if line[:2] == ["DataType:", "Result"]))
    names = lines[start + 1][2:32]
    told = {
        (line[0].split(",")[1].rstrip(")"), name): text
        for line in lines[start + 2 : start + 98]
        for name, text in zip(names, line[2:32], strict=True)
    }
    assert stored(batch) == told
    assert len(told) == 96 * 30
    results, comments = xponent_block("Result"), xponent_block("Comments")
    expected = Counter(
        {"<": "below_lloq", ">": "above_uloq", "N": "missing"}.get(
            text[:1], "extrapolated" if comment == "Extrapolated" else "in_range"
        )
        for row, said in zip(results, comments, strict=True)
        for text, comment in zip(row, said, strict=True)
    )
    assert flags() == expected
    assert (expected["extrapolated"], expected["below_lloq"]) == (178, 208)
    limits = Measurement.objects.filter(flag="below_lloq").values_list("value_text", "limit")
    assert all(float(text.lstrip("< ")) == limit for text, limit in limits)
    for value, text in Measurement.objects.filter(value__isnull=False).values_list(
        "value", "value_text"
    ):
        assert value == float(text)
    run = PlateRun.objects.get()
    assert run.acquired_at.isoformat() == "2014-02-28T12:44:35+00:00"  # 21:44:35 in Tokyo
    assert original(study, batch) == XPONENT.read_bytes()
    assert Measurement.objects.filter(remark="Control Failed.").exists()
    unchanged_by_a_second_import(study, XPONENT)


def bioplex_flag(observed: float | str, *, fluorescence: float | str) -> str:
    """By the marks that the foot of each sheet explains."""
    if isinstance(observed, float):
        return "in_range"
    if observed in ("", "***"):
        return "outlier" if fluorescence == "---" else "missing"
    if observed.startswith("OOR"):
        return "below_lloq" if "<" in observed else "above_uloq"
    return "extrapolated" if observed.startswith("*") else observed


def test_the_bioplex_plate(study: Study) -> None:
    batch = imported(study, BIOPLEX)
    book = CalamineWorkbook.from_path(BIOPLEX)
    told, expected = {}, Counter[str]()
    for sheet in book.sheet_names[:-1]:  # the last is no analyte's
        rows = book.get_sheet_by_name(sheet).to_python()
        for row in rows:
            if row[0] == sheet:
                told[row[2], sheet] = row[9]
                expected[bioplex_flag(row[9], fluorescence=row[5])] += 1
    found = stored(batch)
    assert found.keys() == told.keys()
    assert len(told) == 48 * 27
    for key, cell in told.items():
        same = float(found[key]) == cell if isinstance(cell, float) else found[key] == cell
        assert same, key
    texts = kinds([str(cell) for cell in told.values()])
    assert kinds(list(found.values())) == texts
    assert flags() == expected
    assert (expected["outlier"], expected["missing"], expected["extrapolated"]) == (37, 297, 227)
    assert original(study, batch) == BIOPLEX.read_bytes()
    unchanged_by_a_second_import(study, BIOPLEX)


def test_the_olink_project(study: Study) -> None:
    batch = imported(study, OLINK)
    rows = (
        CalamineWorkbook.from_path(OLINK).get_sheet_by_name("INF").to_python(skip_empty_area=False)
    )
    at = next(i for i, row in enumerate(rows) if row[0] == "Assay")
    lod = next(row for row in rows if row[0] == "LOD")
    names = rows[at][1:93]
    samples = [row for row in rows[at + 3 : rows.index(lod)] if row[0]]
    assert (len(samples), len(set(names))) == (584, 92)
    assert Well.objects.count() == 584
    assert PlateRun.objects.count() == len({row[93] for row in samples}) == 7
    found = stored(batch)
    told = Counter((name, row[i]) for row in samples for i, name in enumerate(names, start=1))
    kept = Counter(
        (name, float(text) if text not in ("", "NaN", "NA") else "")
        for (_well, name), text in found.items()
    )
    assert sum(kept.values()) == 584 * 92
    numbers = {key: n for key, n in told.items() if isinstance(key[1], float)}
    assert {key: n for key, n in kept.items() if key[1] != ""} == numbers
    below = sum(
        isinstance(row[i], float) and row[i] < lod[i] for row in samples for i in range(1, 93)
    )
    assert Measurement.objects.filter(flag="below_lloq", value__isnull=False).count() == below
    missing = sum(not isinstance(row[i], float) for row in samples for i in range(1, 93))
    in_range = 584 * 92 - below - missing
    assert flags() == {"in_range": in_range, "below_lloq": below, "missing": missing}
    assert (below, missing) == (10708, 33)
    assert original(study, batch) == OLINK.read_bytes()
    unchanged_by_a_second_import(study, OLINK)
