"""The simulated study: repeatable, possible, and with the margins of the source study's Table 1."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from demo.panel import PANEL, SYMBOLS
from demo.simulate import SimulatedStudy, simulate_study

CATALOGUE = Path(__file__).resolve().parents[3] / "assays" / "catalogue.yaml"


@pytest.fixture(scope="module")
def study() -> SimulatedStudy:
    return simulate_study()


def test_the_same_seed_gives_the_same_study_to_the_last_digit(study: SimulatedStudy) -> None:
    again = simulate_study()
    for name in ("clinical", "follow_up", "measurements"):
        assert getattr(study, name).to_csv() == getattr(again, name).to_csv()


def test_another_seed_gives_another_study(study: SimulatedStudy) -> None:
    assert not study.measurements.equals(simulate_study(seed=1).measurements)


def test_another_last_day_shifts_the_dates_and_no_duration(study: SimulatedStudy) -> None:
    later = simulate_study(last_day=date(2027, 10, 31))
    shift = pd.Timedelta(days=365)
    assert (later.clinical["index_date"] - study.clinical["index_date"] == shift).all()
    assert (later.follow_up["contact_date"] - study.follow_up["contact_date"] == shift).all()
    assert later.truth.equals(study.truth)
    assert later.measurements["SPP1"].equals(study.measurements["SPP1"])


def test_the_cohorts_have_the_sizes_of_the_source_study(study: SimulatedStudy) -> None:
    assert study.clinical["cohort"].value_counts().to_dict() == {"discovery": 123, "validation": 99}
    assert (study.clinical.groupby(["cohort", "site"]).size() >= 20).all()


def test_the_margins_are_like_table_1(study: SimulatedStudy) -> None:
    clinical, truth = study.clinical, study.truth
    assert 65 <= clinical["age"].median() <= 70
    assert 0.74 <= (clinical["sex"] == "male").mean() <= 0.86
    assert 0.38 <= 1 - truth["dead"].mean() <= 0.52
    assert {"III", "IV", "recurrence"} == set(clinical["stage"].dropna())
    bmi = pd.to_numeric(clinical["weight_kg"]) / (pd.to_numeric(clinical["height_cm"]) / 100) ** 2
    assert 21 <= bmi.median() <= 23
    assert 3.6 <= pd.to_numeric(clinical["albumin_pre"]).median() <= 4.0
    nlr = pd.to_numeric(clinical["neutrophils_pre"]) / pd.to_numeric(clinical["lymphocytes_pre"])
    assert 3 <= nlr.median() <= 4.2
    assert nlr.mean() > nlr.median(), "skewed to the right"
    assert 0.1 <= clinical["pdl1_tps"].isna().mean() <= 0.35


def test_every_factor_but_age_and_sex_is_unknown_for_somebody(study: SimulatedStudy) -> None:
    unknown = study.clinical.isna().any()
    assert not unknown[["age", "sex", "subject_id", "index_date"]].any()
    assert unknown[["stage", "height_cm", "weight_kg", "pdl1_tps", "albumin_pre"]].all()


def test_courses_are_possible(study: SimulatedStudy) -> None:
    contacts = study.follow_up.merge(study.clinical[["subject_id", "index_date"]])
    assert (contacts["contact_date"] > contacts["index_date"]).all()
    assert (contacts["contact_date"] <= pd.Timestamp(2026, 10, 31)).all()
    assert not contacts.duplicated(["subject_id", "contact_date"]).any()
    told = contacts["progression_date"].notna()
    assert (contacts["progression_date"] <= contacts["contact_date"])[told].all()
    assert (contacts["progression_date"] >= contacts["index_date"])[told].all()
    assert contacts[told].groupby("subject_id").size().max() == 1
    last = contacts.groupby("subject_id").tail(1)
    assert set(contacts["subject_id"]) == set(study.clinical["subject_id"])
    assert contacts["status"].isin(["dead", "lost"]).sum() == last["status"].ne("alive").sum()
    assert contacts["cause"].notna().equals(contacts["status"].eq("dead"))


def test_nobody_gives_blood_after_the_last_news(study: SimulatedStudy) -> None:
    last = study.follow_up.groupby("subject_id")["contact_date"].max()
    assert (study.measurements["collected_on"] <= study.measurements["subject_id"].map(last)).all()


def test_every_patient_is_measured_before_treatment_and_most_at_six_weeks(
    study: SimulatedStudy,
) -> None:
    counts = study.measurements["timepoint"].value_counts()
    assert counts["pre"] == 222
    assert 150 <= counts["edt"] <= 215
    assert list(study.measurements.columns[5:]) == list(SYMBOLS)


def test_values_below_the_limit_are_written_with_it(study: SimulatedStudy) -> None:
    texts = study.measurements[list(SYMBOLS)].stack()
    below = texts.str.startswith("<")
    assert 0.05 < below.mean() < 0.2
    assert (texts.str.removeprefix("<").astype(float) > 0).all()
    for symbol in ("IL2", "CSF2"):
        column = study.measurements[symbol]
        limits = set(column[column.str.startswith("<")])
        assert len(limits) == 1
        numbers = column[~column.str.startswith("<")].astype(float)
        assert numbers.min() >= float(limits.pop()[1:])


def test_cytokines_of_a_family_rise_and_fall_together() -> None:
    pre = simulate_study(2000).measurements.query("timepoint == 'pre'")
    levels = np.log(pre[list(SYMBOLS)].apply(lambda c: c.str.removeprefix("<").astype(float)))
    correlation = levels.corr(method="spearman").to_numpy()
    same = np.array([[a.family == b.family for b in PANEL] for a in PANEL])
    apart = ~np.eye(len(PANEL), dtype=bool)
    assert correlation[same & apart].mean() > correlation[~same].mean() + 0.08


def test_fourteen_cytokines_carry_risk_before_treatment_and_nineteen_at_six_weeks(
    study: SimulatedStudy,
) -> None:
    assert len(study.informative_pre) == 14
    assert study.informative_pre[:3] == ("SPP1", "CX3CL1", "IL11")
    assert len(study.informative_edt) == 19
    assert {*study.informative_pre, *study.informative_edt} <= set(SYMBOLS)


def test_high_osteopontin_means_early_death(study: SimulatedStudy) -> None:
    pre = study.measurements.query("timepoint == 'pre'").set_index("subject_id")
    osteopontin = pre["SPP1"].astype(float).reindex(study.truth["subject_id"])
    high = osteopontin.to_numpy() > np.median(osteopontin)
    assert study.truth["death"][high].median() < 0.6 * study.truth["death"][~high].median()


def test_too_few_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 10"):
        simulate_study(3)


def test_the_panel_is_of_the_catalogue() -> None:
    catalogue = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))
    assert len(set(SYMBOLS)) == 93
    assert set(SYMBOLS) <= {entry["symbol"] for entry in catalogue}
    assert len({entry["uniprot"] for entry in catalogue}) == len(catalogue)
