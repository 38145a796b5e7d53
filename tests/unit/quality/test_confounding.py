"""Cramér's V with Bergsma's correction, worked out by hand, and when an association is told."""

import pandas as pd
import pytest

from assays.quality.confounding import Association, association, survival_difference


def factors(*cells: tuple[str, str, int]) -> tuple[pd.Series, pd.Series]:
    rows = [(first, second) for first, second, n in cells for _ in range(n)]
    return pd.Series([a for a, _ in rows]), pd.Series([b for _, b in rows])


def test_a_table_of_two_by_two() -> None:
    """chi² = 20 (8·9 - 2·1)² / (10·10·9·11) = 9.899, p by R's pchisq; phi² = 9.899/20 - 1/19 = 0.44232;
    V = sqrt(0.44232 / (2 - 1/19 - 1)) = 0.683294."""
    found = association(*factors(("P1", "A", 8), ("P1", "B", 2), ("P2", "A", 1), ("P2", "B", 9)))
    assert found.v == pytest.approx(0.683294, abs=1e-6)
    assert found.p == pytest.approx(0.001653695164, abs=1e-12)
    assert not found.is_complete
    assert found.warns


def test_more_rows_than_columns() -> None:
    """chi² = 2 (3² + 0² + 3²) / 5 = 7.2 of 30: phi² = 7.2/30 - 2/29, c = 2 - 1/29, V = sqrt(phi² / (c - 1))."""
    found = association(
        *factors(
            *[("P1", "A", 8), ("P1", "B", 2), ("P2", "A", 5), ("P2", "B", 5)],
            *[("P3", "A", 2), ("P3", "B", 8)],
        )
    )
    by_hand = ((7.2 / 30 - 2 / 29) / (1 - 1 / 29)) ** 0.5
    assert found.v == pytest.approx(by_hand, abs=1e-12)


def test_a_strong_association_that_chance_could_make_is_not_told() -> None:
    found = association(*factors(("P1", "A", 5), ("P1", "B", 1), ("P2", "A", 1), ("P2", "B", 5)))
    assert found.v > 0.3
    assert found.p > 0.01
    assert not found.warns


@pytest.mark.parametrize(
    ("v", "p", "complete", "told"),
    [
        (0.3, 0.0099, False, True),
        (0.2999, 0.0099, False, False),
        (0.3, 0.01, False, False),
        (0.0, 1.0, True, True),
    ],
)
def test_what_is_told(v, p, complete, told) -> None:
    assert Association(v, p, complete).warns is told


def test_plates_that_each_hold_one_hospital_are_told_whatever_their_number() -> None:
    found = association(*factors(("P1", "A", 3), ("P2", "A", 2), ("P3", "B", 3)))
    assert found.is_complete
    assert not association(*factors(("P1", "A", 3), ("P1", "B", 1), ("P2", "B", 3))).is_complete


def test_as_many_plates_as_specimens_say_nothing_of_strength() -> None:
    found = association(*factors(("P1", "A", 1), ("P2", "A", 1), ("P3", "B", 1), ("P4", "B", 1)))
    assert found.v == 0.0


def test_one_level_has_no_association() -> None:
    assert association(*factors(("P1", "A", 3), ("P1", "B", 3))) is None
    assert association(*factors(("P1", "A", 3), ("P2", "A", 3))) is None


def test_the_log_rank_test_leaves_out_groups_of_one_patient() -> None:
    """R survival, survdiff(Surv(t, e) ~ g): chi² 7.34440681472, p 0.00672717258553."""
    groups = pd.Series(list("aaaabbbb"))
    time = pd.Series([1.0, 2, 3, 4, 10, 11, 12, 13])
    event = pd.Series([True, True, True, True, True, False, True, False])
    p = survival_difference(groups, time, event)
    alone = survival_difference(
        pd.concat([groups, pd.Series(["c"])], ignore_index=True),
        pd.concat([time, pd.Series([0.5])], ignore_index=True),
        pd.concat([event, pd.Series([True])], ignore_index=True),
    )
    assert p == pytest.approx(0.00672717258553, abs=1e-12)
    assert alone == p
    assert survival_difference(groups, time, event & False) is None
    assert survival_difference(pd.Series(["a"] * 8), time, event) is None
