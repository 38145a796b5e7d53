"""The columns of the analysis dataset: what each one holds, in which unit, as which type."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assays.models import Measurement
from ciri.dataset.columns import free_name, seems_made
from clinical.selectors.outcomes import ENDPOINTS
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
    """An analyte as measured at the timepoint in one unit: it makes a column of values, one of flags, and two of
    limits (ciri.dataset.columns)."""

    symbol: str
    unit: str
    name: str


IDENTITY = (
    Column("subject", Kind.TEXT),
    Column("site", Kind.TEXT),
    Column("cohort", Kind.TEXT),
    Column("index_date", Kind.DAY),
    Column("events_until", Kind.DAY),
    Column("simulated", Kind.TRUTH),
)
SCORE_PARTS = {
    "mortality": Kind.NUMBER,
    "percentile": Kind.NUMBER,
    "group": Kind.TEXT,
    "version": Kind.WHOLE,
    "basis": Kind.TEXT,
}


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


def make_measured_columns(measured: Iterable[Measured]) -> list[Column]:
    """Value, flag, and the limits that a value is below or above, for each analyte."""
    return [
        column
        for one in measured
        for column in (
            Column(one.name, Kind.NUMBER, one.unit),
            Column(f"{one.name}_flag", Kind.TEXT),
            Column(f"{one.name}_low", Kind.NUMBER, one.unit),
            Column(f"{one.name}_high", Kind.NUMBER, one.unit),
        )
    ]


def score_columns(champions: Sequence[ModelVersion]) -> list[Column]:
    """The score of each model's version in use, under the model's name; of two that differ in capitals only,
    the second is numbered."""
    used: Counter[str] = Counter()
    found = []
    for version in champions:
        name = version.model.name
        used[name.casefold()] += 1
        if used[name.casefold()] > 1:
            name = f"{name} ({used[name.casefold()]})"
        found += [Column(f"{name}_{part}", kind) for part, kind in SCORE_PARTS.items()]
    return found


def list_measured(study: Study, timepoint: str, others: Iterable[Column]) -> list[Measured]:
    """What was measured in a study at a timepoint, by gene symbol.

    Values in different units never share a column: an analyte with several units gets its columns for each,
    named `SYMBOL (unit)`. Whatever the symbols and units are, no two columns have one name, nor the name of
    one of `others`.
    """
    pairs = list(
        Measurement.objects.filter(specimen__study=study, specimen__timepoint=timepoint)
        .order_by("analyte__symbol", "unit")
        .values_list("analyte__symbol", "unit")
        .distinct()
    )
    units = Counter(symbol for symbol, _ in pairs)
    # An outcome that was not asked for keeps its name to itself all the same.
    kept = (*others, *outcome_columns(ENDPOINTS))
    used = {column.name.casefold() for column in kept}
    found = []
    for symbol, unit in pairs:
        several = units[symbol] > 1
        wanted = f"{symbol} ({unit or 'no unit'})" if several else symbol
        as_it_is = several or not seems_made(symbol)
        found.append(Measured(symbol, unit, free_name(wanted, used, as_it_is=as_it_is)))
    return found
