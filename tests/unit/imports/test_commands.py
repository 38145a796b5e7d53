"""The import commands: counts to read, --json, and a sentence with exit code 1 where refused."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinical.models import Patient
from imports.models import ImportBatch
from studies.models import Study

pytestmark = pytest.mark.django_db

MAPPING = """
subject_id: id
site: {constant: A, create: true}
cohort: {constant: discovery, create: true}
index_date: {column: start, year: true}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "patients.csv").write_text("id,start\nS1,2019\nS2,2020\n")
    (tmp_path / "map.yaml").write_text(MAPPING)
    return str(tmp_path / "patients.csv"), str(tmp_path / "map.yaml")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_study_is_made_once() -> None:
    assert "made" in run("create_study", "X1", "--title", "One")
    assert "already there" in run("create_study", "X1", "--title", "One")
    assert Study.objects.count() == 1
    with pytest.raises(CommandError, match="Choose another code"):
        run("create_study", "X1", "--title", "Two")
    with pytest.raises(CommandError, match="Use letters"):
        run("create_study", "X 1", "--title", "Two")


def test_a_dry_run_shows_rows_and_writes_nothing(files: tuple[str, str]) -> None:
    run("create_study", "X1", "--title", "One")
    out = run("import_clinical", files[0], "--study", "X1", "--mapping", files[1], "--dry-run")
    assert "Rows: 2 new" in out
    written = out.split("Would write: ")[1].splitlines()[0].split(", ")
    assert sorted(written) == ["new cohorts 1", "new patients 2", "new sites 1"]
    assert "index_date: 2019-01-01" in out
    assert not Patient.objects.exists()


def test_the_counts_come_as_json_and_are_the_same_twice(files: tuple[str, str]) -> None:
    run("create_study", "X1", "--title", "One")
    arguments = ("import_clinical", files[0], "--study", "X1", "--mapping", files[1], "--json")
    assert json.loads(run(*arguments))["rows"]["new"] == 2
    assert json.loads(run(*arguments))["rows"]["unchanged"] == 2
    assert Patient.objects.count() == 2


def test_what_is_refused_leaves_with_the_sentences(files: tuple[str, str], settings) -> None:
    run("create_study", "X1", "--title", "One")
    Path(files[0]).write_text("id,start\nS1,soon\n")
    with pytest.raises(CommandError, match="Row 2, column “start”, value “soon”"):
        run("import_clinical", files[0], "--study", "X1", "--mapping", files[1])
    with pytest.raises(CommandError, match="There is no study 'X9'"):
        run("import_clinical", files[0], "--study", "X9", "--mapping", files[1])
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_clinical", files[0] + "x", "--study", "X1", "--mapping", files[1])
    assert not Patient.objects.exists()


def test_a_file_of_200_mb_is_refused_at_once(files: tuple[str, str]) -> None:
    run("create_study", "X1", "--title", "One")
    with open(files[0], "wb") as large:
        large.truncate(200_000_000)
    with pytest.raises(CommandError, match=r"has 200\.0 MB; at most 100 MB"):
        run("import_clinical", files[0], "--study", "X1", "--mapping", files[1])
    assert not ImportBatch.objects.exists()


def test_the_catalogue_is_loaded_twice_without_doubling() -> None:
    assert run("load_analytes").startswith("141 new analytes")
    assert run("load_analytes").startswith("0 new analytes, 0 new names, 141")
