"""The frozen dataset of a version as rows of a file: one per subject, with every reading as it was frozen."""

from collections.abc import Collection, Iterator

import pandas as pd

from ciri import FrozenTable, widen
from ciri.covariates.columns import attached_to
from ciri.covariates.covariate import CODE
from ciri.dataset.frozen import IDENTITY
from ciri.survival.plain import plain
from exports.selectors.columns import Column, Kind
from exports.selectors.dataset import PATIENTS_PER_BLOCK, Row
from modeling.models import ModelVersion
from modeling.selectors.models import HEAVY
from studies.models import Study

KINDS = {"time": Kind.NUMBER, "event": Kind.TRUTH}
TEXTS = set(IDENTITY) - set(KINDS)


def find_version(study: Study, name: str) -> ModelVersion | None:
    """A version by `MODEL:NUMBER`, or the one in use of a model by its name alone; with its frozen dataset."""
    model, _, number = name.partition(":")
    found = (
        ModelVersion.objects.filter(model__study=study, model__name=model)
        .select_related("model", "dataset")
        .defer(*HEAVY)
    )
    if not number:
        return found.filter(status=ModelVersion.Status.CHAMPION).first()
    plain_number = number.isascii() and number.isdecimal() and len(number) < 10
    return found.filter(number=int(number)).first() if plain_number else None


def read_frozen_frame(version: ModelVersion) -> pd.DataFrame:
    """The frozen dataset of a version, wide."""
    return widen(FrozenTable.from_bytes(bytes(version.dataset.content)))


def list_frozen_columns(frame: pd.DataFrame) -> list[Column]:
    """Its columns."""
    covariates = {one.name: one for one in attached_to(frame) or ()}
    texts = TEXTS | {one.name for one in covariates.values() if one.kind == CODE}
    return [
        Column(name, _kind(name, texts), covariates[name].unit if name in covariates else "")
        for name in frame.columns
    ]


def read_frozen_blocks(frame: pd.DataFrame) -> Iterator[list[Row]]:
    """Its rows, in lists."""
    for first in range(0, len(frame), PATIENTS_PER_BLOCK):
        part = frame.iloc[first : first + PATIENTS_PER_BLOCK]
        columns = [[plain(value) for value in part[name].tolist()] for name in part.columns]
        yield list(zip(*columns, strict=True))


def _kind(name: str, texts: Collection[str]) -> Kind:
    if name in texts or name.endswith("_flag"):
        return Kind.TEXT
    return KINDS.get(name, Kind.NUMBER)
