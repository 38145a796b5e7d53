"""The columns of the analysis dataset: what each one holds, in which unit, as which type."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assays.models import Measurement
from modeling.models import ModelVersion
from studies.models import Study


class Kind(StrEnum):
    """The type of a column's values; every value may be unknown (None)."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the type of its values, their unit where there is one."""

    name: str
    kind: Kind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """An analyte as measured at the timepoint in one unit: it makes a value and a flag column."""

    symbol: str
    unit: str
    name: str


IDENTITY = (
    Column("subject", Kind.TEXT),
    Column("site", Kind.TEXT),
    Column("cohort", Kind.TEXT),
    Column("index_date", Kind.DAY),
    Column("as_of", Kind.DAY),
    Column("simulated", Kind.TRUTH),
)
COVARIATES = (
    Column("age", Kind.NUMBER, "years"),
    Column("sex", Kind.TEXT),
    Column("stage", Kind.TEXT),
    Column("bmi", Kind.NUMBER, "kg/m2"),
    Column("albumin", Kind.NUMBER, "g/dL"),
    Column("nlr", Kind.NUMBER, "ratio"),
    Column("pdl1_tps", Kind.NUMBER, "%"),
    Column("pdl1_class", Kind.TEXT),
    Column("pretreated", Kind.TRUTH),
    Column("combination", Kind.TRUTH),
)


def outcome_columns(endpoints: Iterable[str]) -> list[Column]:
    """Days from the index date and event, for each endpoint."""
    return [
        column
        for endpoint in endpoints
        for column in (
            Column(f"{endpoint.lower()}_days", Kind.WHOLE, "days"),
            Column(f"{endpoint.lower()}_event", Kind.TRUTH),
        )
    ]


def measured_columns(measured: Iterable[Measured]) -> list[Column]:
    """A value and a flag for each analyte."""
    return [
        column
        for one in measured
        for column in (
            Column(one.name, Kind.NUMBER, one.unit),
            Column(f"{one.name}_flag", Kind.TEXT),
        )
    ]


def score_columns(champions: Sequence[ModelVersion]) -> list[Column]:
    """The score of each model's version in use, under the model's name."""
    parts = {
        "mortality": Kind.NUMBER,
        "percentile": Kind.NUMBER,
        "group": Kind.TEXT,
        "version": Kind.WHOLE,
        "basis": Kind.TEXT,
    }
    return [
        Column(f"{version.model.name}_{part}", kind)
        for version in champions
        for part, kind in parts.items()
    ]


def measured_at(study: Study, timepoint: str) -> list[Measured]:
    """What was measured in a study at a timepoint, by gene symbol.

    Values in different units never share a column: an analyte with several units gets one column
    for each, named `SYMBOL (unit)`. A symbol that is also the name of another column of the dataset
    is named `SYMBOL (analyte)`.
    """
    pairs = list(
        Measurement.objects.filter(specimen__study=study, specimen__timepoint=timepoint)
        .order_by("analyte__symbol", "unit")
        .values_list("analyte__symbol", "unit")
        .distinct()
    )
    units = Counter(symbol for symbol, _ in pairs)
    taken = {c.name for c in (*IDENTITY, *COVARIATES, *outcome_columns(("OS", "PFS")))}
    return [
        Measured(symbol, unit, _column_name(symbol, unit, several=units[symbol] > 1, taken=taken))
        for symbol, unit in pairs
    ]


def _column_name(symbol: str, unit: str, *, several: bool, taken: set[str]) -> str:
    if several:
        return f"{symbol} ({unit or 'no unit'})"
    # Some readers of Parquet do not tell upper from lower case in names.
    return f"{symbol} (analyte)" if symbol.lower() in taken else symbol
