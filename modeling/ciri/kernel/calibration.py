"""Cox models of few columns under many weightings of the same patients: coefficients and hazard.

Ties by Efron's method. `order` and `ends` are those of `concordance.order_of`: latest time first, and
the deaths at a time after the censored of that time, who are at risk with them. A patient of weight
0 is not there. Loops are written out, as they compile in a fraction of the time of array expressions.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_STEPS = 30
_HALVINGS = 10
_TOLERANCE = 1e-10


@njit(nogil=True, cache=True)
def add_moments(x, share, sums):  # type: ignore[no-untyped-def]
    """Add share * outer(z, z) to the lower half of sums, where z is 1 followed by x."""
    sums[0, 0] += share
    for a in range(len(x)):
        sums[a + 1, 0] += share * x[a]
        for b in range(a + 1):
            sums[a + 1, b + 1] += share * x[a] * x[b]


@njit(nogil=True, cache=True, error_model="numpy")
def add_deaths(at_risk, dying, deaths, weight, gradient, information):  # type: ignore[no-untyped-def]
    """Count deaths at one time into gradient and information; their part of the log likelihood.

    at_risk, dying: moments of those at risk and of those who die; weight: of all deaths together.
    """
    each, loss = weight / deaths, 0.0
    for d in range(deaths):
        gone = d / deaths
        risk = at_risk[0, 0] - gone * dying[0, 0]
        loss += each * np.log(risk)
        for a in range(len(gradient)):
            mean = (at_risk[a + 1, 0] - gone * dying[a + 1, 0]) / risk
            gradient[a] -= each * mean
            for b in range(a + 1):
                other = (at_risk[b + 1, 0] - gone * dying[b + 1, 0]) / risk
                square = (at_risk[a + 1, b + 1] - gone * dying[a + 1, b + 1]) / risk
                information[a, b] += each * (square - mean * other)
    return -loss


@njit(nogil=True, cache=True)
def partial_likelihood(order, ends, event, X, weight, coef, gradient, information):  # type: ignore[no-untyped-def]
    """Log partial likelihood; gradient (p,) and the lower half of information (p, p) are filled."""
    p = len(coef)
    at_risk, dying = np.zeros((p + 1, p + 1)), np.zeros((p + 1, p + 1))
    for a in range(p):
        gradient[a] = 0.0
        for b in range(p):
            information[a, b] = 0.0
    loglik, deaths, dead = 0.0, 0, 0.0
    for k in range(len(order)):
        i = order[k]
        if weight[i] > 0.0:
            score = 0.0
            for a in range(p):
                score += X[i, a] * coef[a]
            share = weight[i] * np.exp(score)
            add_moments(X[i], share, at_risk)
            if event[i]:
                add_moments(X[i], share, dying)
                deaths, dead = deaths + 1, dead + weight[i]
                loglik += weight[i] * score
                for a in range(p):
                    gradient[a] += weight[i] * X[i, a]
        if deaths and k + 1 == ends[k]:
            loglik += add_deaths(at_risk, dying, deaths, dead, gradient, information)
            deaths, dead = 0, 0.0
            for a in range(p + 1):
                for b in range(p + 1):
                    dying[a, b] = 0.0
    return loglik


@njit(nogil=True, cache=True)
def solve(information, gradient, step):  # type: ignore[no-untyped-def]
    """The step that solves information @ step = gradient, by Cholesky on the lower half (changed).

    False where the information is not positive definite.
    """
    p = len(gradient)
    for a in range(p):
        whole = information[a, a]
        for b in range(a + 1):
            rest = information[a, b]
            for c in range(b):
                rest -= information[a, c] * information[b, c]
            if a > b:
                information[a, b] = rest / information[b, b]
            elif rest > _TOLERANCE * whole:
                information[a, a] = np.sqrt(rest)
            else:
                return False
    for a in range(p):
        rest = gradient[a]
        for c in range(a):
            rest -= information[a, c] * step[c]
        step[a] = rest / information[a, a]
    for a in range(p - 1, -1, -1):
        rest = step[a]
        for c in range(a + 1, p):
            rest -= information[c, a] * step[c]
        step[a] = rest / information[a, a]
    return True


@njit(nogil=True, cache=True)
def cox(order, ends, event, X, weight, coef):  # type: ignore[no-untyped-def]
    """Coefficients (p,) by Newton's steps, halved where they overshoot; NaN where there are none."""
    p = len(coef)
    tried, step = np.zeros(p), np.zeros(p)
    gradient, information = np.zeros(p), np.zeros((p, p))
    reached, now = -np.inf, -np.inf
    for _ in range(_STEPS):
        for _half in range(_HALVINGS):
            now = partial_likelihood(order, ends, event, X, weight, tried, gradient, information)
            if now >= reached - _TOLERANCE * abs(reached):
                break
            for a in range(p):
                step[a] *= 0.5
                tried[a] = coef[a] + step[a]
        gain, reached = now - reached, now
        if not solve(information, gradient, step):
            break
        for a in range(p):
            coef[a] = tried[a]
            tried[a] = coef[a] + step[a]
        if gain <= _TOLERANCE * (1.0 + abs(reached)):
            return
    for a in range(p):
        coef[a] = np.nan


@njit(nogil=True, cache=True, error_model="numpy")
def hazard_until(order, ends, event, time, X, weight, coef, horizon):  # type: ignore[no-untyped-def]
    """Cumulative hazard up to the horizon of a patient whose columns are all 0."""
    risk, hazard, dying, dead, deaths = 0.0, 0.0, 0.0, 0.0, 0
    for k in range(len(order)):
        i = order[k]
        if weight[i] > 0.0:
            score = 0.0
            for a in range(len(coef)):
                score += X[i, a] * coef[a]
            share = weight[i] * np.exp(score)
            risk += share
            if event[i] and time[i] <= horizon:
                deaths, dead, dying = deaths + 1, dead + weight[i], dying + share
        if deaths and k + 1 == ends[k]:
            for d in range(deaths):
                hazard += dead / deaths / (risk - d / deaths * dying)
            dying, dead, deaths = 0.0, 0.0, 0
    return hazard


@njit(nogil=True, cache=True)
def cox_of_resamples(order, ends, event, time, X, weights, horizon):  # type: ignore[no-untyped-def]
    """Coefficients (B, p) and `hazard_until` (B,) under each row of weights (B, n)."""
    coefs = np.zeros((len(weights), X.shape[1]))
    hazards = np.empty(len(weights))
    for row in range(len(weights)):
        cox(order, ends, event, X, weights[row], coefs[row])
        hazards[row] = hazard_until(order, ends, event, time, X, weights[row], coefs[row], horizon)
    return coefs, hazards
