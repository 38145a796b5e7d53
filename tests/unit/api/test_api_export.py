"""The analysis dataset: what stands in it, that all ways give the same bytes, and that it is recorded."""

import csv
import hashlib
import io
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assays.models import PlateRun, Specimen
from exports.models import Export
from exports.selectors import dataset as dataset_selector
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from studies.models import Study
from studies.refusals import NotAllowed
from tests.factories import make_member
from tests.integration.api import add_champion, client_with, measure, small_study

pytestmark = pytest.mark.django_db
CORRECTED = """
UPDATE clinical_filledform SET "values" = jsonb_set("values", '{age}', '99') WHERE "values" ? 'age'
"""


@pytest.fixture
def study() -> Study:
    made = small_study()
    add_champion(made)
    return made


def taken(study: Study, **recipe: Any) -> bytes:
    return b"".join(
        export_analysis_dataset(
            study=study, recipe=Recipe(**recipe), via="command", by=None
        ).chunks()
    )


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def asked(study: Study, query: str = "") -> str:
    return f"/api/v1/studies/{study.code}/analysis-dataset{query}"


def test_a_row_holds_outcome_covariates_analytes_and_the_champions_score(study: Study) -> None:
    first = rows(taken(study))[0]
    assert (first["subject"], first["site"], first["cohort"]) == ("P001", "A", "discovery")
    assert (first["os_days"], first["os_event"]) == ("100", "TRUE")
    assert (first["pfs_days"], first["pfs_event"]) == ("20", "TRUE")
    assert (first["age"], first["albumin"], first["pdl1_class"]) == ("60.0", "3.5", ">=50")
    assert (first["IL6"], first["IL6_flag"]) == ("10.0", "in_range")
    assert (first["IL6_low"], first["IL6_high"]) == ("", "")
    assert (first["CXCL8"], first["CXCL8_flag"]) == ("", "below_lloq")
    assert (first["CXCL8_low"], first["CXCL8_high"]) == ("3.2", "")
    assert first["preCIRI14_mortality"] == "12.5"
    assert first["preCIRI14_group"] == "poor"
    assert (first["preCIRI14_version"], first["preCIRI14_basis"]) == ("1", "prediction")


def test_every_format_holds_the_same(study: Study) -> None:
    table = pq.read_table(io.BytesIO(taken(study, format="parquet"))).to_pylist()
    lines = [json.loads(line) for line in taken(study, format="ndjson").splitlines()]
    assert [
        {k: v for k, v in row.items() if "date" not in k and k != "events_until"} for row in table
    ] == [
        {k: v for k, v in row.items() if "date" not in k and k != "events_until"} for row in lines
    ]
    assert [row["subject"] for row in lines] == ["P001", "P002", "P003"]


def test_the_timepoint_chooses_the_analytes_and_the_endpoint_the_outcome(study: Study) -> None:
    columns = list(rows(taken(study, timepoint="edt", endpoint="PFS"))[0])
    assert "IL6" not in columns
    assert "pfs_days" in columns
    assert "os_days" not in columns


def test_patients_begun_after_the_day_are_not_in_it(study: Study) -> None:
    first = study.patients.get(subject_id="P001")
    day_before = first.index_date - timedelta(days=1)
    assert rows(taken(study, events_until=day_before)) == []
    then = rows(taken(study, events_until=first.index_date + timedelta(days=30)))
    assert [row["os_event"] for row in then] == ["FALSE"] * 3


def test_values_in_different_units_never_share_a_column(study: Study) -> None:
    specimen = Specimen.objects.get(label="P001-pre")
    plate = PlateRun.objects.get()
    measure(specimen, plate, "IL6", 4.2, unit="NPX", replicate=2)
    measure(specimen, plate, "IL6", 12.0, replicate=3)
    first, second, _ = rows(taken(study))
    assert (first["IL6 (pg/mL)"], first["IL6 (NPX)"]) == ("11.0", "4.2")
    assert (second["IL6 (pg/mL)"], second["IL6 (NPX)"], second["IL6 (NPX)_flag"]) == (
        "10.0",
        "",
        "",
    )


def test_a_symbol_that_is_also_a_covariate_keeps_its_own_column(study: Study) -> None:
    measure(Specimen.objects.get(label="P001-pre"), PlateRun.objects.get(), "AGE", 1.5)
    first = rows(taken(study))[0]
    assert (first["age"], first["AGE (analyte)"]) == ("60.0", "1.5")


