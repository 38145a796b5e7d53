"""What each column of a frozen dataset's file is: truths are written as such, and neither scores nor days as text."""

import pandas as pd

from ciri.covariates.columns import attach
from ciri.covariates.shipped import COVARIATES
from exports.selectors.columns import Kind
from exports.selectors.frozen import list_frozen_columns

KINDS = {
    **dict.fromkeys(("subject", "site", "cohort", "role", "sex", "stage", "pdl1_class"), Kind.TEXT),
    **dict.fromkeys(("time", "age", "IL6", "IL6_low"), Kind.NUMBER),
    "event": Kind.TRUTH,
    "IL6_flag": Kind.TEXT,
}


def test_each_column_has_its_kind() -> None:
    frame = attach(pd.DataFrame(columns=list(KINDS)), COVARIATES)
    columns = list_frozen_columns(frame)
    assert {column.name: column.kind for column in columns} == KINDS
    assert {column.name: column.unit for column in columns if column.unit} == {"age": "a"}
