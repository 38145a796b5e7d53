import json

import numpy as np
import pandas as pd
import pytest

from ciri import (
    FrozenTable,
    Refused,
    concordance_index,
    cross_validate_repeat,
    merge_repeats,
    parse_specification,
    train,
)
from ciri.survival.outcome import outcome_of

from .cohorts import SMALL, frozen

SPECIFICATION = parse_specification({**SMALL, "cross_validation": {"folds": 4, "repeats": 2}})


@pytest.fixture(scope="module")
def table():
    return frozen(n=150, train=150)


@pytest.fixture(scope="module")
def repeats(table):
    return [cross_validate_repeat(SPECIFICATION, table, number) for number in range(2)]


def test_every_training_patient_is_held_out_once_in_each_repeat(table, repeats):
    for one in repeats:
        held_out = [subject for fold in one["folds"] for subject in fold["subjects"]]
        assert sorted(held_out) == sorted(table.subjects["subject"])
    assert repeats[0]["folds"][0]["subjects"] != repeats[1]["folds"][0]["subjects"]


def test_folds_have_equal_shares_of_events(table, repeats):
    event = table.subjects.set_index("subject")["event"]
    shares = [event[fold["subjects"]].sum() for one in repeats for fold in one["folds"]]
    assert max(shares) - min(shares) <= 1


def test_a_fold_is_a_training_on_the_other_folds(table, repeats):
    fold = repeats[0]["folds"][0]
    roles = np.where(table.subjects["subject"].isin(fold["subjects"]), "other", "train")
    rest = FrozenTable.freeze(table.subjects.assign(role=roles), table.measurements)
    random = np.random.default_rng([SPECIFICATION.seed, 0])
    random.random(len(roles))
    seed = int(random.integers(2**31, size=4)[0])
    body = {**SPECIFICATION.to_dict(), "seed": seed}
    model = train(parse_specification(body), rest)
    assert fold["selected"] == model.selected
    scores = model.score(table).set_index("subject")["mortality"]
    np.testing.assert_allclose(scores[fold["subjects"]], fold["mortality"], rtol=1e-12)


def test_repeats_merge_to_the_same_figures_in_any_order_and_through_json(table, repeats):
    merged = merge_repeats(SPECIFICATION, table, repeats)
    turned = json.loads(json.dumps(repeats[::-1]))
    assert merge_repeats(SPECIFICATION, table, turned) == merged
    json.dumps(merged, allow_nan=False)


def test_c_counts_pairs_that_were_held_out_together(table, repeats):
    merged = merge_repeats(SPECIFICATION, table, repeats)
    people = table.subjects.set_index("subject")
    pairs, gained = 0.0, 0.0
    for fold in (fold for one in repeats for fold in one["folds"]):
        y = outcome_of(people.loc[fold["subjects"]])
        earlier = y["event"][:, None] & (
            (y["time"][:, None] < y["time"]) | ((y["time"][:, None] == y["time"]) & ~y["event"])
        )
        pairs += earlier.sum()
        gained += concordance_index(y, np.array(fold["mortality"])) * earlier.sum()
    assert merged["c"] == pytest.approx(gained / pairs, abs=1e-12)
    assert merged["low"] < merged["c"] < merged["high"]
    assert (merged["n"], merged["repeats"], merged["folds"]) == (150, 2, 4)


def test_a_penalised_cox_model_is_judged_in_the_same_folds(table, repeats):
    merged = merge_repeats(SPECIFICATION, table, repeats)
    assert merged["difference"]["value"] == pytest.approx(merged["c"] - merged["cox"]["c"])
    # Simulated with proportional hazards: the Cox model is right, the forest need not beat it.
    assert merged["cox"]["c"] > 0.6
    assert (
        merged["difference"]["low"] < merged["difference"]["value"] < merged["difference"]["high"]
    )


def test_a_real_signal_is_found_and_its_analytes_in_most_folds(table, repeats):
    merged = merge_repeats(SPECIFICATION, table, repeats)
    assert merged["c"] > 0.6
    assert {row["analyte"] for row in merged["selected"] if row["folds"] > 0.8} == {"A0", "A1"}


def test_where_the_outcome_is_shuffled_the_interval_holds_one_half(table):
    order = np.random.default_rng(3).permutation(len(table.subjects))
    columns = ["time", "event"]
    shuffled = table.subjects.assign(**{c: table.subjects[c].to_numpy()[order] for c in columns})
    chance = FrozenTable.freeze(shuffled, table.measurements)
    merged = merge_repeats(SPECIFICATION, chance, [cross_validate_repeat(SPECIFICATION, chance, 0)])
    assert merged["low"] < 0.5 < merged["high"]


def test_too_few_patients_for_the_folds_are_told(table):
    with pytest.raises(ValueError, match="too few to be split into 4 folds"):
        cross_validate_repeat(SPECIFICATION, frozen(n=7, train=7), 0)


def test_predictions_are_the_means_over_repeats(table, repeats):
    merged = merge_repeats(SPECIFICATION, table, repeats)
    first = pd.DataFrame(merged["predictions"]).set_index("subject").loc["S000"]
    found = [
        fold["mortality"][fold["subjects"].index("S000")]
        for one in repeats
        for fold in one["folds"]
        if "S000" in fold["subjects"]
    ]
    assert first["mortality"] == pytest.approx(np.mean(found))
    assert 0 <= first["survival_6m"] <= 1


def test_there_must_be_a_repeat_to_merge(table):
    with pytest.raises(Refused, match="There is no repeat to merge"):
        merge_repeats(SPECIFICATION, table, [])
