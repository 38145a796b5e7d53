"""What the method refuses: errors with a code, parameters and a sentence."""

import ast
import copy
import multiprocessing
import pickle
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest

from ciri import (
    CiriError,
    Evaluation,
    Refused,
    SpecificationError,
    concordance_index,
    parse_specification,
)
from ciri.errors import NotEstimated
from ciri.survival.outcome import outcome
from tests.unit.tracked import parsed, python_files

KINDS = {"Refused", "NotEstimated", "NotInstalled"}
# Words for the next `except` of the same function; nobody reads them.
INSIDE = {"text", "a category or a date is not a number"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for name in python_files():
        if name.startswith("ciri/"):
            for node in ast.walk(parsed(name)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) in KINDS:
                    yield f"{name}:{node.lineno}", node


def test_each_code_has_one_sentence_and_each_sentence_one_code() -> None:
    sentences, codes = defaultdict(set), defaultdict(set)
    for _, call in calls():
        code, sentence = (ast.literal_eval(argument) for argument in call.args)
        sentences[code].add(sentence)
        codes[sentence].add(code)
    assert len(sentences) > 100
    assert [code for code, found in sentences.items() if len(found) > 1] == []
    assert [sentence for sentence, found in codes.items() if len(found) > 1] == []


def test_each_sentence_has_a_place_for_each_parameter_and_ends() -> None:
    for place, call in calls():
        code, sentence = (ast.literal_eval(argument) for argument in call.args)
        assert code.isidentifier(), place
        assert code == code.lower(), place
        places = set(re.findall(r"%\((\w+)\)", sentence))
        assert places == {keyword.arg for keyword in call.keywords}, place


def test_nothing_is_refused_without_a_code() -> None:
    plain = [
        f"{name}:{node.lineno}"
        for name in python_files()
        if name.startswith("ciri/")
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and getattr(node.exc.func, "id", "") in {"ValueError", "KeyError", "TypeError"}
        and getattr(node.exc.args[0], "value", "") not in INSIDE
    ]
    assert plain == []


def refused() -> Refused:
    with pytest.raises(Refused) as caught:
        concordance_index(outcome([True, False], [1.0, 2.0]), [1.0, np.inf])
    return caught.value


def test_it_is_a_value_error_with_a_sentence() -> None:
    error = refused()
    assert isinstance(error, ValueError)
    assert isinstance(error, CiriError)
    assert error.code == "risk_infinite"
    assert str(error) == "A risk is infinite; give NaN for a patient without a prediction."
    assert error.args == (str(error),)


def test_braces_in_a_value_stay_what_they_are() -> None:
    assert str(Refused("one", "%(name)s is not known.", name="%(x)s")) == "%(x)s is not known."


@pytest.mark.parametrize("again", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301
@pytest.mark.parametrize("kind", [Refused, NotEstimated])
def test_it_comes_back_whole(kind, again) -> None:
    error = kind("too_many", "%(count)d are too many.", count=1000)
    found = again(error)
    assert type(found) is kind
    assert (found.code, found.template, found.parameters) == (
        "too_many",
        "%(count)d are too many.",
        {"count": 1000},
    )
    assert str(found) == "1000 are too many."


def refuse_elsewhere() -> None:
    concordance_index(outcome([True, False], [1.0, 2.0]), [1.0, np.inf])


def test_it_comes_back_from_another_process() -> None:
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        pytest.raises(Refused) as caught,
    ):
        pool.submit(refuse_elsewhere).result()
    assert caught.value.code == "risk_infinite"


def test_a_specification_is_refused_with_all_that_is_wrong() -> None:
    with pytest.raises(SpecificationError) as caught:
        parse_specification({"cohorts": {"train": []}, "forest": {"tree": 1}})
    error = caught.value
    assert isinstance(error, CiriError)
    assert (error.code, error.parameters) == ("no_training", {"where": "cohorts.train"})
    assert [problem.code for problem in error.problems] == ["no_training", "unknown_key"]
    assert str(error) == (
        "cohorts.train is empty: name at least one cohort to train on. forest has an unknown key 'tree'; it "
        "knows trees, min_leaf, max_features, sample. Did you mean 'trees'?"
    )
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.problems, str(again)) == (error.problems, str(error))


def test_what_was_not_estimated_is_a_key_error_without_quotation_marks() -> None:
    metrics = pd.DataFrame(columns=["metric", "time", "value", "low", "high"])
    empty = pd.DataFrame()
    found = Evaluation(metrics, empty, empty, empty, (), 0, 0, np.inf, 0.95)
    with pytest.raises(KeyError) as caught:
        found.value("brier", 12.0)
    assert str(caught.value) == "brier was not estimated at 12."
    assert caught.value.parameters == {"metric": "brier", "where": " at 12"}
