"""The plate that is off: by the median over all plates, or over the guide set, whoever is judged first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assays.quality.between_plates import distances, find_undecided, findings_between

FACTORS = [1.0, 1.12, 0.9, 1.05, 0.95, 1.08]
"""Six plates within 12 %."""


def controls(factors: list[float], levels: tuple[float, ...] = (100.0, 400.0)) -> pd.DataFrame:
    """Plates 1, 2, ... with the same controls, each in two wells 2 % apart."""
    return pd.DataFrame(
        [
            {"plate": plate, "control": f"C{n}", "analyte": 7, "value": level * factor * well}
            for plate, factor in enumerate(factors, start=1)
            for n, level in enumerate(levels, start=1)
            for well in (0.99, 1.01)
        ]
    )


def off(factors: list[float], guide: tuple[int, ...] = (), limit: float = 20) -> dict[int, float]:
    found = findings_between(distances(controls(factors), guide), limit)
    return {plate: pytest.approx(findings[0].value) for plate, findings in found.items()}


def test_of_seven_plates_the_one_that_is_off_is_excluded_and_no_other() -> None:
    # the median of the seven factors is 1.05: 100 * (1.72 / 1.05 - 1)
    assert off([*FACTORS, 1.72]) == {7: 63.8095238}
    assert off(FACTORS) == {}


def test_order_does_not_matter() -> None:
    rows = controls([*FACTORS, 1.72])
    expected = distances(rows)
    for seed in range(3):
        shuffled = distances(rows.sample(frac=1, random_state=seed))
        pd.testing.assert_frame_equal(shuffled, expected)


def test_two_of_three_that_agree_are_enough_and_two_alone_are_not() -> None:
    assert off([1.0, 1.0, 1.72]) == {3: 72.0}
    assert off([1.0, 1.72]) == {}
    told = find_undecided(distances(controls([1.0, 1.72])), 20)
    assert told["spread"].tolist() == pytest.approx([72.0] * 4)
    assert find_undecided(distances(controls([1.0, 1.15])), 20).empty
    assert find_undecided(distances(controls([1.0, 1.0, 1.72])), 20).empty


@pytest.mark.parametrize(
    "factors",
    [
        [1.0, 1.0, 1.72, 1.72],
        [1.0, 1.02, 1.7, 1.75],
        [1.0, 1.0, 1.0, 2.0, 2.0, 2.0],
        [
            1.0,
            1.05,
            1.5,
            1.6,
        ],  # the middle lies near two of them, which do not agree with each other
        [1.0, 1.4, 2.0],
    ],
)
def test_where_no_majority_agrees_nobody_is_excluded_and_it_is_told(factors: list[float]) -> None:
    assert off(factors) == {}
    told = find_undecided(distances(controls(factors)), 20)
    assert set(told["plate"]) == set(range(1, len(factors) + 1))


def test_one_more_plate_decides_between_two_and_two() -> None:
    assert list(off([1.0, 1.0, 1.72, 1.72, 1.0])) == [3, 4]
    assert find_undecided(distances(controls([1.0, 1.0, 1.72, 1.72, 1.0])), 20).empty
    assert list(off([1.0, 1.0, 1.72, 1.72], guide=(1,))) == [3, 4]
    # a guide set in which two and two differ is told; the plate outside is held against its middle
    guided = (1, 2, 3, 4)
    assert off([1.0, 1.0, 1.72, 1.72, 3.0], guide=guided) == {5: 120.588235}
    told = find_undecided(distances(controls([1.0, 1.0, 1.72, 1.72, 3.0]), guided), 20)
    assert set(told["plate"]) == {1, 2, 3, 4}


@given(st.lists(st.sampled_from([1.0, 1.1, 1.3, 1.7, 2.0, 3.0]), min_size=3, max_size=9))
def test_whoever_is_off_differs_from_a_majority_that_agrees(factors: list[float]) -> None:
    target = float(np.median(factors))
    near = [factor for factor in factors if abs(factor / target - 1) <= 0.205]
    far = {n for n, factor in enumerate(factors, start=1) if factor not in near}
    assert set(off(factors, limit=20.5)) == (far if 2 * len(near) > len(factors) else set())


def test_a_guide_set_is_the_target_for_the_plates_outside_it() -> None:
    assert off([1.0, 1.3, 1.3, 1.3], guide=(1,)) == {2: 30.0, 3: 30.0, 4: 30.0}
    assert off([1.0, 1.3, 1.3, 1.3]) == {1: 23.0769231}
    # of a guide set of two that differ nobody can say which is off; the third is held against their middle
    assert off([1.0, 1.72, 0.8], guide=(1, 2)) == {3: 41.1764706}


def test_below_and_above_are_said_and_one_odd_control_of_three_does_not_fail_an_analyte() -> None:
    found = findings_between(distances(controls([1.0, 1.0, 0.5])), 20)
    assert (
        "lie 50.0 % below their target (median of 2 controls), more than 20 %" in found[3][0].text
    )
    rows = controls([1.0, 1.0, 1.0], levels=(100.0, 400.0, 900.0))
    rows.loc[(rows["plate"] == 3) & (rows["control"] == "C1"), "value"] *= 5
    assert findings_between(distances(rows), 20) == {}


def test_npx_are_compared_as_powers_of_two() -> None:
    rows = pd.DataFrame(
        {"plate": [1, 2, 3], "control": "C", "analyte": 7, "value": [5.0, 5.0, 6.0]}
    )
    found = distances(rows, is_log2=True)
    assert found["target"].tolist() == [32.0] * 3
    assert found["distance"].tolist() == [0.0, 0.0, 100.0]


def test_what_has_no_number_and_targets_of_zero_are_left_out() -> None:
    rows = pd.DataFrame(
        {"plate": [1, 2, 3, 4], "control": "C", "analyte": 7, "value": [0.0, 0.0, 0.0, None]}
    ).astype({"value": "float64"})
    assert distances(rows).empty
    assert distances(rows.iloc[:0]).empty
