"""What a person would see at a glance is not frozen until somebody says that it is right."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciri import freeze_wide, widen
from ciri.covariates.shipped import COVARIATES
from ciri.dataset.exported import DATASET_HEAD
from ciri.dataset.frozen import subject_columns
from plausibility import CODES

N = 40
SUBJECT_COLUMNS = subject_columns(COVARIATES)


def frame(**columns: Any) -> pd.DataFrame:
    """Forty patients with nothing strange about them, but for the columns given."""
    random = np.random.default_rng(7)
    plain = pd.DataFrame(
        {
            "subject": [f"P{n}" for n in range(N)],
            "time": random.integers(30, 1500, N).astype(float),
            "event": [n % 2 for n in range(N)],
            "age": random.integers(40, 85, N).astype(float),
            "albumin": random.uniform(2.5, 4.8, N).round(1),
            "pdl1": random.integers(0, 101, N).astype(float),
            "pretreated": [1.0] * N,
            "IL6": random.lognormal(1, 1, N),
        }
    )
    return plain.assign(**columns)


def with_one(column: str, value: Any) -> pd.DataFrame:
    """The plain frame with one value in the fifth row."""
    made = frame(
        ecog=[n % 3 for n in range(N)], bmi=22.0 + np.arange(N) / 4, nlr=2.0 + np.arange(N)
    )
    made[column] = made[column].astype(object)
    made.loc[4, column] = value
    return made


def test_a_plain_frame_is_frozen_without_a_word():
    assert len(freeze_wide(frame(), ["IL6"]).subjects) == N


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("albumin", 38),
        ("age", 1950),
        ("ecog", 7),
        ("pdl1", 150),
        ("pdl1", -1),
        ("IL6", -4),
        ("IL6", "-4"),
        ("bmi", 250),
        ("nlr", 4000),
        ("pretreated", 2),
    ],
)
def test_a_value_where_hardly_any_patient_is_is_named_and_accepted_by_column(
    column: str, value: Any
):
    strange = with_one(column, value)
    with pytest.raises(ValueError, match=f"- implausible, column {column}: 1 of ") as refusal:
        freeze_wide(strange, ["IL6"])
    assert "Subjects P4." in str(refusal.value)
    assert f'accept=[("implausible", "{column}")]' in str(refusal.value)
    assert len(freeze_wide(strange, ["IL6"], accept=[("implausible", column)]).subjects) == N


@pytest.mark.parametrize(("rows", "column"), [(20, "albumin"), (40, "albumin"), (40, "IL6")])
def test_a_constant_numeric_column_is_told_from_twenty_rows_on(rows: int, column: str):
    constant = frame().assign(**{column: [3.8] * rows + [np.nan] * (N - rows)})
    with pytest.raises(ValueError, match=f"- constant, column {column}: all {rows} known .* 3.8"):
        freeze_wide(constant, ["IL6"])
    freeze_wide(constant, ["IL6"], accept=[("constant", column)])
    freeze_wide(constant.iloc[:19], ["IL6"])


def test_months_passed_as_days_are_told():
    months = frame()
    months["time"] = (months["time"] / 30.4375).round(1)
    with pytest.raises(
        ValueError, match=r"- unit, column time: half of the 40 durations are .* days"
    ):
        freeze_wide(months, ["IL6"])
    freeze_wide(months, ["IL6"], accept=[("unit", "time")])


def test_follow_up_of_more_than_forty_years_is_told():
    long = frame()
    long["time"] = long["time"] * 30.4375
    with pytest.raises(ValueError, match="- unit, column time: the longest of 40 durations is 1"):
        freeze_wide(long, ["IL6"])


def test_a_share_where_a_percentage_belongs_is_told():
    shares = frame()
    shares["pdl1"] = shares["pdl1"] / 100
    with pytest.raises(ValueError, match="- unit, column pdl1: no value of 40 is above 1"):
        freeze_wide(shares, ["IL6"])


def test_outcomes_that_are_all_events_are_told():
    with pytest.raises(ValueError, match="- only_events, column event: all 40 outcomes are events"):
        freeze_wide(frame(event=1), ["IL6"])


@pytest.mark.parametrize("absent", ["time", "event"])
def test_outcomes_known_only_for_the_dead_are_told(absent: str):
    dead = frame()
    dead[absent] = dead[absent].astype(float).mask(dead["event"] == 0)
    with pytest.raises(
        ValueError, match=r"- outcome_of_events_only, column event: all 20 .* for 20 patients none"
    ):
        freeze_wide(dead, ["IL6"])
    accepted = freeze_wide(dead, ["IL6"], accept=[("outcome_of_events_only", "event")])
    assert len(accepted.subjects) == 20


def test_values_on_a_log_scale_may_be_negative():
    npx = frame(IL6=np.linspace(-3, 4, N))
    with pytest.raises(ValueError, match="- implausible, column IL6"):
        freeze_wide(npx, ["IL6"])
    assert freeze_wide(npx, ["IL6"], scale="npx").measurements["value"].min() == -3
    with pytest.raises(ValueError, match="scale is 'log'; it must be concentration or npx"):
        freeze_wide(npx, ["IL6"], scale="log")


def test_every_doubt_is_told_at_once_and_each_needs_its_own_entry():
    strange = with_one("age", 1950).assign(albumin=3.8)
    with pytest.raises(ValueError, match="constant, column albumin") as refusal:
        freeze_wide(strange, ["IL6"])
    assert "implausible, column age" in str(refusal.value)
    with pytest.raises(ValueError, match="constant, column albumin") as refusal:
        freeze_wide(strange, ["IL6"], accept=[("implausible", "age")])
    assert "- implausible" not in str(refusal.value)
    freeze_wide(strange, ["IL6"], accept=[("implausible", "age"), ("constant", "albumin")])


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ([("constant", "age")], "nothing of that code and column is there to accept"),
        ([("all", "age")], "knows no code 'all'; it knows constant"),
        ("all", "list of pairs"),
        ([("constant",)], "list of pairs"),
    ],
)
def test_an_entry_that_accepts_nothing_is_refused(accept: Any, words: str):
    with pytest.raises(ValueError, match=words):
        freeze_wide(frame(), ["IL6"], accept=accept)


def test_there_is_no_code_for_everything():
    assert not {"all", "*", "any", ""} & set(CODES)


FLAGGED = st.dictionaries(
    st.sampled_from(["IL6", "CXCL8", "biopsy", "my note"]),
    st.lists(st.sampled_from(["_flag", "_low", "_high"]), min_size=1, max_size=3, unique=True),
    min_size=1,
    max_size=3,
)


@given(FLAGGED, st.sampled_from([*SUBJECT_COLUMNS, *DATASET_HEAD]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_columns_of_flags_do_not_make_a_frame_of_ones_own_an_export(
    flagged: dict[str, list[str]], absent: str, datasets: bool
) -> None:
    """Whatever stands beside: one column of an export's head that is not there, or not at its place."""
    head = DATASET_HEAD if datasets else SUBJECT_COLUMNS
    strange = with_one("age", 1950)
    for name, ends in flagged.items():
        strange[name] = 1.0 + np.arange(N)
        for end in ends:
            strange[f"{name}{end}"] = "in_range" if end == "_flag" else np.nan
    for name in (name for name in head if name != absent and name not in strange):
        strange[name] = {"site": "A", "cohort": "all", "role": "train"}.get(name)
    first = [name for name in head if name in strange]
    if absent not in head:  # the whole head, and something in front of it
        first = [next(iter(flagged)), *first]
    ordered = strange[[*first, *(name for name in strange if name not in first)]]
    if len(first) < len(head) or absent not in head:
        with pytest.raises(ValueError, match="- implausible, column age: 1 of "):
            freeze_wide(ordered, ["IL6"])


