"""Columns made ready for a penalised model: gaps filled, means and spreads alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ciri.survival.outcome import Floats


@dataclass(frozen=True)
class Preparation:
    """Medians that stand in for what is unknown, means and spreads (p,), of training rows alone."""

    median: Floats
    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, values: Floats) -> Preparation:
        """From training rows (n, p). A column that is constant, or unknown for all, has spread 0."""
        known = np.isfinite(values)
        filled = np.where(known.any(axis=0), values, 0.0)
        median = np.nanmedian(filled, axis=0)
        filled = np.where(np.isfinite(filled), filled, median)
        mean, scale = filled.mean(axis=0), filled.std(axis=0)
        flat = scale <= 1e-7 * np.abs(filled).max(axis=0)
        return cls(median, mean, np.where(flat, 0.0, scale))

    def apply(self, values: Floats) -> Floats:
        """Rows (m, p) without gaps, each column with mean 0 and spread 1 in training; flat ones 0."""
        filled = np.where(np.isfinite(values), values, self.median) - self.mean
        return np.divide(filled, self.scale, out=np.zeros_like(filled), where=self.scale > 0)
