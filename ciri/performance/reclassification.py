"""What a second model's risks gain on the first's: continuous NRI and IDI, with censoring.

Each under many weightings of the same patients, for the bootstrap.
"""

from __future__ import annotations

import numpy as np

from ciri.performance.follow import Follow
from ciri.survival.outcome import Floats

SAME = 1e-9  # a risk that moves less has not changed


def reclassification(
    follow: Follow, change: Floats, times: Floats, weights: Floats
) -> dict[str, Floats]:
    """Continuous NRI and its parts among events and non-events: nri, nri_events, nri_nonevents (B, H).

    change: (n, H), by how much the risk of an event up to each time rises. Pencina, D'Agostino &
    Steyerberg (2011), Stat. Med. 30:11-21: with U those whose risk rises, D those whose risk falls,
    P the Kaplan-Meier risk of an event up to the time and u, d the shares of U and D,
    (P(U) u - P(D) d) / P among events and ((1 - P(D)) d - (1 - P(U)) u) / (1 - P) among the others.
    NaN where follow-up of U or D ends before the time.
    """
    events, nonevents = (np.full((len(weights), len(times)), np.nan) for _ in range(2))
    for h, time in enumerate(times):
        risk, _ = _kaplan_meier_risk(follow, weights, time)
        rise, up = _kaplan_meier_risk(follow, weights * (change[:, h] > SAME), time)
        fall, down = _kaplan_meier_risk(follow, weights * (change[:, h] < -SAME), time)
        total = weights.sum(axis=1)
        _divide(rise * up - fall * down, risk * total, events[:, h])
        _divide((1 - fall) * down - (1 - rise) * up, (1 - risk) * total, nonevents[:, h])
    return {"nri": events + nonevents, "nri_events": events, "nri_nonevents": nonevents}


def _kaplan_meier_risk(follow: Follow, weights: Floats, time: float) -> tuple[Floats, Floats]:
    """Risk of an event up to a time (B,), NaN where follow-up ends before, 0 of nobody; their number."""
    risk = 1.0 - follow.curves(weights, np.array([time]))[:, 0]
    number = weights.sum(axis=1)
    seen = (weights[:, follow.time >= time].sum(axis=1) > 0) | (risk == 1) | (number == 0)
    return np.where(seen, risk, np.nan), number


def discrimination_gain(
    follow: Follow, change: Floats, times: Floats, weights: Floats, inverses: Floats
) -> Floats:
    """IDI (B, H): mean rise of the risk among events up to each time less that among the others.

    change: (n, H). Censoring by inverse probability weights (B, n): Uno, Tian, Cai, Kohane & Wei
    (2013), Stat. Med. 32:2430-2442.
    """
    gain = np.full((len(weights), len(times)), np.nan)
    for h, time in enumerate(times):
        had = weights * inverses * (follow.time <= time)
        free = weights * (follow.time > time)
        among, others = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
        _divide(had @ change[:, h], had.sum(axis=1), among)
        _divide(free @ change[:, h], free.sum(axis=1), others)
        gain[:, h] = among - others
    return gain


def _divide(numerator: Floats, denominator: Floats, out: Floats) -> None:
    np.divide(numerator, denominator, out=out, where=denominator > 0)
