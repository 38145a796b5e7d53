"""Simulated plasma cytokines: log-normal, correlated within families, written as an assay writes them."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from demo.panel import EFFECT_EDT, EFFECT_PRE, FAMILIES, PANEL, SYMBOLS

SPECIMENS_PER_PLATE = 76
LOG_SPREAD = 0.62
FAMILY_SHARE = 0.15
RISK_LOADING = 0.25
KEPT_TO_EDT = 0.62
EDT_DAY = 42
NO_SPECIMEN = {"pre": 0.0, "edt": 0.08}

Levels = dict[str, np.ndarray]


def simulate_levels(risk: np.ndarray, random: np.random.Generator) -> Levels:
    """Standard normal levels (patients x cytokines) at `pre` and `edt`, not independent: families
    share a factor, informative cytokines share the patient's hidden risk, timepoints resemble."""
    pre = _standardise(EFFECT_PRE, risk, random)
    drift = _standardise(EFFECT_EDT, risk, random)
    return {"pre": pre, "edt": KEPT_TO_EDT * pre + np.sqrt(1 - KEPT_TO_EDT**2) * drift}


def log_hazard_of(levels: Levels) -> np.ndarray:
    """What the cytokines at both timepoints add to each patient's log hazard."""
    return levels["pre"] @ _by_symbol(EFFECT_PRE) + levels["edt"] @ _by_symbol(EFFECT_EDT)


def simulate_measurements(
    clinical: pd.DataFrame, levels: Levels, days: pd.Series, random: np.random.Generator
) -> pd.DataFrame:
    """One row per specimen, one column of text per gene symbol (pg/mL, `<limit` below LLOQ).

    Specimens at 6 weeks exist only of patients observed by then, and a few were not taken.
    """
    n = len(clinical)
    day = {"pre": -random.integers(0, 8, n), "edt": EDT_DAY + random.integers(-4, 5, n)}
    tables = []
    for timepoint, level in levels.items():
        taken = random.random(n) >= NO_SPECIMEN[timepoint]
        taken &= day[timepoint] < days.to_numpy()
        identity = _specimens(clinical, timepoint, day[timepoint], taken)
        written = pd.DataFrame(level[taken], columns=list(SYMBOLS))
        tables.append(pd.concat([identity, written], axis=1))
    specimens = pd.concat(tables, ignore_index=True)
    specimens["plate"] = _plates(len(specimens), random)
    return _as_written(specimens, random)


def _by_symbol(effects: dict[str, float]) -> np.ndarray:
    return np.array([effects.get(symbol, 0.0) for symbol in SYMBOLS])


def _standardise(
    effects: dict[str, float], risk: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    n = len(risk)
    families = random.standard_normal((n, len(FAMILIES)))
    noise = random.standard_normal((n, len(PANEL)))
    belongs = [FAMILIES.index(cytokine.family) for cytokine in PANEL]
    loading = RISK_LOADING * np.sign(_by_symbol(effects))
    shared = np.sqrt(FAMILY_SHARE) * families[:, belongs] + np.sqrt(1 - FAMILY_SHARE) * noise
    return risk[:, None] * loading + shared * np.sqrt(1 - loading**2)


def _specimens(
    clinical: pd.DataFrame, timepoint: str, day: np.ndarray, taken: np.ndarray
) -> pd.DataFrame:
    some = clinical[taken]
    return pd.DataFrame(
        {
            "sample_id": some["subject_id"].to_numpy() + f"-{timepoint}",
            "subject_id": some["subject_id"].to_numpy(),
            "timepoint": timepoint,
            "collected_on": (some["index_date"].to_numpy() + day[taken].astype("timedelta64[D]")),
        }
    )


def _plates(n: int, random: np.random.Generator) -> np.ndarray:
    """Specimens spread over plates at random, so that no plate is a cohort or a timepoint."""
    place = random.permutation(n) // SPECIMENS_PER_PLATE + 1
    return np.array([f"CYT-{plate:02d}" for plate in range(place.max() + 1)])[place]


def _as_written(specimens: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Levels to concentrations as text: a shift per plate, the limit of quantification, 3-4 digits."""
    plate = specimens["plate"].astype("category").cat.codes.to_numpy()
    shift = 0.06 * random.standard_normal((plate.max() + 1, len(PANEL)))
    columns: dict[str, Any] = {name: specimens[name] for name in ("sample_id", "subject_id")}
    columns |= {name: specimens[name] for name in ("timepoint", "collected_on", "plate")}
    for k, cytokine in enumerate(PANEL):
        log_level = LOG_SPREAD * specimens[cytokine.symbol].to_numpy() + shift[plate, k]
        value = cytokine.typical * np.exp(log_level)
        columns[cytokine.symbol] = _texts(
            value, _lower_limit(cytokine.typical, cytokine.quantifiable)
        )
    return pd.DataFrame(columns)


def _lower_limit(typical: float, quantifiable: float) -> float:
    """The LLOQ (two digits) that leaves about the given share of specimens quantifiable."""
    if quantifiable >= 1:
        return float(f"{typical * 0.02:.2g}")
    return float(f"{typical * np.exp(LOG_SPREAD * norm.ppf(1 - quantifiable)):.2g}")


def _texts(values: np.ndarray, limit: float) -> np.ndarray:
    """Concentrations as the instrument's table has them."""
    decimals = 2 if limit < 10 else 1 if limit < 100 else 0
    texts = np.char.mod(f"%.{decimals}f", values).astype(object)
    texts[values < limit] = f"<{limit:g}"
    return texts
