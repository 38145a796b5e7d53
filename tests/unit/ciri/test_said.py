"""What the method remarks: texts that know their codes, in evaluations, comparisons, tables and reports."""

import ast
import copy
import json
import pickle
import re

import numpy as np
import pandas as pd
import pytest

from ciri.errors import Refused
from ciri.figures import forest_plot_figure, message_figure
from ciri.performance.comparison import compare_predictions
from ciri.performance.evaluation import evaluate_predictions
from ciri.said import Said, is_kept, keep, recall, say, spoken_by, together
from ciri.sentences import SENTENCES
from ciri.survival.curves import hazard_ratio, log_rank
from ciri.survival.outcome import outcome
from ciri.survival.strata import strata_table
from tabular.message import Message
from tests.unit.ciri.drawings import texts_of
from tests.unit.ciri.judging import TIMES, judged
from tests.unit.tracked import parsed, python_files

NESTED = Said("wrong_way_round", c=np.float64(0.2), hint=Said("turn_the_sign"))
ALL = [
    (Said("few_events", events=np.int64(4)), "Only 4 events: too few to compare survival."),
    (Said("of_model", model="a 100 % %(x)s", said=NESTED), f"a 100 % %(x)s: {NESTED}"),
    (Said("inputs_unknown", percent=50.0), "fewer than 50% of the model's analytes"),
    (together([Said("one_group"), NESTED]), f"There is only one group. {NESTED}"),
]


@pytest.mark.parametrize(("said", "text"), ALL)
def test_it_is_its_english_text_and_comes_back_from_json_and_from_a_pickle(said, text) -> None:
    assert said.startswith(text)
    assert isinstance(said, str)
    assert json.loads(json.dumps([said])) == [str(said)]
    kept = json.loads(json.dumps(keep({"notes": (said, "typed")})))["notes"]
    assert (kept[0]["code"], kept[1]) == (said.code, "typed")
    assert text not in json.dumps(kept[0])
    pickled = pickle.loads(pickle.dumps(said))  # noqa: S301
    for again in (recall(kept[0]), copy.deepcopy(said), pickled):
        assert type(again) is Said
        assert (again, again.code, again.parameters) == (said, said.code, said.parameters)


def test_what_has_no_code_of_ours_is_kept_under_its_sentence_or_as_words() -> None:
    error = Refused("odd", "%(n)d are odd: %(why)s", n=3, why=Said("one_group"))
    one_group = {"code": "one_group", "with": {}}
    assert keep(error) == {"code": "%(n)d are odd: %(why)s", "with": {"n": 3, "why": one_group}}
    assert say(keep(error)) == "3 are odd: There is only one group."
    assert say(keep(ValueError("100 % odd"))) == "100 % odd"
    assert keep(Refused.of(Said("clinical_already"))) == {"code": "clinical_already", "with": {}}
    assert keep(keep(NESTED)) == keep(NESTED)


def test_a_text_of_an_earlier_report_is_said_as_it_is() -> None:
    assert recall("Said once, 100 %.") == say("Said once, 100 %.") == "Said once, 100 %."
    assert say(None) == say("") == ""
    assert say({"code": "of_a_later_version", "with": {"n": 3}}) == "of_a_later_version"
    assert not is_kept({"code": 1, "with": {}, "more": 2})


def test_figures_say_it_in_whichever_language_is_spoken() -> None:
    row = {"stratum": "Site", "level": "B", "n": 9, "events": 4, "interaction_p": None}
    row |= dict.fromkeys(("hr", "low", "high", "p")) | {"reason": keep(ALL[0][0])}
    drawn = {**row, "level": "A", "hr": 2.0, "low": 1.0, "high": 4.0, "p": 0.04}
    assert "Only 4 events: too few to" in " ".join(texts_of(forest_plot_figure([drawn, row])))
    assert "Only 4 events: too few" in " ".join(texts_of(forest_plot_figure([row])))
    with spoken_by(lambda said: f"XX {said.code}"):
        assert "XX few_events" in texts_of(forest_plot_figure([drawn, row]))
        assert "XX no_hazard_ratio XX few_events" in " ".join(texts_of(forest_plot_figure([row])))
        message = message_figure(Said("one_group"))
        assert (texts_of(message), message["description"]) == (["XX one_group"], "XX one_group")
        assert "typed" in texts_of(message_figure("typed"))
    assert say(Said("one_group")) == "There is only one group."


