"""How a version's score moves with one feature, computed from the stored model when it is asked for."""

import numpy as np

from ciri import FrozenTable, TrainedModel, partial_dependence
from ciri.figures import Figure, message_figure, partial_dependence_figure
from modeling.models import ModelVersion
from sentences import of_error

MOST = 400  # patients averaged over, evenly spaced among those of the dataset
LINES = 30


def partial_dependence_specification(version: ModelVersion, feature: str, theme: str) -> Figure:
    """Mean score along a feature over the patients of the version's dataset, with single patients
    behind it."""
    try:
        trained = TrainedModel.from_bytes(bytes(version.content))
    except ValueError as error:
        return message_figure(str(of_error(error)), theme)
    table = FrozenTable.from_bytes(bytes(version.dataset.content))
    features, _ = trained.inputs(table)
    chosen = np.unique(np.linspace(0, len(features) - 1, MOST).astype(int))
    found = partial_dependence(trained.forest, features.iloc[chosen], feature, ice=LINES)
    return partial_dependence_figure(found.to_dict(), theme)
