"""Who passes the gate: worked out by hand on a few held-out patients.

Four patients die on days 100, 200, 300 and 400: six pairs. A score that ranks them wrongly in k pairs has
a concordance index of (6 - k) / 6.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ciri import FrozenTable, parse_specification
from modeling.models import ModelVersion
from modeling.services import gate
from modeling.services.gate import meet_champion
from sentences import Sentence

RIGHT = {"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}
ONE_WRONG = {"a": 3.0, "b": 4.0, "c": 2.0, "d": 1.0}
THREE_WRONG = {"a": 1.0, "b": 4.0, "c": 3.0, "d": 2.0}


@dataclass
class Scorer:
    """A model of which a test says the scores."""

    scores: dict[str, float]
    tolerance: float = 0.0
    endpoint: str = "OS"
    timepoint: str = "pre"
    basis: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False

    @property
    def specification(self) -> Any:
        told = {"endpoint": self.endpoint, "timepoint": self.timepoint}
        return parse_specification(told | {"retrain": {"tolerance": self.tolerance}})

    def score(
        self, table: FrozenTable, *, same_people: bool = False, former_ids: Mapping[str, str]
    ) -> pd.DataFrame:
        if self.unreadable:
            raise ValueError("the transform does not fit")
        # A patient of the training whose values have changed since is known by id, and is not held out.
        basis = self.basis if same_people else {}
        return pd.DataFrame(
            {
                "subject": list(self.scores),
                "mortality": list(self.scores.values()),
                "basis": [basis.get(name, "prediction") for name in self.scores],
            }
        )


@pytest.fixture
def table() -> FrozenTable:
    people = [
        {"subject": name, "time": 100.0 * (k + 1), "event": True, "role": "validate"}
        for k, name in enumerate("abcd")
    ]
    # Patients of the training, of whom a better score must not count.
    people += [{"subject": "t", "time": 50.0, "event": True, "role": "train"}]
    subjects = pd.DataFrame(people).assign(site="one", cohort="x")
    return FrozenTable.freeze(subjects, pd.DataFrame(columns=measurement_columns()))


def measurement_columns() -> list[str]:
    return ["subject", "analyte", "replicate", "value", "flag", "limit"]


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch, table: FrozenTable) -> Any:
    def meet(challenger: Scorer, champion: Scorer | None) -> dict[str, Any]:
        monkeypatch.setattr(
            gate, "TrainedModel", SimpleNamespace(from_bytes=lambda content: champion)
        )
        version = ModelVersion(number=7, content=b"") if champion else None
        return meet_champion(challenger, version, table)  # type: ignore[arg-type]

    return meet


def test_the_first_version_meets_nobody(meet: Any) -> None:
    told = meet(Scorer(RIGHT), None)
    assert told["verdict"] == "first"
    assert str(told["sentence"]).startswith("There was no version in use")


def test_a_better_challenger_passes_and_a_worse_one_fails(meet: Any) -> None:
    better = meet(Scorer(RIGHT), Scorer(ONE_WRONG))
    assert better["verdict"] == "passed"
    assert better["challenger_c"] == 1.0
    assert better["champion_c"] == pytest.approx(5 / 6)
    assert better["difference"] == pytest.approx(1 / 6)
    assert (better["champion"], better["patients"], better["events"]) == (7, 4, 4)
    worse = meet(Scorer(ONE_WRONG), Scorer(RIGHT))
    assert worse["verdict"] == "failed"
    assert worse["difference"] == pytest.approx(-1 / 6)


def test_an_equal_challenger_passes(meet: Any) -> None:
    assert meet(Scorer(ONE_WRONG), Scorer(ONE_WRONG))["verdict"] == "passed"


def test_a_tolerance_lets_a_slightly_worse_challenger_pass_and_never_holds_up_a_better_one(
    meet: Any,
) -> None:
    assert meet(Scorer(ONE_WRONG, tolerance=0.2), Scorer(RIGHT))["verdict"] == "passed"
    assert meet(Scorer(ONE_WRONG, tolerance=0.1), Scorer(RIGHT))["verdict"] == "failed"
    assert meet(Scorer(RIGHT, tolerance=0.2), Scorer(ONE_WRONG))["verdict"] == "passed"


def test_a_challenger_that_is_worse_by_the_tolerance_exactly_passes(meet: Any) -> None:
    assert meet(Scorer(THREE_WRONG, tolerance=0.5), Scorer(RIGHT))["verdict"] == "passed"


def test_the_tolerance_is_the_challengers_own(meet: Any) -> None:
    assert meet(Scorer(ONE_WRONG), Scorer(RIGHT, tolerance=1.0))["verdict"] == "failed"


def test_only_held_out_patients_whom_both_score_by_prediction_are_compared(meet: Any) -> None:
    """Patient a was in the champion's training, and b has no score by the challenger."""
    seen = Scorer(RIGHT | {"t": 0.0}, basis={"a": "out-of-bag"})
    unscored = Scorer({"a": 9.0, "c": 2.0, "d": 1.0, "t": 0.0})
    told = meet(unscored, seen)
    assert (told["patients"], told["events"], told["verdict"]) == (2, 2, "passed")
    assert str(told["sentence"]).startswith("On the same 2 held-out patients (2 events)")
    # The other way round, too: it is not only the champion's training that counts.
    told = meet(Scorer(RIGHT, basis={"d": "out-of-bag"}), Scorer(RIGHT))
    assert told["patients"] == 3


