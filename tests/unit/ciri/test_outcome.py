"""The outcome as the method passes it: what it is made of, and what is refused in a sentence."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ciri.survival.outcome import DAYS_IN_MONTH, outcome, outcome_of, split_outcome


def test_events_and_times_stand_in_their_own_fields() -> None:
    y = outcome([1, 0, True], [5, 6.5, 7])
    assert y.dtype.names == ("event", "time")
    assert y["event"].tolist() == [True, False, True]
    assert y["time"].tolist() == [5.0, 6.5, 7.0]
    event, time = split_outcome(y)
    assert (event.tolist(), time.tolist()) == ([True, False, True], [5.0, 6.5, 7.0])
    assert time.dtype == np.float64


def test_times_may_be_whole_numbers_and_are_read_as_floats() -> None:
    y = np.array([(True, 3)], dtype=[("death", bool), ("days", np.int32)])
    assert split_outcome(y)[1].dtype == np.float64


def test_the_outcome_of_a_frozen_table_is_that_of_its_columns() -> None:
    y = outcome_of(pd.DataFrame({"time": [9.0, 8.0], "event": [True, False]}))
    assert (y["event"].tolist(), y["time"].tolist()) == ([True, False], [9.0, 8.0])


def test_a_month_is_a_twelfth_of_a_julian_year() -> None:
    assert DAYS_IN_MONTH * 12 == 365.25


@pytest.mark.parametrize(
    ("event", "time", "sentence"),
    [
        ([1, None], [1, 2], "1 of 2 events are not known"),
        ([np.nan, np.nan, 0], [1, 2, 3], "2 of 3 events are not known"),
        ([1, 2], [1, 2], "true or false"),
        ([0.5, 1], [1, 2], "true or false"),
        ([1, 0], [1, 2, 3], "one event and one time"),
        ([[1, 0]], [[1, 2]], "one event and one time"),
    ],
)
def test_what_is_no_event_is_refused(event: Any, time: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        outcome(event, time)


PAIR = [("event", bool), ("time", float)]


@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (np.array([1.0, 2.0]), "structured array"),
        ([1.0, 2.0], "structured array"),
        (np.zeros(2, dtype=[*PAIR, ("more", float)]), "structured array"),
        (np.ones((2, 2), dtype=PAIR), "structured array"),
        (np.ones(2, dtype=[("event", int), ("time", float)]), "booleans first"),
        (np.ones(2, dtype=[("event", bool), ("time", "U3")]), "booleans first"),
        (np.ones(0, dtype=PAIR), "nobody to learn from"),
        (np.array([(True, 1.0), (True, 0.0)], dtype=PAIR), "positive, finite"),
        (np.array([(True, 1.0), (True, -1.0)], dtype=PAIR), "positive, finite"),
        (np.array([(True, 1.0), (True, np.nan)], dtype=PAIR), "positive, finite"),
        (np.array([(True, 1.0), (True, np.inf)], dtype=PAIR), "positive, finite"),
    ],
)
def test_what_is_no_outcome_is_refused(y: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        split_outcome(y)