def test_blocks_give_every_patient_once_whatever_their_size(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = taken(study)
    monkeypatch.setattr(dataset_selector, "PATIENTS_PER_BLOCK", 2)
    assert taken(study) == whole


def test_memory_and_queries_grow_with_the_blocks_not_with_the_patients(study: Study) -> None:
    counts = []
    for made in (study, small_study(9)):
        if made != study:
            add_champion(made, "m")
        with CaptureQueriesContext(connection) as queries:
            taken(made)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_simulated_study_says_so_in_name_header_and_column() -> None:
    study = small_study(1, is_simulated=True)
    answer = client_with(study, "statistician", "export").get(asked(study))
    assert "-simulated.csv" in answer["Content-Disposition"]
    assert answer["X-Yogo-Simulated"] == "true"
    assert rows(answer.getvalue())[0]["simulated"] == "TRUE"


def test_the_api_and_the_command_give_the_same_bytes(
    study: Study, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    client = client_with(study, "statistician", "export")
    for name in Export.Format.values:
        by_api = client.get(asked(study, f"?format={name}&timepoint=pre")).getvalue()
        target = tmp_path / f"out.{name}"
        call_command("export", "--study", study.code, "--format", name, "--output", str(target))
        assert target.read_bytes() == by_api
        assert list(tmp_path.glob(".*")) == []
    capfdbinary.readouterr()
    call_command("export", "--study", study.code, "--format", "parquet")
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == (tmp_path / "out.parquet").read_bytes()


def test_an_export_is_recorded_with_its_recipe_and_hash(study: Study) -> None:
    client = client_with(study, "statistician", "export")
    content = client.get(asked(study, "?format=ndjson&events_until=2021-01-01")).getvalue()
    export = Export.objects.get()
    assert (export.via, export.format, str(export.events_until)) == ("api", "ndjson", "2021-01-01")
    assert export.endpoints == "OS+PFS"
    assert export.champions == {"preCIRI14": 1}
    assert (export.row_count, export.size) == (3, len(content))
    assert export.sha256 == hashlib.sha256(content).hexdigest()
    assert export.token is not None
    assert export.made_by == export.token.user
    assert export.history.count() == 2


def test_an_export_whose_reader_went_away_stays_unfinished(study: Study) -> None:
    chunks = export_analysis_dataset(study=study, recipe=Recipe(), via="page", by=None).chunks()
    next(chunks)
    chunks.close()
    export = Export.objects.get()
    assert export.finished_at is None
    assert export.sha256 == ""


def test_the_database_refuses_a_finished_export_without_a_hash(study: Study) -> None:
    taken(study)
    with (
        pytest.raises(IntegrityError, match="exports_export_finished_has_a_hash"),
        transaction.atomic(),
    ):
        Export.objects.update(sha256="")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?format=xlsx", "csv, excel, parquet, ndjson"),
        ("?timepoint=post", "pre, edt"),
        ("?endpoint=ORR", "OS, PFS"),
        ("?events_until=2020-13-01", "YYYY-MM-DD"),
        ("?events_until=2999-01-01", "lies in the future"),
        ("?formt=csv", "no parameter “formt”"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_allowed(
    study: Study, query: str, says: str
) -> None:
    answer = client_with(study, "statistician", "export").get(asked(study, query))
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert says in answer.json()["detail"]
    assert not Export.objects.exists()


def test_an_accept_header_changes_nothing(study: Study) -> None:
    client = client_with(study, "statistician", "export")
    answer = client.get(asked(study), headers={"accept": "text/csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    refused = client.get(asked(study, "?format=x"), headers={"accept": "text/csv"})
    assert refused.json()["detail"]


def test_who_may_not_export_is_refused_by_the_service_too(study: Study) -> None:
    with pytest.raises(NotAllowed):
        export_analysis_dataset(
            study=study, recipe=Recipe(), via="page", by=make_member(study, "monitor")
        )


def test_a_statistician_of_one_site_exports_its_patients_alone(study: Study) -> None:
    site = study.sites.get(code="B")
    client = client_with(study, "statistician", "export", site=site)
    assert [row["subject"] for row in rows(client.get(asked(study)).getvalue())] == ["P002"]


def test_the_command_says_what_is_wrong(study: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no study 'NONE'"):
        call_command("export", "--study", "NONE")
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("export", "--study", study.code, "--events-until", "soon")
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    with pytest.raises(CommandError, match="lies in the future"):
        call_command("export", "--study", study.code, "--events-until", tomorrow)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export", "--study", study.code, "--output", str(tmp_path / "no" / "x.csv"))


@pytest.mark.django_db(transaction=True)
def test_what_changes_while_the_file_is_read_is_not_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = small_study(3)
    before = taken(study)
    monkeypatch.setattr(dataset_selector, "PATIENTS_PER_BLOCK", 1)
    chunks = export_analysis_dataset(study=study, recipe=Recipe(), via="page", by=None).chunks()
    begun = next(chunks) + next(chunks)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(CORRECTED)
    other.close()
    assert begun + b"".join(chunks) == before
    assert taken(study) != before