def codes(notes) -> list[str]:
    assert all(type(note) is Said for note in notes)
    return [note.code for note in notes]


def test_an_evaluation_remarks_in_codes() -> None:
    y, risk, survival = judged(3, 380)
    times = np.array([1.0, 60.0, 120.0, y["time"].max()])
    found = evaluate_predictions(y, risk, survival, times, n_resamples=0)
    assert codes(found.notes) == ["nobody_after", "no_event_by"]
    assert found.to_dict()["notes"] == list(found.notes)
    backwards = evaluate_predictions(y, -risk, n_resamples=0).notes[0]
    assert (backwards.code, backwards.parameters["hint"].code) == (
        "wrong_way_round",
        "turn_the_sign",
    )
    alike = evaluate_predictions(y, np.ones(len(y)), np.full(survival.shape, 0.5), TIMES)
    assert "same_score_for_all" in codes(alike.notes)
    (at,) = [note for note in alike.notes if note.code == "same_risk_for_all_at"]
    assert keep(at)["with"]["times"]["code"] == "and_last"


def test_a_comparison_remarks_and_judges_in_codes() -> None:
    y, risk, survival = judged(0, 1500)
    found = compare_predictions(y, risk, np.ones(len(y)), survival, None, TIMES, n_resamples=20)
    assert codes(found.notes) == ["no_survival_of_both"]
    assert codes([found.verdict, found.caveat]) == ["orders_better", "gains_of_noise"]
    assert set(codes(found.added["reason"])) == {"cox_singular"}
    told = found.to_dict()
    assert (told["verdict"], told["caveat"]) == (str(found.verdict), str(found.caveat))
    holes = np.where(np.arange(len(y)) < 2, np.nan, risk)
    assert "without_both" in codes(compare_predictions(y, risk, holes, n_resamples=0).notes)


def test_groups_that_cannot_be_compared_say_why_in_codes() -> None:
    y = outcome([1] * 4, [1, 2, 3, 4])
    assert codes([log_rank(y, [1, 1, 1, 1]).reason]) == ["one_group_to_compare"]
    assert codes(hazard_ratio(y, list("bbaa"), "a")["reason"]) == ["cox_unbounded"]
    part = outcome([1, 1, 0, 0, 1, 1], [1, 2, 3, 4, 5, 6])
    reasons = hazard_ratio(part, list("aabbcc"), "a")["reason"]
    assert reasons[0].parameters == {"group": "b"}
    table = strata_table(y, ["good", "poor"] * 2, table_of_nothing(4), n_resamples=2)
    assert codes(table["reason"]) == ["few_events"]
    one = outcome([1, 0, 0, 0], [1, 2, 3, 4])
    table = strata_table(one, ["good", "poor"] * 2, table_of_nothing(4), n_resamples=2)
    assert table["reason"].tolist() == ["Only 1 event: too few to compare survival."]


def table_of_nothing(n: int):
    return pd.DataFrame(index=range(n))


def calls() -> list[tuple[str, ast.Call]]:
    return [
        (name, node)
        for name in python_files("ciri/*.py")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said"
    ]


def test_each_code_has_a_sentence_with_a_place_for_each_parameter() -> None:
    for name, call in calls():
        if not isinstance(call.args[0], ast.Constant) or any(k.arg is None for k in call.keywords):
            continue
        places = set(re.findall(r"(?<!%)%\((\w+)\)", SENTENCES[call.args[0].value]))
        assert places == {keyword.arg for keyword in call.keywords}, f"{name}:{call.lineno}"


def test_each_sentence_is_used_and_none_twice() -> None:
    used = {
        node.value
        for name in python_files("ciri/*.py")
        if not name.startswith("ciri/sentences/")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } | {"nobody_good", "nobody_poor", "calibration_validation", "calibration_out_of_bag"}
    used |= {"before_treatment", "early_during_treatment"}  # named in visits.yaml
    assert set(SENTENCES) - used == set()
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_gettext_reads_each_sentence() -> None:
    marked = {
        ast.literal_eval(node.args[0])
        for name in python_files("ciri/sentences/*.py")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "gettext_noop"
    }
    assert set(SENTENCES.values()) == marked
    assert all(str(Message("code", text.replace("%%", ""), **anything(text))) for text in marked)


def anything(text: str) -> dict[str, float]:
    return dict.fromkeys(re.findall(r"%\((\w+)\)", text), 1.0)
