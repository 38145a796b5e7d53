"""Columns as people have them: every kind gives the same number, or a sentence; never another number."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from sksurv.metrics import concordance_index_censored

from ciri import (
    CoxElasticNet,
    SurvivalForest,
    compare_predictions,
    concordance_index,
    concordance_interval,
    evaluate,
    evaluate_predictions,
    fit_cox,
    hazard_ratio,
    log_rank,
    strata_table,
)
from ciri.survival.concordance import backwards
from ciri.survival.cutoff import lock_cutoff, percentiles
from ciri.survival.outcome import outcome

from .cohorts import simulated

X, Y = simulated(90, 4, seed=1, gaps=0)
SCORE = np.round(40 + 10 * X[:, 0], 0)
FOREST = SurvivalForest(30, 6, random_state=0).fit(X, Y)

KINDS = {
    "list": lambda v: v.tolist(),
    "integers": lambda v: v.astype(int),
    "Series": pd.Series,
    "object": lambda v: pd.Series(v, dtype=object),
    "Int64": lambda v: pd.Series(v).astype("Int64"),
    "Float64": lambda v: pd.array(v, dtype="Float64"),
    "Decimal": lambda v: [Decimal(str(x)) for x in v],
    "float32": lambda v: v.astype(np.float32),
}
TAKES_A_RISK = {
    "concordance_index": lambda risk: concordance_index(Y, risk),
    "concordance_interval": lambda risk: concordance_interval(Y, risk, 20).low,
    "evaluate_predictions": lambda risk: evaluate_predictions(Y, risk, n_resamples=0).value(
        "uno_c"
    ),
    "compare_predictions": lambda risk: compare_predictions(Y, risk, X[:, 1], n_resamples=0).c[
        "value"
    ][0],
    "lock_cutoff": lambda risk: lock_cutoff("median", Y, risk).value,
    "strata_table": lambda risk: strata_table(
        Y, ["good", "poor"] * 45, pd.DataFrame({"x": [1] * 90}), risk, n_resamples=5
    )["c"][0],
}
WITHOUT_UNKNOWN = ("concordance_index", "concordance_interval", "lock_cutoff")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", TAKES_A_RISK)
def test_a_risk_of_any_kind_gives_the_same_number(call, kind):
    assert TAKES_A_RISK[call](KINDS[kind](SCORE)) == TAKES_A_RISK[call](SCORE)


@pytest.mark.parametrize("kind", ["Int64", "Float64", "object"])
@pytest.mark.parametrize("call", TAKES_A_RISK)
def test_what_is_not_known_is_left_out_and_told_or_refused(call, kind):
    risk = pd.Series(SCORE).astype(kind)
    risk[3] = pd.NA
    if call in WITHOUT_UNKNOWN:
        with pytest.raises(ValueError, match="finite"):
            TAKES_A_RISK[call](risk)
        return
    gap = SCORE.copy()
    gap[3] = np.nan
    assert TAKES_A_RISK[call](risk) == TAKES_A_RISK[call](gap)


@pytest.mark.parametrize("kind", ["string", "category", "datetime64[ns]", "text"])
@pytest.mark.parametrize("call", TAKES_A_RISK)
def test_what_is_not_a_number_is_refused_in_a_sentence(call, kind):
    risk = pd.Series([str(x) for x in SCORE]) if kind == "text" else pd.Series(SCORE).astype(kind)
    with pytest.raises(ValueError, match="The risk must be numbers"):
        TAKES_A_RISK[call](risk)


@pytest.mark.parametrize("call", TAKES_A_RISK)
def test_survival_in_the_place_of_risk_is_refused_where_it_shows(call):
    times = [100.0, 200.0]
    survival = FOREST.predict_survival_function(X, times)
    steps = [lambda t: t] * 90
    for risk, sentence in (
        (survival, "Survival by patients and times is not a risk"),
        (steps, "survival functions, not risks"),
        (pd.Series(survival[:, 0], name="survival_12m"), "is a column of survival, not of risk"),
    ):
        with pytest.raises(ValueError, match=sentence):
            TAKES_A_RISK[call](risk)
    named = pd.Series(SCORE, name="survival_risk")
    assert TAKES_A_RISK[call](named) == TAKES_A_RISK[call](SCORE)


def test_survival_probabilities_in_the_place_of_risk_are_told_by_their_order():
    survival = FOREST.predict_survival_function(X, [200.0])[:, 0]
    right = concordance_index_censored(Y["event"], Y["time"], 1 - survival)[0]
    sentence = "wrong way round. Scores between 0 and 1 that do so are survival probabilities"
    with pytest.warns(UserWarning, match=sentence):
        assert concordance_index(Y, survival) == pytest.approx(1 - right, abs=1e-9)
    with pytest.warns(UserWarning, match=sentence):
        concordance_interval(Y, survival, 10)
    with pytest.warns(UserWarning, match=sentence):
        lock_cutoff("median", Y, survival)
    with pytest.warns(UserWarning, match=sentence):
        TAKES_A_RISK["strata_table"](survival)
    assert sentence in evaluate_predictions(Y, survival, n_resamples=0).notes[0]
    found = compare_predictions(Y, 1 - survival, survival, n_resamples=0)
    assert found.notes[0].startswith("Second model: The C-index is")
    time = evaluate_predictions(Y, -SCORE * 30, n_resamples=0).notes[0]
    assert "turn the sign of a predicted survival time" in time
    percent = evaluate_predictions(Y, 100 * survival, n_resamples=0).notes[0]
    assert "wrong way round" in percent
    assert "or of a survival in percent" in percent


def test_a_marker_that_runs_the_other_way_by_nature_is_asked_about_without_a_word():
    """PD-L1 or the share of lymphocytes in percent: as survival in percent, it lies between 0 and 100."""
    protective = np.round(100 * FOREST.predict_survival_function(X, [200.0])[:, 0])
    assert concordance_index(Y, protective) < 0.4  # warnings are errors in these tests


def test_a_genuine_risk_between_0_and_1_is_nobodys_business():
    survival = FOREST.predict_survival_function(X, [200.0])[:, 0]
    concordance_index(Y, 1 - survival)  # warnings are errors in these tests
    noise = np.random.default_rng(0)
    wrong = 0
    for _ in range(300):
        wrong += bool(backwards(Y["event"], Y["time"], noise.uniform(size=90)))
    assert wrong <= 3


def test_risks_in_the_place_of_survival_are_refused():
    survival = FOREST.predict_survival_function(X, [100.0, 200.0, 300.0])
    with pytest.raises(ValueError, match="rises with time for most patients"):
        evaluate_predictions(Y, SCORE, 1 - survival, [100, 200, 300])
    turned = evaluate_predictions(Y, SCORE, survival[:, ::-1], [300, 200, 100], n_resamples=0)
    assert turned.value("brier", 100.0) > 0


@pytest.mark.parametrize("kind", ["boolean", "Int64", "object", "bool", "float", "Decimal"])
def test_an_event_of_any_kind_is_the_same_event(kind):
    event = (
        [Decimal(int(x)) for x in Y["event"]]
        if kind == "Decimal"
        else pd.Series(Y["event"]).astype(kind)
    )
    made = outcome(event, pd.Series(Y["time"]).astype("Float64"))
    assert np.array_equal(made, outcome(Y["event"], Y["time"]))


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ([True, None], "1 of 2 events are not known"),
        ([1.0, np.nan], "1 of 2 events are not known"),
        (pd.array([True, pd.NA], dtype="boolean"), "1 of 2 events are not known"),
        (["0", "1"], "Events must be numbers"),
        (["dead", "alive"], "Events must be numbers"),
        ([1, 2], "Events must be true or false"),
        ([1], "one event and one time"),
    ],
)
def test_an_event_that_is_not_known_never_counts_as_one(event, sentence):
    with pytest.raises(ValueError, match=sentence):
        outcome(event, [10.0, 20.0])


@pytest.mark.parametrize("kind", ["string", "category", "object"])
def test_groups_of_any_kind_give_the_same_test(kind):
    groups = pd.Series(np.where(X[:, 0] > 0, "poor", "good"))
    for call in (log_rank, lambda y, g: hazard_ratio(y, g, "good").to_dict("records")):
        assert call(Y, groups.astype(kind)) == call(Y, groups.to_numpy())
    gap = groups.astype(kind)
    gap[0] = None
    with pytest.raises(ValueError, match="A patient has no group"):
        log_rank(Y, gap)
    with pytest.raises(ValueError, match="all words or all numbers"):
        log_rank(Y, ["a", 1, *["a"] * 88])


def test_a_model_reads_every_kind_of_column_alike():
    plain = pd.DataFrame(np.round(X * 10), columns=list("abcd"))
    plain.loc[5, "b"] = np.nan
    forms = [
        plain.astype("Int64"),
        plain.astype("Float64"),
        plain.astype(object).where(plain.notna(), pd.NA),
        plain.astype(object).where(plain.notna(), None),
        plain.astype("Int64").to_numpy(dtype=object),
        plain.map(lambda x: None if np.isnan(x) else Decimal(str(x))),
    ]
    forest = SurvivalForest(20, 6, random_state=0).fit(plain, Y)
    cox = CoxElasticNet(n_alphas=5, cv=2).fit(plain, Y)
    for form in forms:
        assert np.array_equal(forest.predict(form), forest.predict(plain))
        assert np.array_equal(cox.predict(form), cox.predict(plain))
        found = evaluate(forest, form, Y, n_resamples=0)
        assert found.value("harrell_c") == pytest.approx(forest.oob_score_, abs=1e-12)
    known = plain[["a", "c"]]
    for first, second in pairwise(
        [known, known.astype("Int64"), known.map(lambda x: Decimal(str(x)))]
    ):
        assert np.array_equal(fit_cox(first, Y).coef, fit_cox(second, Y).coef)
    with pytest.raises(ValueError, match="every one known"):
        fit_cox(plain.astype("Int64"), Y)
    for kind in ("string", "category"):
        with pytest.raises(ValueError, match="numbers only, but a, b, c, d does not"):
            forest.predict(plain.map(lambda x: f"v{x}").astype(kind))


def test_percentiles_and_weights_take_them_too():
    ours = percentiles(pd.array([1, 2], dtype="Int64"), np.array([1.0, 2.0, 3.0]))
    assert ours.tolist() == percentiles([1, 2], np.array([1.0, 2.0, 3.0])).tolist()
    weight = pd.array([1] * 90, dtype="Int64")
    assert np.array_equal(fit_cox(X, Y, weight).coef, fit_cox(X, Y).coef)
    weighted = SurvivalForest(5, 6, random_state=0).fit(X, Y, weight)
    assert np.isfinite(weighted.oob_score_)


def _order(n: int, swaps: list[slice]) -> np.ndarray:
    """Scores that rise with time, the wrong way round, but for some runs of patients that are turned."""
    score = np.arange(n, dtype=float)
    for run in swaps:
        score[run] = score[run][::-1]
    return score


PAIRS = [slice(2 * i, 2 * i + 2) for i in range(5)]


@pytest.mark.parametrize(
    ("n", "swaps", "c"),
    [
        # Three standard errors below 0.5 (Kendall 1938): of 10 events below 0.1273, of 7 below 0.0245; of 6, and
        # of fewer, there is no C so low. Of the 45 pairs of ten patients 5 agree, and 6.
        (10, PAIRS, "0.111"),
        (10, [slice(0, 3), slice(3, 5), slice(5, 7), slice(7, 9)], ""),
        (7, [], "0.000"),
        (7, [slice(0, 2)], ""),
        (6, [], ""),
        (2, [], ""),
        (1, [], ""),
    ],
)
def test_the_wrong_way_round_is_three_standard_errors(n, swaps, c):
    time = np.arange(1.0, n + 1)
    said = backwards(np.ones(n, dtype=bool), time, _order(n, swaps))
    assert said.startswith(f"The C-index is {c}: the scores order") if c else said == ""


@pytest.mark.parametrize(
    ("lowest", "highest", "shares"),
    [(0.0, 1.0, True), (0.0, 0.9, True), (0.1, 1.0, True), (-0.01, 1, False), (0, 1.01, False)],
)
def test_from_0_to_1_scores_may_be_survival(lowest, highest, shares):
    risk = np.linspace(lowest, highest, 20)
    said = backwards(np.ones(20, dtype=bool), np.arange(1.0, 21), risk)
    assert ("Scores between 0 and 1" in said) == shares
    assert ("turn the sign" in said) != shares
