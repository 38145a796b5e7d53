"""Covariates that a study defines: frozen, written to a file, read back, trained on and explained."""

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from ciri import (
    Covariate,
    FrozenTable,
    Refused,
    TrainedModel,
    describe,
    freeze_wide,
    oob_permutation_importance,
    parse_specification,
    partial_dependence,
    read_export,
    train,
    widen,
)
from ciri.dataset.columns import guard
from ciri.dataset.frozen import subject_columns
from ciri.survival.outcome import outcome_of

from .own import FEATURES, HISTOLOGIES, OWN, SMALL, N, wide


@pytest.fixture(scope="module")
def table() -> FrozenTable:
    return freeze_wide(wide(), ["A", "B", "C"], OWN)


@pytest.fixture(scope="module")
def model(table: FrozenTable) -> TrainedModel:
    return train(parse_specification(SMALL), table)


# Files


def test_the_table_describes_itself(table: FrozenTable) -> None:
    content = table.to_bytes()
    header = content.split(b"\n")[0].decode()
    assert header.startswith('{"format":"yogo frozen table 2","subjects":90,"covariates":[')
    assert '{"name":"ldh","kind":"number","unit":"U/L","low":0.0,' in header
    assert '"item":"it-1","version":3}' in header
    again = FrozenTable.from_bytes(content)
    assert again.covariates == OWN
    assert again.content_hash == table.content_hash
    pd.testing.assert_frame_equal(again.subjects, table.subjects)


def test_another_description_is_another_content(table: FrozenTable) -> None:
    amended = [OWN[0], *(Covariate.from_dict({**one.to_dict(), "version": 4}) for one in OWN[1:])]
    other = FrozenTable.freeze(table.subjects, table.measurements, amended)
    assert other.content_hash != table.content_hash


def files(table: FrozenTable) -> Iterator[io.BytesIO]:
    frame = widen(table)
    text = frame.rename(columns=guard).map(
        lambda cell: guard(cell) if isinstance(cell, str) else cell
    )
    yield io.BytesIO(text.to_csv(index=False).encode())
    yield io.BytesIO(
        (frame.to_json(orient="records", lines=True, double_precision=15) + "\n").encode()
    )
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    yield io.BytesIO(parquet.getvalue())


def test_it_comes_back_from_a_file_to_the_bit(table: FrozenTable) -> None:
    assert freeze_wide(widen(table)).to_bytes() == table.to_bytes()
    csv, ndjson, parquet = files(table)
    for file in (csv, parquet):
        assert freeze_wide(read_export(file), None, OWN).to_bytes() == table.to_bytes()
    parquet.seek(0)
    assert freeze_wide(read_export(parquet)).to_bytes() == table.to_bytes()
    found = freeze_wide(read_export(ndjson), None, OWN).subjects  # pandas writes rounded numbers
    columns = list(subject_columns(OWN))
    pd.testing.assert_frame_equal(found[columns], table.subjects[columns])


def test_codes_that_a_file_gave_as_numbers_are_codes_again() -> None:
    frame = wide().assign(performance=[0.0, 1.0, None] * 30, histology="007", smoker="TRUE")
    csv = io.BytesIO(frame.to_csv(index=False).encode())
    table = freeze_wide(read_export(csv), ["A"], OWN)
    assert table.subjects["performance"].tolist()[:3] == ["0", "1", None]
    assert set(table.subjects["histology"]) == {"007"}
    assert set(table.subjects["smoker"]) == {1.0}
    with pytest.raises(Refused, match="column performance holds '7'; it must be one of 0, 1, 2"):
        freeze_wide(frame.assign(performance=7, smoker=True), ["A"], OWN)


def test_a_covariate_beside_one_that_looks_like_its_flag_is_no_analyte() -> None:
    own = [Covariate("iron"), Covariate("iron_flag", "truth")]
    frame = wide().assign(iron=np.arange(N), iron_flag=True)
    table = freeze_wide(frame, ["A"], own)
    assert freeze_wide(widen(table)).to_bytes() == table.to_bytes()


# Models


def test_a_model_reads_each_kind(model: TrainedModel) -> None:
    assert model.features[2:] == FEATURES
    assert model.report["covariates"] == [one.name for one in OWN]


def test_an_unordered_code_is_a_column_for_each_level(
    model: TrainedModel, table: FrozenTable
) -> None:
    values = model.transform.raw(table)
    people = table.subjects.set_index("subject")
    unknown = people["histology"].isna()
    assert unknown.any()
    for code in HISTOLOGIES:
        column = values[f"histology = {code}"]
        assert column[unknown].isna().all()
        assert (column[~unknown] == (people["histology"] == code)[~unknown]).all()
    assert values["performance"].dropna().isin([0, 1, 2.5]).all()
    assert values["side"][people["side"] == "right"].eq(1.0).all()
    assert values["smoker"].isna().equals(people["smoker"].isna())


def test_an_unordered_code_counts_as_one_input(model: TrainedModel, table: FrozenTable) -> None:
    only = table.subjects.assign(ldh=np.nan, smoker=np.nan, performance=None, side=None)
    bare = FrozenTable.freeze(only, table.measurements, OWN)
    analytes, covariates = model.transform.known(bare)
    assert list(analytes.columns) == model.selected
    assert list(covariates.columns) == [one.name for one in OWN]
    assert covariates.mean(axis=1).max() == 0.2


def test_the_median_fills_and_one_column_marks_what_was_unknown(table: FrozenTable) -> None:
    told = parse_specification({**SMALL, "missing": "median"})
    features = train(told, table).features
    assert [name for name in features if name.endswith("is missing")] == [
        f"{one.name} is missing" for one in OWN
    ]
    place = features.index("histology is missing")
    assert features[place - 1] == "histology = 007"


