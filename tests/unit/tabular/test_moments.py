"""Times of instruments: noon and midnight, and days before months where the file shows which they are."""

from datetime import datetime

import pytest

from tabular.moments import day_first, moment


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-02-25 12:05:00 AM", 0),
        ("2026-02-25 12:05:00 PM", 12),
        ("2026-02-25 01:05 PM", 13),
        ("2026-02-25 11:05 AM", 11),
        ("2026-02-25 23:05", 23),
    ],
)
def test_twelve_at_night_is_0_and_twelve_at_noon_is_12(text, hour):
    assert moment(text, None) == datetime(2026, 2, 25, hour, 5)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["13/02/2014"], True),
        (["02/13/2014"], False),
        (["12/11/2014"], None),  # either way it is a date
        (["12/13/2014"], False),
        (["13/02/2014", "02/13/2014"], None),  # they contradict each other
        ([], None),
    ],
)
def test_the_order_is_known_where_only_one_is_possible(texts, found):
    assert day_first(texts) is found


def test_a_date_is_read_in_the_order_that_is_known_and_not_without():
    assert moment("03/02/2014 09:00", True) == datetime(2014, 2, 3, 9)
    assert moment("03/02/2014 09:00", False) == datetime(2014, 3, 2, 9)
    assert moment("03/02/2014 09:00", None) is None
    assert moment("03/03/2014 09:00", None) == datetime(2014, 3, 3, 9)
