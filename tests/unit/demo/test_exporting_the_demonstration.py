"""What a version was trained on, and what scores are made from, taken away in a file: 222 of 222 to the bit."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ciri import FrozenTable, TrainedModel, freeze_wide, read_export
from demo.load import load_demo
from exports.models import Export
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from jobs.work import Asked
from modeling.models import ModelVersion
from modeling.services.models import define_model
from modeling.services.scoring import compute_scores, store_scores
from modeling.services.training import compute_training, request_training, store_training
from studies.models import Membership, Study
from tests.factories import make_member
from tests.integration.api import client_with

pytestmark = pytest.mark.django_db

BODY = {
    "analytes": {"candidates": "all", "keep": 14},
    "covariates": ["age", "sex", "stage", "bmi", "albumin", "nlr", "pdl1"],
    "forest": {"trees": 50, "min_leaf": 15},
    "selection": {"resamples": 10, "trees": 20},
    "importance": {"repeats": 1},
    "cross_validation": {"folds": 2, "repeats": 1},
    "missing": "native",
    "seed": 7,
}


@pytest.fixture(scope="module")
def trained(made_once: None) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demo.load.MODELS", ())
        load_demo()
    study = Study.objects.get(code="DEMO")
    model = define_model(study=study, name="preCIRI21", body=BODY, by=None).model
    run = request_training(model=model, by=None)
    # Not as jobs: the lease of one that takes long is renewed from outside of this transaction.
    training = Asked(payload={"run": run.pk}, by=None)
    stored = store_training(training, compute_training(training, lambda done, text: None))
    scoring = Asked(payload={"version": stored["version"]}, by=None)
    store_scores(scoring, compute_scores(scoring, lambda done, text: None))
    return int(stored["version"])


@pytest.fixture
def version(db: None, trained: int) -> ModelVersion:
    return ModelVersion.objects.get(pk=trained)


def command(version: ModelVersion, tmp_path: Path, *more: str) -> Path:
    target = tmp_path / "taken"
    study = version.model.study.code
    call_command("export", "--study", study, "--output", str(target), *more)
    return target


def scored(version: ModelVersion, table: FrozenTable) -> dict[str, Any]:
    scores = TrainedModel.from_bytes(bytes(version.content)).score(table)
    columns = ["mortality", "percentile", "group", "basis"]
    return dict(zip(scores["subject"], scores[columns].itertuples(index=False, name=None), strict=True))  # fmt: skip


def of_the_version(version: ModelVersion) -> dict[str, Any]:
    rows = version.scores.values_list("patient__subject_id", "mortality", "percentile", "group", "basis")  # fmt: skip
    return {subject: tuple(rest) for subject, *rest in rows}


@pytest.mark.parametrize("format", ["csv", "excel", "parquet", "ndjson"])
def test_a_versions_dataset_from_its_file_alone_gives_all_its_scores(
    version: ModelVersion, tmp_path: Path, format: str
) -> None:
    file = command(version, tmp_path, "--dataset", "preCIRI21:1", "--format", format)
    frozen = FrozenTable.from_bytes(bytes(version.dataset.content))
    # A Parquet file says what its covariates are; to the others the description is handed over.
    told = None if format == "parquet" else frozen.covariates
    table = freeze_wide(read_export(file), covariates=told)
    assert table.content_hash == version.dataset.content_hash
    assert scored(version, freeze_wide(read_export(file))) == of_the_version(version)
    assert table.subjects["role"].value_counts().to_dict() == {"train": 123, "validate": 99}
    expected = of_the_version(version)
    assert len(expected) == 222
    assert scored(version, table) == expected
    assert sum(basis == "out-of-bag" for *_, basis in expected.values()) == 123


@pytest.mark.parametrize("format", ["csv", "parquet", "ndjson"])
def test_so_does_the_analysis_dataset(version: ModelVersion, tmp_path: Path, format: str) -> None:
    file = command(version, tmp_path, "--format", format)
    frame = read_export(file)
    assert frame.filter(like="_low").notna().any(axis=None)
    table = freeze_wide(frame, endpoint="OS", require_outcome=False)
    assert scored(version, table) == of_the_version(version)


def test_the_limits_are_what_it_needs(version: ModelVersion) -> None:
    chunks = export_analysis_dataset(
        study=version.model.study, recipe=Recipe(), via="command", by=None
    ).chunks()
    frame = read_export(io.BytesIO(b"".join(chunks)))
    blind = frame.drop(columns=[c for c in frame if c.endswith(("_low", "_high"))])
    blind = blind.mask(blind.isin(["below_lloq", "above_uloq"]), "missing")
    agreeing = scored(version, freeze_wide(blind, endpoint="OS")).items()
    assert len(agreeing & of_the_version(version).items()) < 222


def test_page_and_api_give_the_same_file_and_record_it(
    version: ModelVersion, tmp_path: Path
) -> None:
    study = version.model.study
    by_command = command(version, tmp_path, "--dataset", "preCIRI21").read_bytes()
    client = client_with(study, "statistician", "export")
    address = f"/api/v1/studies/{study.code}/models/preCIRI21/versions/1/dataset"
    assert client.head(address)["Content-Type"] == "text/csv; charset=utf-8"
    assert client.get(address).getvalue() == by_command
    person = Client()
    person.force_login(make_member(study, "statistician"))
    page = f"/studies/{study.code}/models/preCIRI21/v1/"
    assert f'href="{page}dataset/?format=parquet"' in person.get(page).content.decode()
    answer = person.get(f"{page}dataset/?format=csv")
    assert answer.getvalue() == by_command
    assert "-simulated.csv" in answer["Content-Disposition"]
    taken = Export.objects.filter(version=version)
    assert {(e.row_count, e.sha256) for e in taken} == {(222, taken[0].sha256)}
    assert {e.via for e in taken} == {"command", "api", "page"}
    assert "preCIRI21 v1" in person.get(f"/studies/{study.code}/export/").content.decode()
    assert person.get(f"{page}dataset/?format=xls").status_code == 302
    assert client.get(f"{address}?format=xls").status_code == 400
    assert client.get(address.replace("/1/", "/9/")).status_code == 404


def test_who_is_bound_to_a_site_or_may_not_export_gets_none(version: ModelVersion) -> None:
    study = version.model.study
    address = f"/api/v1/studies/{study.code}/models/preCIRI21/versions/1/dataset"
    client = client_with(study, "statistician", "export", site=study.sites.get(code="A"))
    answer = client.get(address)
    assert (answer.status_code, "bound to one" in answer.json()["detail"]) == (403, True)
    assert client_with(study, "statistician", "read").get(address).status_code == 403
    person = Client()
    person.force_login(make_member(study, "monitor"))
    page = f"/studies/{study.code}/models/preCIRI21/v1/"
    assert person.get(f"{page}dataset/").status_code == 403
    assert "dataset/?format" not in person.get(page).content.decode()
    assert Membership.objects.filter(study=study).exists()


def test_the_command_says_what_there_is(version: ModelVersion, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no version 'x:1'; write MODEL:NUMBER.*preCIRI21"):
        command(version, tmp_path, "--dataset", "x:1")
    with pytest.raises(CommandError, match="leave out --timepoint, --known-at"):
        command(version, tmp_path, "--dataset", "preCIRI21", "--timepoint", "pre", "--known-at", "x")  # fmt: skip


def test_pandas_own_reader_gives_the_same_numbers(version: ModelVersion, tmp_path: Path) -> None:
    file = command(version, tmp_path, "--dataset", "preCIRI21")
    pd.testing.assert_frame_equal(pd.read_csv(file), read_export(file))
