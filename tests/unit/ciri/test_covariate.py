"""What a covariate is, as somebody describes it or as a column shows it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ciri import Covariate, FrozenTable, Refused, freeze_wide, read_covariates
from tabular.checked_yaml import write_yaml

from .own import OWN, N, wide


def test_a_description_is_the_same_again_from_its_plain_values() -> None:
    for one in OWN:
        assert Covariate.from_dict(one.to_dict()) == one
    assert OWN[1].to_dict() == {"name": "smoker", "kind": "truth", "item": "it-2", "version": 3}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"name": "body weight"}, "covariate_name"),
        ({"name": "a" * 101}, "covariate_name"),
        ({"name": None}, "covariate_name"),
        ({"name": "a", "kind": "date"}, "covariate_kind"),
        ({"name": "a", "kind": "code"}, "covariate_levels"),
        ({"name": "a", "levels": ["x"]}, "covariate_levels"),
        ({"name": "a", "kind": "code", "levels": ["x", "x"]}, "covariate_codes"),
        ({"name": "a", "kind": "code", "levels": [["x", 1], "y"]}, "covariate_codes"),
        ({"name": "a", "kind": "code", "levels": [1, 2]}, "covariate_codes"),
        ({"name": "a", "kind": "code", "levels": [["x", "high"]]}, "covariate_codes"),
        ({"name": "a", "kind": "code", "levels": 3}, "covariate_codes"),
        ({"name": "a", "low": float("nan")}, "covariate_bound"),
        ({"name": "a", "low": 10**400}, "covariate_bound"),
        ({"name": "a", "low": 3, "usual_high": 2}, "covariate_range"),
        ({"name": "a", "kind": "truth", "low": 0}, "covariate_range"),
        ({"name": "a", "unit": 3}, "covariate_origin"),
        ({"name": "a", "version": "1"}, "covariate_origin"),
        ({"name": "a", "colour": "red"}, "covariate_keys"),
        ({}, "covariate_keys"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(told: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_covariates([told])
    assert caught.value.code == code


def test_a_description_is_read_from_a_file(tmp_path: Path) -> None:
    told = {"covariates": [one.to_dict() for one in OWN]}
    yaml = tmp_path / "covariates.yaml"
    yaml.write_text(write_yaml(told), encoding="utf-8")
    assert read_covariates(yaml) == read_covariates(told) == OWN
    for text in ("covariates: {a: 1}", "- a", "{", "covariates: &x [*x]", "\xff"):
        yaml.write_text(text, encoding="latin-1")
        with pytest.raises(Refused, match="description of covariates"):
            read_covariates(yaml)


def test_a_table_has_no_two_columns_of_one_name() -> None:
    people = wide()[["subject", "cohort", "role", "time", "event"]].assign(site="A")
    nothing = pd.DataFrame(columns=["subject", "analyte", "replicate", "value", "flag", "limit"])
    for names in (("ldh", "LDH"), ("Site",)):
        with pytest.raises(Refused, match="Two columns would be called"):
            FrozenTable.freeze(people, nothing, [Covariate(name) for name in names])


# A notebook without a description


def test_columns_are_what_is_shipped_under_their_name_or_what_their_values_are() -> None:
    ordered = pd.CategoricalDtype(["none", "mild", "severe"], ordered=True)
    frame = wide(gaps=0).assign(
        age=60.0 + np.arange(N) % 20,
        pain=pd.Series(["none", "mild", "severe"] * 30).astype(ordered),
        grade=pd.Series([1, 2, 3] * 30).astype("category"),
        count=[3, 4, None] * 30,
    )
    names = ["age", "ldh", "smoker", "side", "pain", "grade", "count"]
    table = freeze_wide(frame, ["A"], names)
    assert table.covariates == (
        Covariate("age", unit="a", low=0, high=120, usual_low=16, usual_high=105),
        Covariate("ldh"),
        Covariate("smoker", "truth"),
        Covariate("side", "code", levels=("left", "right")),
        Covariate("pain", "code", levels={"none": 0, "mild": 1, "severe": 2}),
        Covariate("grade", "code", levels=("1", "2", "3")),
        Covariate("count"),
    )
    assert table.subjects["grade"].tolist()[:3] == ["1", "2", "3"]
    assert FrozenTable.from_bytes(table.to_bytes()).content_hash == table.content_hash


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ([pd.Timestamp("2024-01-01")] * N, "covariate_not_inferred"),
        ([f"note {n}" for n in range(N)], "covariate_not_inferred"),
        ([1, "x"] * (N // 2), "covariate_not_inferred"),
    ],
)
def test_a_column_that_is_nothing_by_itself_is_refused(column: list[Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        freeze_wide(wide().assign(noted=column), ["A"], ["noted"])
    assert caught.value.code == code
    with pytest.raises(Refused, match="no column absent"):
        freeze_wide(wide(), ["A"], ["absent"])


def test_only_what_is_named_is_a_covariate() -> None:
    assert "ldh" not in freeze_wide(wide(), ["A"]).subjects
    assert [one.name for one in freeze_wide(wide(), ["A"], ["ldh"]).covariates] == ["ldh"]


def test_a_value_out_of_its_usual_range_is_doubted_in_the_words_of_its_description() -> None:
    strange = wide()
    strange.loc[0, "ldh"] = 9999
    with pytest.raises(Refused, match=r"implausible, column ldh: .*50–5000 U/L") as caught:
        freeze_wide(strange, ["A"], OWN)
    assert caught.value.code == "frame_in_doubt"
    freeze_wide(strange, ["A"], OWN, accept=[("implausible", "ldh")])
    with pytest.raises(Refused, match=r"column ldh: 1 of .*outside -∞ … 500,"):
        freeze_wide(strange.fillna({"ldh": 100.0}).assign(ldh=lambda f: f["ldh"].clip(upper=400).where(f["ldh"] < 9999, 600)), ["A"], [Covariate("ldh", high=500)])  # fmt: skip
