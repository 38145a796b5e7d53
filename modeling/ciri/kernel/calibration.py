"""Cox models of few columns under many weightings of the same patients: coefficients and hazard."""

from __future__ import annotations

import numpy as np
from numba import njit

_STEPS = 30
_HALVINGS = 10
_TOLERANCE = 1e-10


@njit(nogil=True, cache=True, error_model="numpy")
def partial_likelihood(order, ends, event, X, weight, coef, gradient, information):  # type: ignore[no-untyped-def]
    """Log partial likelihood with Efron's ties; gradient (p,) and information (p, p) are filled.

    order, ends: as `concordance.order_of` gives them, latest time first, deaths at a time after the
    censored of that time, who are at risk with them. Patients of weight 0 are not there.
    """
    p = len(coef)
    gradient[:], information[:] = 0.0, 0.0
    risk, first, second = 0.0, np.zeros(p), np.zeros((p, p))
    mean = np.empty(p)
    loglik = 0.0
    start = 0
    while start < len(order):
        end = ends[start]
        deaths, dying = 0, 0.0
        own_risk, own_first, own_second = 0.0, np.zeros(p), np.zeros((p, p))
        for k in range(start, end):
            i = order[k]
            if weight[i] == 0.0:
                continue
            score = 0.0
            for a in range(p):
                score += X[i, a] * coef[a]
            share = weight[i] * np.exp(score)
            died = event[i]
            if died:
                deaths += 1
                dying += weight[i]
                loglik += weight[i] * score
                own_risk += share
            risk += share
            for a in range(p):
                if died:
                    gradient[a] += weight[i] * X[i, a]
                    own_first[a] += share * X[i, a]
                first[a] += share * X[i, a]
                for b in range(a + 1):
                    second[a, b] += share * X[i, a] * X[i, b]
                    if died:
                        own_second[a, b] += share * X[i, a] * X[i, b]
        for d in range(deaths):
            gone = d / deaths
            here = risk - gone * own_risk
            each = dying / deaths
            loglik -= each * np.log(here)
            for a in range(p):
                mean[a] = (first[a] - gone * own_first[a]) / here
                gradient[a] -= each * mean[a]
                for b in range(a + 1):
                    spread = (second[a, b] - gone * own_second[a, b]) / here - mean[a] * mean[b]
                    information[a, b] += each * spread
        start = end
    return loglik


@njit(nogil=True, cache=True, error_model="numpy")
def solve(information, gradient, step):  # type: ignore[no-untyped-def]
    """The step that solves information @ step = gradient, by Cholesky on the lower half (changed).

    False where the information is not positive definite.
    """
    p = len(gradient)
    for a in range(p):
        whole = information[a, a]
        for b in range(a + 1):
            total = information[a, b]
            for c in range(b):
                total -= information[a, c] * information[b, c]
            if a == b:
                if not total > 1e-10 * whole:
                    return False
                information[a, a] = np.sqrt(total)
            else:
                information[a, b] = total / information[b, b]
    for a in range(p):
        total = gradient[a]
        for c in range(a):
            total -= information[a, c] * step[c]
        step[a] = total / information[a, a]
    for a in range(p - 1, -1, -1):
        total = step[a]
        for c in range(a + 1, p):
            total -= information[c, a] * step[c]
        step[a] = total / information[a, a]
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def cox(order, ends, event, X, weight):  # type: ignore[no-untyped-def]
    """Coefficients (p,) by Newton's steps, halved where they overshoot; NaN where there are none."""
    p = X.shape[1]
    coef, tried, step = np.zeros(p), np.zeros(p), np.zeros(p)
    gradient, information = np.zeros(p), np.zeros((p, p))
    best = partial_likelihood(order, ends, event, X, weight, coef, gradient, information)
    for _ in range(_STEPS):
        if not solve(information, gradient, step):
            break
        for _half in range(_HALVINGS):
            tried[:] = coef + step
            now = partial_likelihood(order, ends, event, X, weight, tried, gradient, information)
            if now >= best - _TOLERANCE * abs(best):
                break
            step *= 0.5
        gain = now - best
        coef[:], best = tried, now
        if abs(gain) <= _TOLERANCE * (1.0 + abs(best)):
            return coef
    return np.full(p, np.nan)


@njit(nogil=True, cache=True, error_model="numpy")
def hazard_until(order, ends, event, time, X, weight, coef, horizon):  # type: ignore[no-untyped-def]
    """Cumulative hazard up to the horizon of a patient whose columns are all 0 (Efron's ties)."""
    risk, hazard = 0.0, 0.0
    start = 0
    while start < len(order):
        end = ends[start]
        deaths, dying, own_risk = 0, 0.0, 0.0
        for k in range(start, end):
            i = order[k]
            share = weight[i] * np.exp(np.dot(X[i], coef))
            risk += share
            if event[i] and weight[i] > 0:
                deaths += 1
                dying += weight[i]
                own_risk += share
        if deaths and time[order[start]] <= horizon:
            for d in range(deaths):
                hazard += dying / deaths / (risk - d / deaths * own_risk)
        start = end
    return hazard


@njit(nogil=True, cache=True, error_model="numpy")
def cox_of_resamples(order, ends, event, time, X, weights, horizon):  # type: ignore[no-untyped-def]
    """Coefficients (B, p) and `hazard_until` (B,) under each row of weights (B, n)."""
    coefs = np.empty((len(weights), X.shape[1]))
    hazards = np.empty(len(weights))
    for row in range(len(weights)):
        coefs[row] = cox(order, ends, event, X, weights[row])
        hazards[row] = hazard_until(order, ends, event, time, X, weights[row], coefs[row], horizon)
    return coefs, hazards
