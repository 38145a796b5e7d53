import numpy as np
import pandas as pd
import pytest

from ciri import FrozenTable

from .cohorts import frozen


def raw(**changes):
    subjects = {
        "subject": ["c", "a", "b"],
        "site": "A",
        "cohort": "d",
        "role": "train",
        "time": [0.0, 5.0, 7.0],
        "event": [True, False, True],
    }
    return pd.DataFrame({**subjects, **changes})


def measured(**changes):
    row = {"subject": ["a"], "analyte": ["IL-6"], "replicate": [1], "value": [1.5]}
    return pd.DataFrame({**row, "flag": ["in_range"], "limit": [None], **changes})


def test_bytes_are_read_back_and_do_not_depend_on_the_order_of_rows_or_columns():
    table = frozen()
    shuffled = FrozenTable.freeze(
        table.subjects.sample(frac=1, random_state=1)[table.subjects.columns[::-1]],
        table.measurements.sample(frac=1, random_state=1),
    )
    assert shuffled.to_bytes() == table.to_bytes()
    assert FrozenTable.from_bytes(table.to_bytes()).content_hash == table.content_hash


def test_the_canonical_bytes_are_as_documented():
    lines = FrozenTable.freeze(raw(), measured()).to_bytes().decode().splitlines()
    assert lines[0] == '{"format":"yogo frozen table 1","subjects":3}'
    assert lines[1].startswith('["a","A","d","train",5.0,false,null,')
    assert lines[3].startswith('["c","A","d","train",0.5,true,')
    assert lines[4] == '["a","IL-6",1,1.5,"in_range",null]'


def test_without_an_outcome_or_censored_on_day_0_a_subject_is_left_out_with_a_reason():
    table = FrozenTable.freeze(raw(time=[0.0, np.nan, 7.0], event=[False, None, True]), measured())
    assert table.left_out == [
        {"subject": "a", "reason": "no outcome"},
        {"subject": "c", "reason": "censored on day 0"},
    ]
    assert list(table.subjects["subject"]) == ["b"]
    assert len(table.measurements) == 0


@pytest.mark.parametrize(
    ("subjects", "measurements", "sentence"),
    [
        (raw(subject=["a", "a", "b"]), measured(), "more than one row"),
        (raw(role="training"), measured(), "one of train, validate, other"),
        (raw(time=[-1.0, 2, 3]), measured(), "not before it"),
        (raw(time=["x", "y", "z"]), measured(), "not a number"),
        (raw(age=[np.inf, 1, 2]), measured(), "infinite"),
        (raw(sex="M"), measured(), "one of female, male"),
        (raw(weight=3), measured(), "weight is unknown"),
        (raw().drop(columns="site"), measured(), "site is absent"),
        (raw(), measured(subject=["z"]), "not among the subjects"),
        (raw(), measured(flag=["low"]), "one of in_range"),
        (raw(), measured(value=[None]), "flag it missing"),
        (raw(), pd.concat([measured(), measured()]), "more than one row"),
    ],
)
def test_wrong_frames_are_refused_with_a_sentence(subjects, measurements, sentence):
    with pytest.raises(ValueError, match=sentence):
        FrozenTable.freeze(subjects, measurements)


def test_bytes_that_are_not_canonical_are_refused():
    content = FrozenTable.freeze(raw(), measured()).to_bytes()
    with pytest.raises(ValueError, match="canonical"):
        FrozenTable.from_bytes(content.replace(b"5.0", b"5"))
    for other in (b"", b"\xff", b"[]", b'{"format":"x","subjects":0}\n'):
        with pytest.raises(ValueError, match="frozen table"):
            FrozenTable.from_bytes(other)


def test_day_0_is_half_a_day_for_an_event_and_none_at_all_for_who_was_only_seen_then():
    people = pd.DataFrame(
        {"subject": list("abc"), "site": "s", "cohort": "c", "role": "train"}
        | {"time": [0.0, 0.0, 1.0], "event": [True, False, False]}
    )
    columns = ["subject", "analyte", "replicate", "value", "flag", "limit"]
    nothing = pd.DataFrame(columns=columns)
    trained = FrozenTable.freeze(people, nothing)
    assert trained.subjects[["subject", "time"]].values.tolist() == [["a", 0.5], ["c", 1.0]]
    assert trained.left_out == [{"subject": "b", "reason": "censored on day 0"}]
    scored = FrozenTable.freeze(people, nothing, require_outcome=False)
    assert scored.subjects["time"].tolist() == [0.5, 0.0, 1.0]
    assert scored.subjects["role"].tolist() == ["train", "other", "train"]
    assert scored.left_out == []
