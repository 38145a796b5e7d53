import json

import numpy as np
import pandas as pd
import pytest

from ciri import CiriError, FrozenTable, TrainedModel, parse_specification, train
from ciri.dataset.transform import Transform
from ciri.forest.storage import pack, unpack
from ciri.said import say
from ciri.survival.outcome import DAYS_IN_MONTH

from .cohorts import SMALL, frozen


@pytest.fixture(scope="module")
def table():
    return frozen()


@pytest.fixture(scope="module")
def model(table):
    return train(parse_specification(SMALL), table)


def test_training_again_from_the_same_bytes_gives_the_same_bytes(table, model):
    again = train(parse_specification(SMALL), FrozenTable.from_bytes(table.to_bytes()), n_jobs=2)
    assert again.to_bytes() == model.to_bytes()


def test_clinical_factors_do_not_change_which_analytes_are_kept(table, model):
    alone = train(parse_specification({**SMALL, "covariates": []}), table)
    assert alone.selected == model.selected
    assert model.features == [*model.selected, "age", "sex"]


def test_training_patients_get_their_out_of_bag_score(table, model):
    scores = model.score(table).set_index("subject")
    trained = scores.loc[model.training_subjects]
    assert set(trained["basis"]) == {"out-of-bag"}
    np.testing.assert_array_equal(trained["mortality"], model.forest.oob_prediction_)
    others = scores.drop(model.training_subjects)
    assert set(others["basis"]) == {"prediction"}
    assert scores["percentile"].between(0, 100).all()
    assert (scores["survival_6m"] >= scores["survival_12m"]).all()


def of_ids(table, ids):
    """The same table with other subject ids."""
    people, values = table.subjects.copy(), table.measurements.copy()
    people["subject"], values["subject"] = people["subject"].map(ids), values["subject"].map(ids)
    return FrozenTable.freeze(people, values)


def test_another_cohort_with_the_same_ids_is_scored_as_new_people(table, model):
    other = frozen(seed=5)
    assert set(model.training_subjects) <= set(other.subjects["subject"])
    scores = model.score(other).set_index("subject")
    features, rows = model.inputs(other)
    assert set(scores["basis"]) == {"prediction"}
    assert (rows == -1).all()
    np.testing.assert_array_equal(scores["mortality"], model.forest.predict(features))
    expected = model.forest.predict_survival_function(features, [12 * DAYS_IN_MONTH])[:, 0]
    np.testing.assert_array_equal(scores["survival_12m"].astype(float), expected)
    np.testing.assert_allclose(model.explain(other).score, scores["mortality"], atol=1e-9)


def test_values_alone_do_not_make_a_training_patient_and_ids_alone_do_not(table, model):
    """Each has the id of another training patient: the values and outcome say who is who."""
    ids = dict(
        zip(model.training_subjects, np.roll(model.training_subjects, 1).tolist(), strict=True)
    )
    mixed = of_ids(table, lambda one: ids.get(one, one))
    scores = model.score(mixed).set_index("subject").loc[list(ids.values())]
    assert set(scores["basis"]) == {"out-of-bag"}
    np.testing.assert_array_equal(scores["mortality"], model.forest.oob_prediction_)
    later = mixed.subjects.assign(time=mixed.subjects["time"] + 1)
    unknown = model.score(FrozenTable.freeze(later, mixed.measurements)).set_index("subject")
    assert set(unknown.loc[list(ids.values()), "basis"]) == {"prediction"}


def test_a_training_patient_followed_up_for_longer_stays_out_of_bag(table, model):
    later = table.subjects.assign(time=table.subjects["time"] + 100)
    scores = model.score(FrozenTable.freeze(later, table.measurements)).set_index("subject")
    assert set(scores.loc[model.training_subjects, "basis"]) == {"out-of-bag"}
    np.testing.assert_array_equal(
        scores.loc[model.training_subjects, "mortality"], model.forest.oob_prediction_
    )


