"""Which rows are patients that a forest was grown on, whatever their order and whoever stands between.

A forest keeps no values of its training rows, but where each of them ends in every tree. A row that ends
in the same leaf of every tree has, as far as this forest can tell, the same values; together with the same
outcome it is that patient, and only the trees that left the patient out may speak of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ciri.forest.trees import Trees
from ciri.said import Said, together
from ciri.survival.features import Values
from ciri.survival.outcome import Bools, Floats, Integers

# In a forest whose training rows are this often alone with their values, the same values are the same
# patient whatever the outcome; in one of few classes (sex, stage) two patients may well share them.
TELLING = 0.9


@dataclass(frozen=True)
class Recognised:
    """rows: (m,) the training row that each row is, -1 for none. Of these, how many

    twins: have the values and outcome of several training rows, so that it is not known which they are;
    followed: have another outcome than in training; altered: have other values than in training (the
    outcomes are those of the training, row by row). doubtful: rows taken as none although their values
    are those of training rows, since outcome and values do not settle it.
    """

    rows: Integers
    twins: int = 0
    followed: int = 0
    altered: int = 0
    doubtful: int = 0

    @property
    def note(self) -> str:
        """What a reader of figures of these rows should know; empty where all of them are new."""
        known, all_rows = int((self.rows >= 0).sum()), len(self.rows)
        said = []
        if known == all_rows:
            said.append(Said("grown_on_all"))
        elif known:
            said.append(Said("grown_on_some", n=known, all=all_rows))
        counts = {
            "twins": self.twins,
            "followed_for_longer": self.followed,
            "values_altered": self.altered,
            "doubtful": self.doubtful,
        }
        said += [Said(code, n=n, all=all_rows) for code, n in counts.items() if n]
        return together(said)


def recognise(
    trees: Trees, X: Values, event: Bools, time: Floats, n_jobs: int | None = None
) -> Recognised:
    """The training rows among rows with features X (m, p) and outcome event, time (m,)."""
    ways, trained = trees.ways(X, n_jobs), trees.training_ways
    if np.array_equal(trees.time, time) and np.array_equal(trees.event, event):
        return Recognised(np.arange(len(X)), altered=int((ways != trained).sum()))
    rows, alike = same_rows(trees, ways, event, time)
    by_values, sharing = match_rows(pd.DataFrame({"way": ways}), pd.DataFrame({"way": trained}))
    undecided = (rows < 0) & (by_values >= 0)
    followed = undecided & (sharing == 1) & is_telling(trees)
    return Recognised(
        np.where(followed, by_values, rows),
        twins=int((alike > 1).sum()),
        followed=int(followed.sum()),
        doubtful=int((undecided & ~followed).sum()),
    )


def is_telling(trees: Trees) -> bool:
    """Whether the training rows are, as a rule, alone with their values."""
    ways = trees.training_ways
    return len(np.unique(ways)) >= TELLING * len(ways)


def same_rows(trees: Trees, ways: Any, event: Bools, time: Floats) -> tuple[Integers, Integers]:
    """The training row with the same ways and outcome as each row (-1: none), and how many have (m,)."""
    given = pd.DataFrame({"way": ways, "event": event, "time": time})
    learnt = pd.DataFrame({"way": trees.training_ways, "event": trees.event, "time": trees.time})
    return match_rows(given, learnt)


def match_rows(given: pd.DataFrame, learnt: pd.DataFrame) -> tuple[Integers, Integers]:
    """For each given row: a learnt row that is equal in all columns (-1: none), and how many are (m,).

    Where several are, the first given row gets the first of them, the next the next, and so on round.
    """
    keys = list(given.columns)
    groups = learnt.groupby(keys, sort=False)
    numbered = learnt.assign(row=np.arange(len(learnt)), place=groups.cumcount())
    sizes = given.merge(groups.size().rename("size").reset_index(), on=keys, how="left")["size"]
    place = given.groupby(keys, sort=False, dropna=False).cumcount() % sizes.fillna(1).to_numpy()
    found = given.assign(place=place.to_numpy(np.int64)).merge(
        numbered, on=[*keys, "place"], how="left"
    )
    return found["row"].fillna(-1).to_numpy(np.int64), sizes.fillna(0).to_numpy(np.int64)
