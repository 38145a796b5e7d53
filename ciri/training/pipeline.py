"""From a specification and a frozen table to a trained model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ciri.dataset.frozen import FrozenTable
from ciri.specification.specification import Specification
from ciri.survival.cutoff import lock_cutoff
from ciri.training.fitting import Progress, fit, rows_of_role
from ciri.training.report import report_on
from ciri.training.trained import TrainedModel
from tabular.message import Message


def train(
    specification: Specification,
    table: FrozenTable,
    *,
    progress: Progress | None = None,
    n_jobs: int | None = None,
) -> TrainedModel:
    """Train as the specification says, on the rows of role "train"; report on "validate" too.

    Parameters
    ----------
    specification : Specification
        How the model is made.
    table : FrozenTable
        Whom it is made on.
    progress : callable, optional
        `progress(fraction, sentence)` is called between steps, from 0 to 1.
    n_jobs : int or None, default None
        Threads, None for as many as there may be.

    Returns
    -------
    TrainedModel
        The same specification and table give the same model to the bit, whatever `n_jobs`.

    Raises
    ------
    ValueError
        With a sentence where there is too little to learn from.
    """
    tell = progress or (lambda fraction, sentence: None)
    fitted = fit(
        specification,
        rows_of_role(table, "train"),
        n_jobs=n_jobs,
        progress=lambda done, sentence: tell(0.6 * done, sentence),
    )
    tell(0.6, Message("locking", "Locking the cut-off"))
    scored = np.isfinite(fitted.forest.oob_prediction_)
    cutoff = lock_cutoff(
        specification.cutoff, fitted.y[scored], fitted.forest.oob_prediction_[scored]
    )
    model = TrainedModel(
        specification=specification,
        transform=fitted.transform,
        forest=fitted.forest,
        cutoff=cutoff,
        selected=fitted.selected,
        training_subjects=[str(name) for name in fitted.features.index],
    )
    report = report_on(
        model, fitted, table, lambda done, sentence: tell(0.6 + 0.4 * done, sentence)
    )
    tell(1.0, Message("trained", "Trained"))
    return replace(model, report=report)
