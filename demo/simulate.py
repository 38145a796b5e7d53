"""A study that never was: simulated patients with margins like those of the source study's Table 1.

Pure numpy and pandas. The same seed and number of patients give the same study, to the last digit;
another last day of follow-up shifts every date and changes no duration. `n_patients` is free, for
benchmarks.

The hazard of death and of progression follows the informative cytokines at both timepoints
(demo.panel says how strongly) and the clinical factors. A hidden risk ties these together:
it shows in the informative cytokines, in albumin and in the neutrophil-to-lymphocyte ratio.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from demo.follow_up import simulate_follow_up, simulate_outcome
from demo.measurements import log_hazard_of, simulate_levels, simulate_measurements
from demo.panel import EFFECT_EDT, EFFECT_PRE

SEED = 222
LAST_DAY = date(2026, 10, 31)
DISCOVERY_SHARE = 123 / 222
ENROLMENT_DAYS = 1990
EDT_DAY = 42


@dataclass(frozen=True)
class SimulatedStudy:
    """Four tables, each as a hospital or a laboratory would hand it in.

    clinical: one row per patient, `subject_id`, `site` (A or B), `cohort`, `index_date`, the clinical
        factors (NaN or None where unknown) and laboratory results `*_pre`, `*_edt`.
    follow_up: one row per contact, ordered by patient and date.
    measurements: one row per specimen (`sample_id`, `subject_id`, `timepoint`, `collected_on`, `plate`)
        and one column per gene symbol with the concentration in pg/mL as text, `<limit` below LLOQ.
    truth: one row per patient, the log hazard and the uncensored times; for tests only.
    """

    clinical: pd.DataFrame
    follow_up: pd.DataFrame
    measurements: pd.DataFrame
    truth: pd.DataFrame

    @property
    def informative_pre(self) -> tuple[str, ...]:
        """The cytokines that carry risk before treatment."""
        return tuple(EFFECT_PRE)

    @property
    def informative_edt(self) -> tuple[str, ...]:
        """The cytokines that carry risk at 6 weeks."""
        return tuple(EFFECT_EDT)


def simulate_study(
    n_patients: int = 222, seed: int = SEED, last_day: date = LAST_DAY
) -> SimulatedStudy:
    """Simulate a whole study.

    Follow-up ends on `last_day`; enrolment runs over the five and a half years before, ending two
    months earlier. Raises ValueError for fewer than 10 patients.
    """
    if n_patients < 10:
        raise ValueError("A simulated study needs at least 10 patients.")
    random = np.random.default_rng(seed)
    clinical = _enrol(n_patients, random, last_day)
    risk = random.standard_normal(n_patients)
    _add_factors(clinical, risk, random)
    observable = ((pd.Timestamp(last_day) - clinical["index_date"]).dt.days).to_numpy()
    levels = simulate_levels(risk, random)
    log_hazard = _log_hazard(clinical) + log_hazard_of(levels)
    outcome = simulate_outcome(log_hazard, observable, random)
    follow_up = simulate_follow_up(clinical, outcome, log_hazard - log_hazard.mean(), random)
    measurements = simulate_measurements(clinical, levels, outcome["days"], random)
    _lose_some(clinical, outcome["days"].to_numpy(), random)
    truth = outcome.assign(subject_id=clinical["subject_id"], log_hazard=log_hazard)
    return SimulatedStudy(clinical, follow_up, measurements, truth)


def _enrol(n: int, random: np.random.Generator, last_day: date) -> pd.DataFrame:
    """Patients in the order of their first dose: two hospitals, both cohorts in each."""
    before = np.sort(60 + ENROLMENT_DAYS * random.beta(1.0, 1.25, n))[::-1].astype(int)
    index_date = pd.Timestamp(last_day) - pd.to_timedelta(before, unit="D")
    is_discovery = np.zeros(n, dtype=bool)
    is_discovery[random.permutation(n)[: round(n * DISCOVERY_SHARE)]] = True
    at_a = random.random(n) < np.where(is_discovery, 0.66, 0.44)
    site = np.where(at_a, "A", "B")
    serial = pd.Series(site).groupby(site).cumcount() + 1
    width = max(3, len(str(n)))
    return pd.DataFrame(
        {
            "subject_id": [f"{s}-{k:0{width}d}" for s, k in zip(site, serial, strict=True)],
            "site": site,
            "cohort": np.where(is_discovery, "discovery", "validation"),
            "index_date": index_date,
        }
    )


def _add_factors(clinical: pd.DataFrame, risk: np.ndarray, random: np.random.Generator) -> None:
    """Clinical factors before treatment and laboratory results at both timepoints."""
    n = len(clinical)
    clinical["age"] = np.clip(np.round(67.5 + 9.2 * random.standard_normal(n)), 36, 89)
    male = random.random(n) < 0.80
    clinical["sex"] = np.where(male, "male", "female")
    late = random.random(n) + 0.10 * np.tanh(risk)
    clinical["stage"] = np.select([late < 0.21, late < 0.38], ["III", "recurrence"], "IV")
    height = np.where(male, 166.5, 153.5) + 6.0 * random.standard_normal(n)
    bmi = np.clip(22.0 + 3.3 * random.standard_normal(n) - 0.4 * risk, 14.5, 36)
    clinical["height_cm"] = np.round(height, 1)
    clinical["weight_kg"] = np.round(bmi * (height / 100) ** 2, 1)
    clinical["pdl1_tps"] = _tumour_proportion(random, n)
    low, high = 0.85, 0.55  # correlation of the timepoints, and spread, of the routine results
    for timepoint in ("pre", "edt"):
        keep = 1.0 if timepoint == "pre" else low
        noise = random.standard_normal((3, n))
        poor = keep * risk
        albumin = 3.82 - 0.20 * poor + 0.36 * noise[0]
        clinical[f"albumin_{timepoint}"] = np.round(np.clip(albumin, 1.6, 5.2), 1)
        neutrophils = np.exp(np.log(4.6) + 0.17 * poor + 0.34 * noise[1])
        lymphocytes = np.exp(np.log(1.32) - 0.14 * poor + high * 0.75 * noise[2])
        clinical[f"neutrophils_{timepoint}"] = np.round(np.clip(neutrophils, 0.6, 40), 2)
        clinical[f"lymphocytes_{timepoint}"] = np.round(np.clip(lymphocytes, 0.15, 8), 2)


def _tumour_proportion(random: np.random.Generator, n: int) -> np.ndarray:
    """PD-L1 tumour proportion score (%): whole numbers below 5, then multiples of five."""
    kind = random.choice(3, size=n, p=[0.31, 0.30, 0.39])
    some = np.round(random.beta(1.0, 1.8, n) * 48 / 5) * 5
    some = np.where(some < 5, random.integers(1, 5, n), np.minimum(some, 45))
    much = 50 + 5 * random.integers(0, 11, n)
    return np.select([kind == 0, kind == 1], [0, some], much).astype(float)


def _log_hazard(clinical: pd.DataFrame) -> np.ndarray:
    """What the clinical factors add to each patient's log hazard."""
    nlr = np.log(clinical["neutrophils_pre"] / clinical["lymphocytes_pre"])
    factors = (
        0.018 * (clinical["age"] - 67.5)
        + 0.22 * (clinical["sex"] == "male")
        + 0.32 * (clinical["stage"] == "IV")
        - 0.20 * (clinical["stage"] == "III")
        - 0.045 * (clinical["weight_kg"] / (clinical["height_cm"] / 100) ** 2 - 22)
        - 0.35 * (clinical["albumin_pre"] - 3.8)
        + 0.30 * (nlr - 1.25)
        - 0.0065 * (clinical["pdl1_tps"] - 30)
    )
    return factors.to_numpy()


def _lose_some(clinical: pd.DataFrame, days: np.ndarray, random: np.random.Generator) -> None:
    """Leave a few values of each factor unknown, as in every real study."""
    shares = {"stage": 0.01, "height_cm": 0.03, "weight_kg": 0.02, "pdl1_tps": 0.24}
    shares |= {f"albumin_{t}": 0.03 for t in ("pre", "edt")}
    shares |= {
        f"{cell}_{t}": 0.015 for t in ("pre", "edt") for cell in ("neutrophils", "lymphocytes")
    }
    for column, share in shares.items():
        unknown = random.random(len(clinical)) < share
        clinical[column] = clinical[column].astype(object).where(~unknown, None)
    for column in clinical.columns[clinical.columns.str.endswith("_edt")]:
        clinical[column] = clinical[column].where(days > EDT_DAY, None)
