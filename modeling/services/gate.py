"""Challenger against champion, on the same held-out patients."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ciri import FrozenTable, TrainedModel
from ciri.survival.concordance import concordance_index
from ciri.survival.outcome import outcome as outcome_array
from modeling.models import ModelVersion
from sentences import Sentence, of_error


def meet_champion(
    challenger: TrainedModel,
    champion: ModelVersion | None,
    table: FrozenTable,
    *,
    same_visit: bool | None = None,
    former_ids: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Harrell's C of both on the validation patients, of whom neither has seen one in training. same_visit: whether
    they read at the same visit, which may have had two names; None where their specifications tell by its name.
    former_ids: by which the champion's training knew those patients who have other ids now.

    Returns {"verdict": "first" | "passed" | "failed" | "not comparable", "sentence": ...} and,
    where both could be scored, the two C, their difference, and how many patients and events.
    """
    if champion is None:
        return {"verdict": "first", "sentence": Sentence("modeling.first_version")}
    try:
        old = TrainedModel.from_bytes(bytes(champion.content))
    except ValueError as error:
        return _not_comparable("modeling.champion_unreadable", why=of_error(error))
    if same_visit is None:
        same_visit = old.specification.timepoint == challenger.specification.timepoint
    if not same_visit or old.specification.endpoint != challenger.specification.endpoint:
        return _not_comparable("modeling.champion_predicts_another")
    try:
        both = _join_scores(old, challenger, table, former_ids or {})
    except ValueError as error:
        return _not_comparable("modeling.champion_cannot_score", why=of_error(error))
    if len(both) == 0 or not both["event"].any():
        return _not_comparable("modeling.nobody_held_out")
    y = outcome_array(both["event"], both["time"])
    new_c = concordance_index(y, both["challenger"].to_numpy())
    old_c = concordance_index(y, both["champion"].to_numpy())
    tolerance = challenger.specification.retrain.tolerance
    passed = bool(new_c >= old_c - tolerance)
    return {
        "verdict": "passed" if passed else "failed",
        "sentence": Sentence(
            "modeling.compared_with_champion",
            patients=len(both),
            events=int(both["event"].sum()),
            challenger_c=float(new_c),
            champion=champion.number,
            champion_c=float(old_c),
            tolerance=tolerance,
        ),
        "champion": champion.number,
        "champion_c": float(old_c),
        "challenger_c": float(new_c),
        "difference": float(new_c - old_c),
        "patients": len(both),
        "events": int(both["event"].sum()),
    }


def _not_comparable(code: str, **parameters: Any) -> dict[str, Any]:
    return {"verdict": "not comparable", "sentence": Sentence(code, **parameters)}


def _join_scores(
    champion: TrainedModel, challenger: TrainedModel, table: FrozenTable, then: Mapping[str, str]
) -> pd.DataFrame:
    """Validation patients whom both score by prediction: columns time, event, champion, challenger. then: the ids by which the
    champion's training knew those who have others now."""
    held_out = table.subjects.loc[
        table.subjects["role"] == "validate", ["subject", "time", "event"]
    ]
    frame = held_out.set_index("subject")
    for name, model, former in (("champion", champion, then), ("challenger", challenger, {})):
        scores = model.score(table, same_people=True, former_ids=former)
        predicted = scores[scores["basis"] == "prediction"].set_index("subject")["mortality"]
        frame[name] = predicted.reindex(frame.index).astype(np.float64)
    return frame.dropna()
