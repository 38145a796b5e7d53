"""A version's frozen dataset as a file, who may take it, and names of columns in a study's own dataset."""

import io

import pandas as pd
import pytest

from assays.models import Measurement, PlateRun, Specimen
from ciri import Covariate, FrozenTable, freeze_wide, read_export
from ciri.dataset.exported import DATASET_HEAD
from exports.models import Export
from exports.selectors.columns import IDENTITY
from exports.selectors.frozen import find_version
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.frozen_dataset import export_frozen_dataset
from exports.services.writers import WRITERS
from modeling.models import ModelVersion
from studies.models import Study
from studies.refusals import NotAllowed, Refused
from tests.factories import fill, make_member
from tests.integration.api import add_champion, measure, small_study

pytestmark = pytest.mark.django_db

PEOPLE = pd.DataFrame(
    {
        "subject": ["007", "P2"],
        "site": ["A", "B"],
        "cohort": "discovery",
        "role": ["train", "validate"],
        "time": [0.1 + 0.2, 30],
        "event": [True, False],
        "sex": ["female", None],
        "nlr": [1 / 3, None],
    }
)
READINGS = pd.DataFrame(
    [("007", "IL6", 1, 0.1, "in_range", None), ("007", "IL6", 2, None, "below_lloq", 3.2)],
    columns=["subject", "analyte", "replicate", "value", "flag", "limit"],
)


@pytest.fixture
def version(db: None) -> ModelVersion:
    return add_champion(small_study(2), table=FrozenTable.freeze(PEOPLE, READINGS))


def taken(version: ModelVersion, format: str = "csv") -> bytes:
    found = export_frozen_dataset(version=version, format=format, via="command", by=None)
    return b"".join(found.chunks())


def test_a_file_of_it_holds_every_reading_as_it_was_frozen(version: ModelVersion) -> None:
    head, first, second = taken(version).decode().splitlines()
    row = dict(zip(head.split(","), first.split(","), strict=True))
    assert (row["subject"], row["role"], row["time"], row["event"]) == (
        "007", "train", "0.30000000000000004", "TRUE",
    )  # fmt: skip
    assert (row["IL6"], row["IL6_flag"], row["IL6_low"]) == ("0.1", "in_range", "")
    assert (row["IL6 (repeat 2)"], row["IL6 (repeat 2)_low"]) == ("", "3.2")
    assert second.startswith("P2,B,discovery,validate,30.0,FALSE,")
    for format in WRITERS:
        frame = read_export(io.BytesIO(taken(version, format)))
        assert freeze_wide(frame).content_hash == version.dataset.content_hash
    export = Export.objects.latest("id")
    assert (export.row_count, export.version, export.endpoints) == (2, version, "OS")
    assert export.finished_at is not None


def test_a_version_is_called_by_model_and_number_or_as_the_one_in_use(
    version: ModelVersion,
) -> None:
    study = version.model.study
    assert find_version(study, "preCIRI14") == version
    assert find_version(study, "preCIRI14:1") == version
    for name in ("preCIRI14:2", "preCIRI14:x", "preCIRI14:²", "preCIRI14:" + "9" * 30, "other", ""):
        assert find_version(study, name) is None, name
    assert find_version(small_study(0), "preCIRI14") is None
    ModelVersion.objects.update(status="retired")
    assert find_version(study, "preCIRI14") is None
    assert find_version(study, "preCIRI14:1") == version


def test_it_is_for_those_who_may_export_the_whole_study(version: ModelVersion) -> None:
    study = version.model.study

    def ask(role: str, site: str | None = None) -> None:
        person = make_member(study, role, site=study.sites.get(code=site) if site else None)
        export_frozen_dataset(version=version, format="csv", via="page", by=person)

    ask("statistician")
    for role, site in (("monitor", None), ("manager", None), ("statistician", "A")):
        with pytest.raises(NotAllowed):
            ask(role, site)
    with pytest.raises(Refused, match="csv, excel, parquet, ndjson"):
        export_frozen_dataset(version=version, format="xls", via="page", by=None)
    assert Export.objects.count() == 1


def columns(study: Study) -> list[str]:
    found = export_analysis_dataset(study=study, recipe=Recipe(), via="command", by=None)
    return b"".join(found.chunks()).decode().splitlines()[0].split(",")


