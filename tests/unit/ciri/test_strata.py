"""The groups within strata; figures of R's survival 3.5-3 on its `veteran`."""

import numpy as np
import pandas as pd
import pytest
from sksurv.datasets import load_veterans_lung_cancer

from ciri.survival.concordance import concordance_interval
from ciri.survival.curves import log_rank, median_survival
from ciri.survival.outcome import outcome
from ciri.survival.plain import plain_rows
from ciri.survival.strata import interaction, strata_table

VETERAN, Y = load_veterans_lung_cancer()
GROUPS = np.where(VETERAN["Treatment"] == "test", "poor", "good").astype(object)
CELL = VETERAN[["Celltype"]].rename(columns={"Celltype": "cell"})
SCORE = -VETERAN["Karnofsky_score"].to_numpy(dtype=float)


@pytest.fixture(scope="module")
def table():
    return strata_table(Y, GROUPS, CELL, SCORE, n_resamples=200).set_index(["stratum", "level"])


def test_all_patients_come_first_with_the_hazard_ratio_of_r(table):
    # summary(coxph(Surv(time,status) ~ trt, veteran))$conf.int
    assert table.index[0] == ("overall", "")
    row = table.iloc[0]
    assert (row["hr"], row["low"], row["high"]) == pytest.approx(
        (1.01790090394, 0.714375526107, 1.45038878345), rel=1e-8
    )
    assert row["p"] == pytest.approx(0.921766194685)
    assert row["n"] == row["n_good"] + row["n_poor"] == 137
    assert np.isnan(row["interaction_p"])


def test_the_interaction_is_that_of_r(table):
    # anova(coxph(Surv(time,status) ~ I(trt==2) + celltype, v),
    #       coxph(Surv(time,status) ~ I(trt==2) * celltype, v)): Chisq 8.21623, Df 3, p 0.041748
    assert table.loc["cell", "interaction_p"].to_numpy() == pytest.approx(0.041748, abs=5e-7)
    found = interaction(Y, GROUPS == "poor", CELL["cell"].to_numpy())
    assert found == table.loc["cell", "interaction_p"].iloc[0]


def test_each_level_is_what_its_patients_alone_would_give(table):
    small = (CELL["cell"] == "smallcell").to_numpy()
    row = table.loc[("cell", "smallcell")]
    assert row["log_rank_p"] == log_rank(Y[small], GROUPS[small]).p
    poor = median_survival(Y[small & (GROUPS == "poor")])
    assert (row["median_poor"], row["median_poor_low"], row["median_poor_high"]) == (
        poor.median,
        poor.low,
        poor.high,
    )
    c = concordance_interval(Y[small], SCORE[small], 200)
    assert (row["c"], row["c_low"], row["c_high"]) == (c.c, c.low, c.high)


def test_unknown_levels_and_patients_without_a_group_are_told_apart():
    strata = pd.DataFrame({"line": np.resize([1.0, 2.0, np.nan], 137)})
    groups = GROUPS.copy()
    groups[:10] = None
    table = strata_table(Y, groups, strata, n_resamples=10)
    assert table["level"].tolist() == ["", "1", "2", "unknown"]
    assert table["n"].iloc[0] == 127
    assert table["n"].iloc[1:].sum() == 127
    assert table["c"].isna().all()
    known = np.isfinite(strata["line"].to_numpy()) & (groups != None)  # noqa: E711
    alone = interaction(Y[known], groups[known] == "poor", strata["line"].to_numpy()[known])
    assert table["interaction_p"].iloc[1] == pytest.approx(alone)


def test_levels_keep_the_order_they_are_given():
    order = ["<1", "1-49", ">=50"]
    tps = pd.Categorical(np.resize(order[::-1], 137), categories=order)
    table = strata_table(Y, GROUPS, pd.DataFrame({"pdl1": tps}), n_resamples=10)
    assert table["level"].tolist() == ["", *order]


def test_three_groups_give_the_ratio_of_the_outer_two():
    groups = np.resize(["good", "intermediate", "poor"], 137).astype(object)
    table = strata_table(Y, groups, CELL, n_resamples=10)
    assert np.isfinite(table["hr"]).all()
    assert (table["n"] > table["n_good"] + table["n_poor"]).all()


def test_small_strata_have_a_reason_in_place_of_an_estimate():
    y = outcome([1, 1, 1, 1] + [1] * 8 + [1, 0] * 10, range(1, 33))
    site = ["few"] * 4 + ["one group"] * 8 + ["enough"] * 20
    groups = ["good", "poor"] * 2 + ["poor"] * 8 + ["good", "poor", "poor", "poor"] * 5
    table = strata_table(y, groups, pd.DataFrame({"site": site}), np.arange(32.0)[::-1])
    table = table.set_index("level")
    assert table.loc["few", "reason"] == "Only 4 events: too few to compare survival."
    assert np.isnan(table.loc["few", ["hr", "p", "log_rank_p", "c"]].astype(float)).all()
    assert "Nobody here has a good prognosis" in table.loc["one group", "reason"]
    assert np.isfinite(table.loc["one group", "c"])
    assert table.loc["enough", "reason"] == ""
    assert table["interaction_p"].isna().all()
    assert plain_rows(table.loc[["few"]])[0]["hr"] is None


def test_a_group_without_events_is_told():
    y = outcome([0] * 6 + [1] * 6, range(1, 13))
    groups = ["good"] * 6 + ["poor"] * 6
    row = strata_table(y, groups, pd.DataFrame(index=range(12))).iloc[0]
    assert "good had an event" in row["reason"]
    assert np.isnan(row["hr"])
    assert np.isnan(row["median_good"])


def test_all_censored_is_told():
    y = outcome([0] * 6, range(1, 7))
    row = strata_table(y, ["good", "poor"] * 3, pd.DataFrame({"sex": list("mmffmf")})).iloc[0]
    assert "Only 0 events" in row["reason"]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one group and one row of strata"):
        strata_table(Y, GROUPS[:-1], CELL)
    with pytest.raises(ValueError, match="one risk per patient"):
        strata_table(Y, GROUPS, CELL, SCORE[:-1])
    with pytest.raises(ValueError, match="levels; cut it into classes"):
        strata_table(Y, GROUPS, pd.DataFrame({"x": np.random.default_rng(0).normal(size=137)}))
    with pytest.raises(ValueError, match="No patient has a group"):
        strata_table(Y, [None] * 137, CELL)