def test_what_is_beyond_doubt_is_not_asked_and_an_entry_that_matches_nothing_is_refused() -> None:
    table = freeze_wide(strange_study(), ["IL6"], accept=STRANGE)
    wide = widen(table)
    assert freeze_wide(wide).to_bytes() == table.to_bytes()
    assert freeze_wide(wide, accept=STRANGE[:1]).to_bytes() == table.to_bytes()
    for entry in (("implausible", "albumin"), ("constant", "IL10")):
        with pytest.raises(ValueError, match="nothing of that code and column is there to accept"):
            freeze_wide(wide, accept=[entry])


def test_an_export_without_analytes_is_one_all_the_same() -> None:
    table = freeze_wide(strange_study(), [], accept=STRANGE[:2])
    assert freeze_wide(widen(table)).to_bytes() == table.to_bytes()


def test_what_was_put_beside_an_exports_columns_is_looked_at() -> None:
    wide = widen(freeze_wide(strange_study(), ["IL6"], accept=STRANGE))
    with pytest.raises(ValueError, match="- implausible, column IL10") as refusal:
        freeze_wide(wide.assign(IL10=-4.0), ["IL6", "IL10"])
    assert "column IL6" not in str(refusal.value)
    beside = wide.assign(IL10=1.0, IL10_flag="in_range")
    with pytest.raises(ValueError, match="- constant, column IL10"):
        freeze_wide(beside)


STRANGE = [("implausible", "age"), ("only_events", "event"), ("implausible", "IL6")]


def strange_study() -> pd.DataFrame:
    return with_one("IL6", -4.0).assign(event=1, age=[1950.0, *range(40, 39 + N)])


@pytest.mark.parametrize("added", [(), ("time", "event"), ("pdl1",), ("ecog",)])
def test_an_analysis_dataset_is_known_by_its_head_and_what_it_does_not_write_is_looked_at(
    added: tuple[str, ...],
) -> None:
    head = pd.DataFrame({name: frame()["subject"] for name in DATASET_HEAD})
    strange = frame(ecog=7, pdl1=150.0, event=1)
    written = head.assign(
        os_days=strange["time"], os_event=True, age=1950.0, pdl1_tps=150.0, IL6=-4.0, IL6_flag="in_range",
        IL6_low=np.nan, IL6_high=np.nan, **strange[list(added)],
    )  # fmt: skip
    doubted = {"event", "ecog", "pdl1"} & set(added)
    if not doubted:
        assert len(freeze_wide(written).subjects) == N
        return
    with pytest.raises(ValueError, match="looks wrong") as refusal:
        freeze_wide(written)
    named = set(re.findall(r"column (\w+):", str(refusal.value)))
    assert named == doubted
