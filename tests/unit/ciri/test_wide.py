import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ciri import Refused, freeze_wide
from tabular.numbers import beyond, number

ROOT = Path(__file__).resolve().parents[3]
WIDE = pd.DataFrame(
    {
        "subject": [1, 2, 3],
        "time": [10, 20, 30],
        "event": [1, 0, 1],
        "age": [60, np.nan, 70],
        "IL6": ["<3.2", "7.5", ""],
        "CXCL8": [1.5, np.nan, 2e3],
    }
)


def test_a_row_per_patient_becomes_a_frozen_table():
    table = freeze_wide(WIDE, ["IL6", "CXCL8"])
    assert list(table.subjects["subject"]) == ["1", "2", "3"]
    assert set(table.subjects["role"]) == {"train"}
    il6 = table.measurements[table.measurements["analyte"] == "IL6"]
    assert list(il6["flag"]) == ["below_lloq", "in_range", "missing"]
    assert il6["limit"].iloc[0] == 3.2
    assert il6["value"].iloc[1] == 7.5


def test_what_is_not_a_concentration_is_named():
    with pytest.raises(ValueError, match="The column IL6 holds 'high'"):
        freeze_wide(WIDE.assign(IL6="high"), ["IL6"])
    with pytest.raises(ValueError, match="has no column IL10"):
        freeze_wide(WIDE, ["IL10"])


def test_the_example_goes_from_a_csv_to_the_four_figures_in_under_twenty_lines(tmp_path):
    script = ROOT / "examples" / "four_figures.py"
    kernels = {name: os.environ[name] for name in ("NUMBA_CACHE_DIR",) if name in os.environ}
    assert len(script.read_text().splitlines()) < 20
    subprocess.run(
        [sys.executable, "-m", "examples.four_figures"],
        cwd=tmp_path,
        # What is compiled already need not be compiled again.
        env={"PYTHONPATH": str(ROOT), "PATH": "", **kernels},
        check=True,
    )
    drawn = sorted(path.name for path in tmp_path.iterdir())
    assert drawn == [
        "1_importance.svg", "2_kaplan_meier.svg", "3_comparison.svg", "4_correlation.svg",
    ]  # fmt: skip
    assert all(path.read_text().startswith("<svg") for path in tmp_path.iterdir())


def test_columns_of_every_kind_that_pandas_has_freeze_to_the_same_bytes():
    frame = pd.DataFrame(
        {
            "subject": ["a", "b", "c"],
            "time": [100, 200, 300],
            "event": [1, 0, 1],
            "IL6": [1.5, np.nan, 3.0],
            "age": [60, 61, np.nan],
        }
    )
    same = freeze_wide(frame, ["IL6"]).to_bytes()
    for other in (
        frame.convert_dtypes(),
        frame.astype(object).where(frame.notna(), pd.NA),
        frame.astype(object).where(frame.notna(), None),
        frame.assign(IL6=pd.array(["1.5", None, "3"], dtype="string")),
        frame.assign(
            IL6=[Decimal("1.5"), None, Decimal(3)], time=[Decimal(t) for t in (100, 200, 300)]
        ),
        frame.assign(IL6=frame["IL6"].astype("category"), event=[True, False, True]),
    ):
        assert freeze_wide(other, ["IL6"]).to_bytes() == same


NARROW = "0123456789.,-+eE<>"
WIDE_SIGNS = str.maketrans(NARROW, "０１２３４５６７８９．，－＋ｅＥ＜＞")


@pytest.mark.parametrize(
    "text",
    ["<3.2.1", "<.", "1_000", "<1_000", "‹６０", "inf", "nan", "1,5", "０x１", "<", "٣", True],
)
def test_what_is_no_number_is_refused_with_its_column(text):
    with pytest.raises(ValueError, match="The column IL6 holds") as refusal:
        freeze_wide(WIDE.assign(IL6=["1", text, "2"]), ["IL6"])
    assert repr(text) in str(refusal.value)


@given(st.sampled_from(["", "<", "> "]), st.floats(0, 1e9), st.booleans())
@settings(deadline=None)
def test_a_number_is_read_to_the_bit_in_full_width_too(mark, value, wide):
    text = f"{mark}{value!r}"
    text = text.translate(WIDE_SIGNS) if wide else text
    rows = freeze_wide(WIDE.assign(IL6=["1", text, "2"]), ["IL6"]).measurements
    assert rows[["value", "limit"]].iloc[1].max() == value
    assert rows["flag"][1] == {"": "in_range", "<": "below_lloq", "> ": "above_uloq"}[mark]


@given(st.text("0123456789.,-+eE<>_ ０９．＜　", max_size=8))
@settings(deadline=None)
def test_any_text_is_a_reading_or_is_refused_as_one(text):
    frame = WIDE.assign(IL6=["1", text, "2"])
    if text.strip() and number(text) is None and beyond(text) is None:
        with pytest.raises(Refused, match="The column IL6 holds") as refusal:
            freeze_wide(frame, ["IL6"], scale="npx")
        assert refusal.value.code == "not_a_reading"
    else:
        flags = freeze_wide(frame, ["IL6"], scale="npx").measurements["flag"]
        assert (flags[1] == "missing") == (not text.strip())