@pytest.mark.alone
def test_no_two_columns_of_a_study_have_one_name_and_each_leads_back(version: ModelVersion) -> None:
    study = version.model.study
    specimen, plate = Specimen.objects.get(label="P001-pre"), PlateRun.objects.get()
    symbols = ["il6", "IL6_flag", "IL6_low", "os_event", "AGE", "preCIRI14_group", "X (analyte)"]
    for value, symbol in enumerate(symbols, 1):
        measure(specimen, plate, symbol, float(value))
    add_champion(study, "PRECIRI14")
    found = columns(study)
    assert len({name.casefold() for name in found}) == len(found)
    content = b"".join(
        export_analysis_dataset(study=study, recipe=Recipe(), via="command", by=None).chunks()
    )
    table = freeze_wide(read_export(io.BytesIO(content)), endpoint="OS")
    known = table.measurements[table.measurements["subject"] == "P001"]
    read = dict(zip(known["analyte"], known["value"], strict=True))
    assert {symbol: read[symbol] for symbol in symbols} == {s: float(n) for n, s in enumerate(symbols, 1)}  # fmt: skip
    assert read["IL6"] == 10.0


OWN = (
    Covariate("ldh", unit="U/L", low=0, item="it-1", version=3),
    Covariate("mutation", "code", levels=("+", "-", "007")),
    Covariate("smoker", "truth"),
)


@pytest.mark.parametrize("format", WRITERS)
def test_covariates_of_a_study_come_back_from_its_file_to_the_bit(format: str) -> None:
    people = PEOPLE.drop(columns=["sex", "nlr"])
    people = people.assign(ldh=[0.1 + 0.2, None], mutation=["-", "007"], smoker=[True, None])
    table = FrozenTable.freeze(people, READINGS, OWN)
    file = io.BytesIO(taken(add_champion(small_study(2), table=table), format))
    told = None if format == "parquet" else OWN  # which says itself what it holds
    assert freeze_wide(read_export(file), None, told).to_bytes() == table.to_bytes()


def analysis_dataset(study: Study, format: str) -> io.BytesIO:
    made = export_analysis_dataset(
        study=study, recipe=Recipe(format=format), via="command", by=None
    )
    return io.BytesIO(b"".join(made.chunks()))


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("measured", [True, False])
def test_what_was_accepted_in_the_study_is_not_refused_in_its_export(
    format: str, measured: bool
) -> None:
    """All of them died, and IL6 is 10 in everybody: doubts in a frame of one's own."""
    study = small_study(25)
    if not measured:
        Measurement.objects.filter(specimen__study=study).delete()
    dataset = read_export(analysis_dataset(study, format))
    assert len(freeze_wide(dataset, endpoint="OS").subjects) == 25
    with pytest.raises(ValueError, match="only_events, column event"):
        freeze_wide(dataset.drop(columns="simulated"), endpoint="OS")
    table = freeze_wide(dataset, endpoint="OS")
    frozen = read_export(io.BytesIO(taken(add_champion(study, table=table), format)))
    assert freeze_wide(frozen).content_hash == table.content_hash


def test_the_method_knows_an_analysis_dataset_by_the_columns_that_it_has() -> None:
    assert tuple(column.name for column in IDENTITY) == DATASET_HEAD


@pytest.mark.parametrize("format", WRITERS)
def test_a_dataset_of_0_1_which_called_pd_l1_otherwise_is_still_read(format: str) -> None:
    study = small_study(25)
    fill(study.patients.first(), ecog=2)
    dataset = read_export(analysis_dataset(study, format))
    attrs, dataset.attrs = dataset.attrs, {}
    read = freeze_wide(dataset, endpoint="OS")
    assert read.subjects["ecog"].dropna().tolist() == [2.0]
    older = dataset.rename(columns={"pdl1": "pdl1_tps"}).drop(columns="ecog")
    frozen = freeze_wide(older, endpoint="OS")
    assert frozen.subjects["pdl1"].tolist() == [60.0] * 25
    pd.testing.assert_frame_equal(
        frozen.subjects.drop(columns="ecog"), read.subjects.drop(columns="ecog")
    )
    # What somebody put beside the columns of 0.1 was looked at by nobody.
    with pytest.raises(ValueError, match="constant, column pdl1"):
        freeze_wide(older.assign(pdl1=60.0), endpoint="OS")
    assert ("covariates" in attrs) == (format == "parquet")


def test_a_parquet_file_says_what_its_covariates_are() -> None:
    study = small_study(3)
    for patient, code in zip(study.patients.all(), "012", strict=True):
        fill(patient, ecog=code)
    table = freeze_wide(read_export(analysis_dataset(study, "parquet")), endpoint="OS", accept=[])
    ecog = table.covariate("ecog")
    assert (ecog.kind, ecog.ranks) == ("code", {str(n): float(n) for n in range(5)})
    assert (table.covariate("albumin").unit, ecog.version) == ("g/dL", 1)
    assert table.subjects["ecog"].tolist() == ["0", "1", "2"]