def test_what_is_told_can_be_kept_as_json(meet: Any) -> None:
    json.dumps(meet(Scorer(ONE_WRONG), Scorer(RIGHT)), default=Sentence.as_json)


def test_one_event_among_those_still_alive_is_enough_to_compare_on(
    meet: Any, table: FrozenTable
) -> None:
    table.subjects["event"] = table.subjects["subject"] == "a"
    told = meet(Scorer(ONE_WRONG), Scorer(RIGHT))
    assert (told["verdict"], told["patients"], told["events"]) == ("failed", 4, 1)
    assert told["challenger_c"] == pytest.approx(2 / 3)


def test_scores_are_matched_by_patient_and_not_by_their_order(meet: Any) -> None:
    reversed_order = dict(reversed(RIGHT.items()))
    assert meet(Scorer(reversed_order), Scorer(RIGHT))["difference"] == 0.0


@pytest.mark.parametrize("other", [{"endpoint": "PFS"}, {"timepoint": "edt"}])
def test_models_of_another_endpoint_or_timepoint_are_not_compared(
    meet: Any, other: dict[str, str]
) -> None:
    told = meet(Scorer(RIGHT, **other), Scorer(RIGHT))  # type: ignore[arg-type]
    assert told["verdict"] == "not comparable"
    assert "another endpoint or timepoint" in told["sentence"]


def test_without_held_out_patients_or_events_there_is_no_comparison(
    meet: Any, table: FrozenTable
) -> None:
    told = meet(Scorer(RIGHT, basis=dict.fromkeys("abcd", "out-of-bag")), Scorer(RIGHT))
    assert told["verdict"] == "not comparable"
    assert "no held-out patients with an event" in told["sentence"]
    table.subjects["event"] = table.subjects["role"] == "train"
    assert meet(Scorer(RIGHT), Scorer(RIGHT))["verdict"] == "not comparable"


def test_a_champion_that_cannot_score_these_patients_is_told_and_not_compared(meet: Any) -> None:
    told = meet(Scorer(RIGHT), Scorer(RIGHT, unreadable=True))
    assert told["verdict"] == "not comparable"
    assert "the transform does not fit" in told["sentence"]


def test_a_champion_that_cannot_be_read_is_told_and_not_compared(table: FrozenTable) -> None:
    told = meet_champion(Scorer(RIGHT), ModelVersion(number=1, content=b"rust"), table)  # type: ignore[arg-type]
    assert told["verdict"] == "not comparable"
    assert "cannot be read" in told["sentence"]
