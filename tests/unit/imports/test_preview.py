"""The kept form of a preview: few rows of a large file, the ones that matter first."""

import tracemalloc
from collections.abc import Iterator

from imports import preview
from imports.columns import Problem
from imports.preview import Change, RowVerdict, as_json


def rows(count: int) -> Iterator[RowVerdict]:
    """New rows; every hundredth is rejected."""
    for n in range(1, count + 1):
        row = RowVerdict(n, f"S{n}", is_new=True, changes=[Change("value", None, f"{n}")])
        if n % 100 == 0:
            row.problems.append(Problem("value", "x", "not a number."))
        yield row


def test_rejected_rows_are_kept_first_and_shown_in_the_order_of_the_file() -> None:
    kept = as_json(rows(5_000), writes={}, not_taken=(), notes=())
    assert (kept["counts"]["new"], kept["counts"]["rejected"]) == (4_950, 50)
    assert kept["rows_in_all"] == 5_000
    numbers = [row["row"] for row in kept["rows"]]
    assert len(numbers) == preview.ROWS_KEPT
    assert numbers == sorted(numbers)
    assert {n for n in numbers if n % 100 == 0} == set(range(100, 5_001, 100))
    new = [row["row"] for row in kept["rows"] if row["verdict"] == "new"]
    assert new == [n for n in range(1, 5_001) if n % 100][: len(new)]


def test_a_change_in_a_row_that_is_not_kept_changes_the_fingerprint() -> None:
    def others() -> Iterator[RowVerdict]:
        *first, last = rows(4_999)
        last.subject = "another"
        yield from (*first, last)

    one = as_json(rows(4_999), writes={}, not_taken=(), notes=())
    assert all(row["row"] != 4_999 for row in one["rows"])
    two = as_json(others(), writes={}, not_taken=(), notes=())
    assert one["fingerprint"] != two["fingerprint"]
    assert one["rows"] == two["rows"]


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        as_json(rows(count), writes={}, not_taken=(), notes=())
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(40_000) < 1.5 * peak(10_000)