def test_it_is_stored_with_what_its_covariates_mean_and_scores_the_same(
    model: TrainedModel, table: FrozenTable
) -> None:
    again = TrainedModel.from_bytes(model.to_bytes())
    assert again.transform == model.transform
    assert again.transform.described == OWN
    assert again.to_bytes() == model.to_bytes()
    pd.testing.assert_frame_equal(again.score(table), model.score(table))


def test_it_is_explained_and_drawn_over(model: TrainedModel, table: FrozenTable) -> None:
    explained = model.explain(table)
    assert list(explained.features.columns) == model.features
    scores = model.score(table)["mortality"].to_numpy(dtype=np.float64)
    np.testing.assert_allclose(explained.score, scores, atol=1e-9)
    inputs, _ = model.inputs(table)
    grid = partial_dependence(model.forest, inputs, "histology = adeno")
    assert set(grid.curve["value"].dropna()) <= {0.0, 1.0}


def test_importance_finds_the_covariate_that_drives_the_outcome(
    model: TrainedModel, table: FrozenTable
) -> None:
    features = model.transform.apply(table).loc[model.training_subjects]
    people = table.subjects.set_index("subject").loc[model.training_subjects]
    found = oob_permutation_importance(model.forest, features, outcome_of(people), 5, 1)
    clinical = found[found["feature"].isin(FEATURES)]
    assert clinical.loc[clinical["mean"].idxmax(), "feature"] == "ldh"


def test_own_codes_and_truths_are_strata_and_own_factors_are_clinical(model: TrainedModel) -> None:
    strata = {row["stratum"]: [] for row in model.report["strata"]["train"]}
    for row in model.report["strata"]["train"]:
        strata[row["stratum"]].append(row["level"])
    assert list(strata) == ["overall", "smoker", "histology", "performance", "side"]
    assert strata["performance"] == ["0", "1", "2", "unknown"]
    assert strata["smoker"] == ["no", "yes", "unknown"]
    assert "reason" not in model.report["added_value"]["clinical"]
    assert set(model.report["added_value"]) == {"clinical"}  # there is no marker in this table


def test_a_paragraph_names_them(model: TrainedModel) -> None:
    assert "ldh, smoker, histology, performance and side" in describe(model.specification)


# Where a specification meets a table


def test_a_covariate_that_the_table_has_not_is_told_with_those_that_it_has(
    table: FrozenTable,
) -> None:
    told = parse_specification({**SMALL, "covariates": ["lhd"]})
    with pytest.raises(Refused) as caught:
        train(told, table)
    assert str(caught.value) == (
        "The table has no covariate lhd; it has ldh, smoker, histology, performance, side. Did you mean ldh?"
    )
    with pytest.raises(Refused, match="no covariate weight; it has ldh, smoker") as caught:
        train(parse_specification({**SMALL, "covariates": ["weight"]}), table)
    assert caught.value.code == "covariate_absent"


def test_a_model_is_not_asked_about_numbers_of_another_meaning(
    model: TrainedModel, table: FrozenTable
) -> None:
    in_katal = [Covariate("ldh", unit="ukat/L"), *OWN[1:]]
    other = FrozenTable.freeze(table.subjects, table.measurements, in_katal)
    with pytest.raises(
        Refused, match=r"ldh is a number ukat/L in this table, .* learnt a number U/L"
    ):
        model.score(other)
    annotated = [Covariate("ldh", unit="U/L{serum}"), *OWN[1:]]
    same = FrozenTable.freeze(table.subjects, table.measurements, annotated)
    pd.testing.assert_frame_equal(model.score(same), model.score(table))


def test_a_code_that_was_added_since_is_unknown_to_the_model(
    model: TrainedModel, table: FrozenTable
) -> None:
    amended = [*OWN[:2], Covariate("histology", "code", levels=(*HISTOLOGIES, "large")), *OWN[3:]]
    people = table.subjects.assign(histology="large")
    other = FrozenTable.freeze(people, table.measurements, amended)
    features = model.transform.raw(other)
    assert list(features.columns) == model.features
    assert features[[name for name in features if "histology" in name]].isna().all(axis=None)


def test_a_name_is_no_analyte_and_no_covariate_at_once(table: FrozenTable) -> None:
    own = [Covariate("A")]
    both = FrozenTable.freeze(table.subjects.rename(columns={"ldh": "A"}).drop(columns=[one.name for one in OWN[1:]]), table.measurements, own)  # fmt: skip
    with pytest.raises(Refused, match="'A' names both an analyte and a covariate"):
        train(parse_specification({**SMALL, "covariates": ["A"]}), both)


def test_a_class_can_be_read_of_any_table_that_has_the_number(table: FrozenTable) -> None:
    told = parse_specification({**SMALL, "covariates": ["pdl1"], "pdl1": "category"})
    people = table.subjects[["subject", "site", "cohort", "role", "time", "event"]]
    level = np.tile([0.0, 5.0, 60.0], N)[: len(people)]
    only = FrozenTable.freeze(
        people.assign(pdl1=level), table.measurements, [Covariate("pdl1", unit="%")]
    )
    model = train(told, only)
    assert set(model.transform.raw(only)["pdl1"]) == {0.0, 1.0, 2.0}
    assert TrainedModel.from_bytes(model.to_bytes()).transform == model.transform
    with pytest.raises(Refused, match="no covariate pdl1; it has ldh"):
        train(told, table)