def test_a_training_patient_with_other_values_is_another_person_unless_ids_are_people(table, model):
    who, analyte = model.training_subjects[4], model.selected[0]
    values = table.measurements.copy()
    cell = (values["subject"] == who) & (values["analyte"] == analyte)
    values.loc[cell, "value"] *= 40
    changed = FrozenTable.freeze(table.subjects, values)
    row = model.score(changed).set_index("subject").loc[who]
    same = model.score(changed, same_people=True).set_index("subject")
    features, rows = model.inputs(changed, same_people=True)
    place = features.index.get_loc(who)
    assert (row["basis"], same.loc[who, "basis"]) == ("prediction", "out-of-bag, values changed")
    assert row["mortality"] == model.forest.predict(features)[place]
    left_out = model.forest.predict_out_of_bag(features.iloc[[place]], [4])[0]
    assert same.loc[who, "mortality"] == left_out != row["mortality"]
    assert (rows[place], (same["basis"] == "out-of-bag").sum()) == (4, len(rows[rows >= 0]) - 1)


def test_a_stored_model_scores_as_before(table, model):
    read = TrainedModel.from_bytes(model.to_bytes())
    pd.testing.assert_frame_equal(read.score(table), model.score(table))
    assert read.report == model.report
    assert read.to_bytes() == model.to_bytes()


def test_validation_rows_change_nothing_that_is_learnt(table, model):
    people = table.subjects.copy()
    held_out = people["role"] == "validate"
    people.loc[held_out, ["age", "time"]] = [20.0, 1.0]
    changed = train(
        parse_specification({**SMALL, "missing": "native"}),
        FrozenTable.freeze(people, table.measurements),
    )
    assert changed.transform == model.transform
    assert changed.cutoff == model.cutoff
    np.testing.assert_array_equal(changed.forest.oob_prediction_, model.forest.oob_prediction_)


def test_the_report_is_json_and_states_performance_with_its_interval(model):
    report = json.loads(json.dumps(model.report, allow_nan=False))
    for basis in ("out_of_bag", "validation"):
        found = report["performance"][basis]
        assert found["low"] <= found["c"] <= found["high"]
    assert sum(row["selected"] for row in report["importance"]) == 3
    assert len(report["correlations"]) == 3


def test_a_patient_without_measurements_is_not_scored_and_is_told_why(table, model):
    few = table.measurements[table.measurements["subject"] != "S100"]
    lacking = FrozenTable.freeze(table.subjects, few)
    assert "S100" not in set(model.score(lacking)["subject"])
    assert [row["subject"] for row in model.unscored(lacking)] == ["S100"]


def test_patients_without_an_outcome_can_be_scored(table, model):
    people = table.subjects.assign(time=np.nan)
    open_ended = FrozenTable.freeze(people, table.measurements, require_outcome=False)
    assert len(model.score(open_ended)) == len(people)


def test_nobody_to_learn_from_is_a_sentence(table):
    nobody = FrozenTable.freeze(table.subjects.assign(role="other"), table.measurements)
    with pytest.raises(ValueError, match="No patient of discovery"):
        train(parse_specification(SMALL), nobody)
    alive = FrozenTable.freeze(table.subjects.assign(event=False), table.measurements)
    with pytest.raises(ValueError, match="event"):
        train(parse_specification(SMALL), alive)
    wrong = {**SMALL, "analytes": {"candidates": ["A0", "IL-99"], "keep": 1}}
    with pytest.raises(ValueError, match="No training patient has a measurement of IL-99"):
        train(parse_specification(wrong), table)


def test_without_validation_patients_the_model_says_so(table):
    only = FrozenTable.freeze(
        table.subjects.assign(role=table.subjects["role"].replace("validate", "other")),
        table.measurements,
    )
    report = train(parse_specification(SMALL), only).report
    assert report["performance"]["validation"] is None
    assert {"code": "not_validated", "with": {}} in report["warnings"]
    assert any("no validation cohort" in say(sentence) for sentence in report["warnings"])


