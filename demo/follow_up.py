"""Simulated courses: death, progression, and the contacts at which they became known."""

import numpy as np
import pandas as pd

BASELINE_MEDIAN_DAYS = 560.0
SHAPE = 2.2  # steep enough that hardly anybody dies in the first weeks, for all the spread of risks
LOSS_PER_DAY = 0.055 / 365.25
VISIT_EVERY_DAYS = 91


def simulate_outcome(
    log_hazard: np.ndarray, observable: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Times in whole days from the index date; one row per patient.

    `observable` is the number of days until follow-up ends. Weibull times whose hazard is multiplied
    by exp(log_hazard); progression comes at about two and a half times the hazard of death, and only
    before it. Columns: `death` (uncensored), `days`, `dead`, `lost`, `progression` (NaN if unseen).
    """
    n = len(log_hazard)
    centred = log_hazard - log_hazard.mean()
    scale = BASELINE_MEDIAN_DAYS / np.log(2) ** (1 / SHAPE)
    death = scale * (random.standard_exponential(n) / np.exp(centred)) ** (1 / SHAPE)
    progression = scale * (random.standard_exponential(n) / (2.5 * np.exp(0.8 * centred))) ** (
        1 / SHAPE
    )
    lost_at = random.standard_exponential(n) / LOSS_PER_DAY
    death, progression, lost_at = (
        np.clip(np.ceil(times), 1, 36500) for times in (death, progression, lost_at)
    )
    dead = death <= np.minimum(observable, lost_at)
    lost = ~dead & (lost_at < observable)
    last_seen = np.maximum(1, observable - random.integers(3, VISIT_EVERY_DAYS, n))
    days = np.select([dead, lost], [death, np.minimum(lost_at, last_seen)], last_seen).astype(int)
    seen = (progression < death) & (progression <= days)
    return pd.DataFrame(
        {
            "death": death.astype(int),
            "days": days,
            "dead": dead,
            "lost": lost,
            "progression": np.where(seen, progression, np.nan),
        }
    )


def simulate_follow_up(
    clinical: pd.DataFrame,
    outcome: pd.DataFrame,
    hidden: np.ndarray,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Contacts about every three months, the last one on the day of death or last news.

    One row per contact: `subject_id`, `contact_date`, `status`, `cause`, `response`,
    `progression_date` (first told at the first contact on or after it). A contact says nothing that
    came after it.
    """
    contacts = _contact_days(outcome["days"].to_numpy(), random)
    row, day = contacts["row"].to_numpy(), contacts["day"].to_numpy()
    is_last = np.append(row[1:] != row[:-1], True)
    is_first = np.append(True, row[1:] != row[:-1])
    progression = outcome["progression"].to_numpy()[row]
    known = progression <= day
    news = known & (is_first | ~np.append(False, known[:-1]))
    dead = is_last & outcome["dead"].to_numpy()[row]
    lost = is_last & outcome["lost"].to_numpy()[row]
    index_date = clinical["index_date"].to_numpy()[row]
    return pd.DataFrame(
        {
            "subject_id": clinical["subject_id"].to_numpy()[row],
            "contact_date": index_date + day.astype("timedelta64[D]"),
            "status": np.select([dead, lost], ["dead", "lost"], "alive"),
            "cause": pd.Series(_causes(len(row), random), dtype=object).where(dead, None),
            "response": pd.Series(_best_responses(hidden, random)[row])
            .where(~(known | dead), None)
            .where(~news, "PD"),
            "progression_date": pd.Series(
                index_date + np.where(news, progression, 0).astype("timedelta64[D]")
            ).where(news),
        }
    )


def _contact_days(days: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """Regular visits with some play, and the last day itself; strictly rising within a patient."""
    regular = days // VISIT_EVERY_DAYS
    row = np.repeat(np.arange(len(days)), regular)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(regular) - regular, regular) + 1
    day = nth * VISIT_EVERY_DAYS + random.integers(-12, 13, len(row))
    before_the_end = day < days[row] - 20
    visits = pd.DataFrame({"row": row[before_the_end], "day": day[before_the_end]})
    ends = pd.DataFrame({"row": np.arange(len(days)), "day": days})
    return pd.concat([visits, ends]).sort_values(["row", "day"], ignore_index=True)


def _causes(n: int, random: np.random.Generator) -> np.ndarray:
    return random.choice(
        ["cancer", "treatment", "other", "unknown"], size=n, p=[0.83, 0.04, 0.08, 0.05]
    )


def _best_responses(hidden: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A patient's RECIST response until progression: better the lower the hidden risk."""
    mood = hidden + 0.9 * random.standard_normal(len(hidden))
    levels = np.select([mood < -2.6, mood < -0.7, mood < 2.2], ["CR", "PR", "SD"], "NE")
    return levels.astype(object)
