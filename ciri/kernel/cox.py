"""The Cox model's partial likelihood with case weights, its maximum, and the hazard that goes with it.

Ties by Efron's method (JASA 1977; 72:557-565). `order` and `ends` are those of
`concordance.order_of`: latest time first, and the deaths at a time after the censored of that time, who
are at risk with them. A patient of weight 0 is not there. Loops are written out, as they compile in a
fraction of the time of array expressions.
"""

from __future__ import annotations

import numpy as np
from numba import njit

CONVERGED, SINGULAR, UNBOUNDED, UNFINISHED = 0, 1, 2, 3
_STEPS = 40
_HALVINGS = 12
_TOLERANCE = 1e-10  # of the log likelihood, and of pivots, relative
_MOVE = 1e-4  # coefficients that still move more, relative, have no maximum in sight


@njit(nogil=True, cache=True)
def add_moments(X, i, share, sums):
    """Add share * outer(z, z) to the lower half of sums, where z is 1 followed by row i of X.

    Not the row itself: numba would count the references of its view for every patient.
    """
    sums[0, 0] += share
    for a in range(X.shape[1]):
        sums[a + 1, 0] += share * X[i, a]
        for b in range(a + 1):
            sums[a + 1, b + 1] += share * X[i, a] * X[i, b]


@njit(nogil=True, cache=True, error_model="numpy")
def add_deaths(at_risk, dying, deaths, weight, gradient, information):
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


@njit(nogil=True, cache=True, error_model="numpy")
def partial_likelihood(order, ends, event, X, weight, coef, gradient, information):
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
            add_moments(X, i, share, at_risk)
            if event[i]:
                add_moments(X, i, share, dying)
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


@njit(nogil=True, cache=True, error_model="numpy")
def solve(information, gradient, step):
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
def largest(values):
    """The largest absolute value."""
    found = 0.0
    for value in values:
        found = max(found, abs(value))
    return found


@njit(nogil=True, cache=True, error_model="numpy")
def newton(order, ends, event, X, weight, coef):
    """Climb to the maximum by Newton's steps, halved where they overshoot: null, loglik, status.

    coef (p,) is filled; it starts at 0, where the log likelihood is `null`. X (n, p) should be on a
    common scale. UNBOUNDED: the likelihood has levelled off while coefficients still run away.
    """
    p = len(coef)
    tried, step = np.zeros(p), np.zeros(p)
    gradient, information = np.zeros(p), np.zeros((p, p))
    for a in range(p):
        coef[a] = 0.0
    null = partial_likelihood(order, ends, event, X, weight, coef, gradient, information)
    reached, gain = null, np.inf
    for turn in range(_STEPS):
        if not solve(information, gradient, step):
            return null, reached, UNBOUNDED if turn else SINGULAR
        now = -np.inf
        for _half in range(_HALVINGS):
            for a in range(p):
                tried[a] = coef[a] + step[a]
            now = partial_likelihood(order, ends, event, X, weight, tried, gradient, information)
            if np.isfinite(now) and now >= reached - _TOLERANCE * abs(reached):
                break
            now = -np.inf
            for a in range(p):
                step[a] *= 0.5
        if now == -np.inf:  # near a limit that is not a maximum, likelihoods are rounding errors
            return null, reached, UNBOUNDED if turn > _HALVINGS else UNFINISHED
        gain, reached = now - reached, now
        for a in range(p):
            coef[a] = tried[a]
        level = gain <= _TOLERANCE * (1.0 + abs(reached))
        if level and largest(step) <= _MOVE * (1.0 + largest(coef)):
            return null, reached, CONVERGED
    level = gain <= _TOLERANCE * (1.0 + abs(reached))
    return null, reached, UNBOUNDED if level else UNFINISHED


@njit(nogil=True, cache=True, error_model="numpy")
def hazard_steps(order, ends, event, score, weight, steps):
    """Steps of the cumulative hazard of a patient of score 0, into steps (n,): each time's whole step

    at the last, in `order`, of the deaths of that time; 0 elsewhere. score: log hazard ratios (n,).
    """
    risk, dying, dead, deaths = 0.0, 0.0, 0.0, 0
    for k in range(len(order)):
        i = order[k]
        steps[i] = 0.0
        if weight[i] > 0.0:
            share = weight[i] * np.exp(score[i])
            risk += share
            if event[i]:
                deaths, dead, dying = deaths + 1, dead + weight[i], dying + share
        if deaths and k + 1 == ends[k]:
            for d in range(deaths):
                steps[i] += dead / deaths / (risk - d / deaths * dying)
            dying, dead, deaths = 0.0, 0.0, 0