def test_values_beyond_limits_follow_the_policy():
    subjects = pd.DataFrame(
        {"subject": list("abcdef"), "site": "A", "cohort": "d", "role": "train"}
    ).assign(time=5.0, event=True)
    flags = ["in_range", "in_range", "below_lloq", "below_lloq", "above_uloq", "excluded"]
    rows = pd.DataFrame(
        {
            "subject": list("abcdef"),
            "analyte": "IL-6",
            "replicate": 1,
            "value": [4.0, 16.0, None, None, None, 7.0],
            "flag": flags,
            "limit": [None, None, 2.0, None, None, None],
        }
    )
    table = FrozenTable.freeze(subjects, rows)
    fitted = Transform.fit(parse_specification({}), table, set("abcdef"), ["IL-6"])
    # log2 of: 4, 16, 2/2, smallest in range 4 / 2, largest in range 16, nothing.
    np.testing.assert_array_equal(fitted.apply(table)["IL-6"], [2, 4, 0, 1, 4, np.nan])
    npx = parse_specification({"analytes": {"scale": "none"}})
    fitted = Transform.fit(npx, table, set("abcdef"), ["IL-6"])
    np.testing.assert_array_equal(fitted.apply(table)["IL-6"], [4, 16, 1, 3, 16, np.nan])


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        ("right", lambda a: np.where(a >= 0, 0, a), "before its parent"),
        ("right", lambda a: np.where(a >= 0, a + 10**6, a), "outside its tree"),
        ("feature", lambda a: np.where(a >= 0, 99, a), "feature is unknown"),
        ("threshold", lambda a: a * np.nan, "not a number"),
        ("mortality", lambda a: a + np.inf, "not a finite number"),
        ("threshold", lambda a: a[:-1], "wrong shape"),
        ("in_bag", lambda a: a[:, :-1], "wrong shape"),
        ("training_leaf", lambda a: a * 0, "ends inside a tree"),
        ("time", lambda a: -a, "not positive"),
        ("event", lambda a: a.astype(float), "another kind"),
    ],
)
def test_damaged_arrays_are_refused_with_a_sentence(model, name, damage, sentence):
    arrays, document = unpack(model.to_bytes())
    arrays[name] = damage(arrays[name].astype(arrays[name].dtype if name == "event" else float))
    if name in {"right", "feature", "in_bag", "training_leaf"}:
        arrays[name] = arrays[name].astype(np.uint16 if name == "in_bag" else np.int64)
    with pytest.raises(ValueError, match=sentence):
        TrainedModel.from_bytes(pack(arrays, document))


def test_pickled_content_is_refused(model):
    arrays, document = unpack(model.to_bytes())
    del arrays["right"]
    with pytest.raises(ValueError, match="lacks the array right"):
        TrainedModel.from_bytes(pack(arrays, document))
    with pytest.raises(ValueError, match="not a stored model"):
        TrainedModel.from_bytes(b"\x80\x04.")


def test_a_handful_of_patients_trains_one_score_for_all_and_says_so():
    table = frozen(n=14, train=9)
    model = train(parse_specification({**SMALL, "cutoff": "logrank"}), table)
    told = [one for one in model.report["warnings"] if one["code"] == "no_tree_splits"]
    assert told[0]["with"] == {"patients": 9, "leaf": model.specification.forest.min_leaf}
    assert "no tree could split" in say(told[0])
    assert set(model.score(table)["group"]) <= {"good", "poor"}
    TrainedModel.from_bytes(model.to_bytes())


@pytest.mark.parametrize(
    "part", ["specification", "transform", "cutoff", "features", "parameters", "subjects"]
)
def test_a_document_that_holds_something_else_is_refused_in_a_sentence(model, part):
    arrays, document = unpack(model.to_bytes())
    for value in (
        None,
        3,
        "x",
        [1],
        {"a": 1},
        {"analytes": 3, "covariates": None},
        {"analytes": [1]},
    ):
        with pytest.raises(CiriError):
            TrainedModel.from_bytes(pack(arrays, {**document, part: value}))
