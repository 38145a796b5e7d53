"""What leaves in a file comes back to the bit, whatever the analytes are called."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ciri import FrozenTable, freeze_wide, read_export, widen
from ciri.dataset.columns import columns_of, guard, symbol_of, unguard
from ciri.dataset.frozen import FLAGS

ODD = [
    "IL6",
    "il6",
    "IL6_flag",
    "IL6_low",
    "IL6 (analyte)",
    "IL6 (repeat 2)",
    "age",
    "Time",
    "=x",
    "'=x",
]
SYMBOLS = st.sets(
    st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8)),
    min_size=1,
    max_size=6,
)  # fmt: skip
NUMBERS = st.floats(-1e300, 1e300, allow_nan=False)


@given(SYMBOLS)
@example(set(ODD))
@example({"IL6", "IL6_flag"})
@settings(max_examples=60, deadline=None)
def test_columns_of_any_symbols_differ_and_lead_back(symbols):
    found = columns_of(symbols, taken=["subject", "AGE", "time"])
    columns = [f"{name}{end}" for name in found.values() for end in ("", "_flag", "_low", "_high")]
    folded = [name.casefold() for name in [*columns, "subject", "age", "time"]]
    assert len(set(folded)) == len(folded)
    assert {symbol: symbol_of(name) for symbol, name in found.items()} == {s: s for s in symbols}


def test_a_usual_symbol_keeps_its_name():
    assert columns_of(["IL6", "IL6_flag", "AGE", "age"], taken=["age"]) == {
        "IL6": "IL6",
        "IL6_flag": "IL6_flag (analyte)",
        "AGE": "AGE (analyte)",
        "age": "age (analyte 2)",
    }


@given(st.text(max_size=6) | st.sampled_from(["=1", "'=1", "''＝1", "'a", "\n=1", "－1"]))
def test_a_guarded_text_is_no_formula_and_comes_back(text):
    assert not guard(text).startswith(
        ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
    )
    assert unguard(guard(text)) == text


@st.composite
def tables(draw):
    subjects = draw(st.lists(st.from_regex(r"[0-9A-Z]{1,3}", fullmatch=True), min_size=1, max_size=4, unique=True))  # fmt: skip
    people = pd.DataFrame(
        {
            "subject": subjects,
            "site": draw(st.sampled_from(["A", "NA", "007"])),
            "cohort": "discovery",
            "role": [draw(st.sampled_from(["train", "validate", "other"])) for _ in subjects],
            "time": [draw(st.integers(1, 4000)) for _ in subjects],
            "event": [draw(st.booleans()) for _ in subjects],
            "nlr": [draw(st.floats(0.1, 150) | st.just(np.nan)) for _ in subjects],
            "sex": [draw(st.sampled_from(["female", "male", None])) for _ in subjects],
            "pretreated": [draw(st.sampled_from([True, False, None])) for _ in subjects],
        }
    )
    rows = []
    for symbol in sorted(draw(SYMBOLS)):
        for subject in subjects:
            for replicate in range(1, draw(st.integers(0, 2)) + 1):
                flag = draw(st.sampled_from(FLAGS))
                sure = flag in ("in_range", "extrapolated")
                value = draw(NUMBERS if sure else NUMBERS | st.just(np.nan))
                limit = draw(NUMBERS | st.just(np.nan))
                rows.append((subject, symbol, replicate, value, flag, limit))
    columns = ["subject", "analyte", "replicate", "value", "flag", "limit"]
    return FrozenTable.freeze(people, pd.DataFrame(rows, columns=columns))


@given(tables())
@settings(max_examples=40, deadline=None)
def test_a_table_made_wide_and_frozen_again_is_the_same_to_the_bit(table):
    assert freeze_wide(widen(table)).to_bytes() == table.to_bytes()


@given(tables())
@settings(max_examples=40, deadline=None)
def test_so_it_is_through_a_csv_and_through_a_parquet_file(table):
    wide = widen(table)
    text = wide.rename(columns=guard).to_csv(index=False).encode("utf-8-sig")
    parquet = io.BytesIO()
    wide.to_parquet(parquet)
    for content in (text, parquet.getvalue()):
        assert freeze_wide(read_export(io.BytesIO(content))).to_bytes() == table.to_bytes()


def exported(**columns):
    return pd.DataFrame({"subject": ["1"], "os_days": [9], "os_event": [True], **columns})


def test_an_analysis_dataset_is_read_by_its_own_names():
    frame = exported(pfs_days=5, pfs_event=True, pdl1_tps=60.0, IL6=np.nan, IL6_flag="below_lloq", IL6_low=3.2, IL6_high=np.nan)  # fmt: skip
    with pytest.raises(ValueError, match="outcomes OS and PFS; say which endpoint"):
        freeze_wide(frame)
    table = freeze_wide(frame, endpoint="PFS")
    assert table.subjects[["time", "event", "pdl1"]].iloc[0].tolist() == [5.0, True, 60.0]
    assert table.measurements[["flag", "limit"]].iloc[0].tolist() == ["below_lloq", 3.2]


@pytest.mark.parametrize(
    ("flag", "value", "read"),
    [
        ("in_range+below_lloq", 2.0, "in_range"),
        ("below_lloq+extrapolated", 0.4, "extrapolated"),
        ("above_uloq+missing", np.nan, "above_uloq"),
        ("excluded_from_models", np.nan, "excluded"),
        ("missing+excluded_from_models", np.nan, "missing"),
    ],
)
def test_joined_flags_are_read_as_the_strongest(flag, value, read):
    frame = exported(IL6=value, IL6_flag=flag, IL6_low=1.0, IL6_high=np.nan)
    assert freeze_wide(frame).measurements["flag"].tolist() == [read]


def test_a_flag_that_is_not_known_is_named():
    with pytest.raises(ValueError, match="The flag 'odd' is not known"):
        freeze_wide(exported(IL6=1.0, IL6_flag="odd"))


def test_a_repeat_without_its_flags_is_named():
    frame = exported(IL6=1.0, IL6_flag="in_range").assign(**{"IL6 (repeat 2)": 2.0})
    with pytest.raises(ValueError, match=r"IL6 \(repeat 2\) stands without its flags"):
        freeze_wide(frame)
