"""The rows of the analysis dataset, one per patient, read in blocks of patients.

Repeats: an analyte measured more than once in a patient at the timepoint (wells, plates, specimens)
gives the arithmetic mean of the values flagged in range of those repeats that models may use
(assays.selectors.readings); without any, of the other numbers that models take as they are (extrapolated, or
beside the mark of a limit), flagged "extrapolated"; else it is unknown. The flag column joins the distinct
flags with "+", in_range first where it occurs; what an exclusion keeps from models is flagged "excluded_from_models". The limits
are those that the instrument told of values beyond them: the lowest that a value is below, the highest that
one is above.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from statistics import fmean
from typing import Any

from django.db.models import QuerySet

from assays.models import Measurement
from assays.models.measurement import Flag
from assays.selectors.matrix import NEVER
from assays.selectors.readings import readings_and_excluded
from clinical.models import Patient
from clinical.selectors.definitions import Collected, collected_by
from clinical.selectors.outcomes import ENDPOINTS, outcome_of, with_outcome_dates
from exports.selectors.columns import (
    IDENTITY,
    Column,
    Measured,
    list_measured,
    make_measured_columns,
    outcome_columns,
    score_columns,
)
from exports.selectors.items import Asked, answers_of, list_asked
from modeling.models import ModelVersion, Score
from modeling.models.score import HISTORY
from modeling.selectors.models import latest_champions
from studies.models import Study

PATIENTS_PER_BLOCK = 500
EXCLUDED = "excluded_from_models"
FLAG_ORDER = {name: place for place, name in enumerate([*Flag.values, EXCLUDED])}

Row = tuple[Any, ...]
Repeat = tuple[float | None, str, float | None]  # value, flag, limit
Measurements = dict[int, dict[tuple[str, str], list[Repeat]]]
BEYOND = (Flag.BELOW_LLOQ, Flag.ABOVE_ULOQ)


@dataclass(frozen=True)
class Layout:
    """What the dataset holds, fixed before its first row is read."""

    study: Study
    timepoint: str
    endpoints: tuple[str, ...]
    events_until: date
    collected: Collected
    asked: Sequence[Asked]
    measured: Sequence[Measured]
    champions: Sequence[ModelVersion]

    @property
    def columns(self) -> list[Column]:
        """All columns, in the order of a row."""
        return [
            *IDENTITY,
            *outcome_columns(self.endpoints),
            *_columns_of(self.asked),
            *make_measured_columns(self.measured),
            *score_columns(self.champions),
        ]


def layout_of(
    study: Study, *, timepoint: str, endpoints: tuple[str, ...], events_until: date
) -> Layout:
    """The layout for a study as it stands."""
    champions = list(latest_champions(study))
    others = [*IDENTITY, *score_columns(champions)]
    collected = collected_by(study)
    # An outcome that was not asked for keeps its name to itself all the same.
    asked = list_asked(
        study, collected.definition, timepoint, [*others, *outcome_columns(ENDPOINTS)]
    )
    others += _columns_of(asked)
    return Layout(
        study=study,
        timepoint=timepoint,
        endpoints=endpoints,
        events_until=events_until,
        collected=collected,
        asked=asked,
        measured=list_measured(study, timepoint, others),
        champions=champions,
    )


def _columns_of(asked: Sequence[Asked]) -> list[Column]:
    return [column for one in asked for column in one.columns]


def blocks(patients: QuerySet[Patient], layout: Layout) -> Iterator[list[Row]]:
    """Rows by subject id, in lists of at most PATIENTS_PER_BLOCK: memory does not grow with the study.

    Holds the patients whose treatment had begun by the layout's `events_until`.
    """
    begun = patients.filter(study=layout.study, index_date__lte=layout.events_until)
    annotated = with_outcome_dates(begun, as_of=layout.events_until)
    ordered = annotated.select_related("site", "cohort").order_by("subject_id")
    block = list(ordered[:PATIENTS_PER_BLOCK])
    while block:
        yield _rows(block, layout)
        block = list(ordered.filter(subject_id__gt=block[-1].subject_id)[:PATIENTS_PER_BLOCK])


def _rows(patients: Sequence[Patient], layout: Layout) -> list[Row]:
    answers = answers_of(patients, layout.collected.definition, layout.asked)
    measurements = _measurements(patients, layout.timepoint)
    scores = {
        (score.version_id, score.patient_id): score
        for score in Score.objects.filter(patient__in=patients, version__in=layout.champions).only(
            "version_id", "patient_id", *HISTORY
        )
    }
    return [
        (
            *_identity(patient, layout),
            *_outcome(patient, layout),
            *(cell for one in layout.asked for cell in one.cells(answers.get(patient.pk, {}))),
            *_fill_measured(measurements[patient.pk], layout),
            *_fill_scored(patient, scores, layout),
        )
        for patient in patients
    ]


def _measurements(patients: Sequence[Patient], timepoint: str) -> Measurements:
    """Value, flag and limit of each measurement by patient, analyte and unit: those that models may use as models
    read them, the others by their flag alone. Two queries."""
    chosen = Patient.objects.filter(pk__in=[patient.pk for patient in patients])
    used, excluded = readings_and_excluded(chosen, timepoint)
    values, limits = (_unknown_as_none(used[part]) for part in ("value", "limit"))
    told = dict(zip(used["id"], zip(values, used["flag"], limits, strict=True), strict=True))
    found: Measurements = defaultdict(lambda: defaultdict(list))
    rows = Measurement.objects.filter(
        specimen__patient__in=patients, specimen__timepoint=timepoint
    ).values_list("pk", "specimen__patient_id", "analyte__symbol", "unit", "flag")
    for key, patient, symbol, unit, flag in rows.iterator(chunk_size=10_000):
        if key in told:
            found[patient][symbol, unit].append(told[key])
        elif key in excluded:
            found[patient][symbol, unit].append((None, EXCLUDED, None))
        elif flag in NEVER:
            found[patient][symbol, unit].append((None, flag, None))
    return found


def _unknown_as_none(numbers: Iterable[float]) -> Iterator[float | None]:
    return (None if isnan(number) else number for number in numbers)


def _identity(patient: Patient, layout: Layout) -> Row:
    return (
        patient.subject_id,
        patient.site.code,
        patient.cohort.code,
        patient.index_date,
        layout.events_until,
        layout.study.is_simulated,
    )


def _outcome(patient: Patient, layout: Layout) -> Iterator[Any]:
    for endpoint in layout.endpoints:
        outcome = outcome_of(patient, endpoint)
        yield outcome.days if outcome else None
        yield outcome.event if outcome else None


def _fill_measured(known: dict[tuple[str, str], list[Repeat]], layout: Layout) -> Iterator[Any]:
    for one in layout.measured:
        repeats = known.get((one.symbol, one.unit), [])
        yield mean_number(repeats)
        yield join_flags(repeats)
        yield min(_limits(repeats, Flag.BELOW_LLOQ), default=None)
        yield max(_limits(repeats, Flag.ABOVE_ULOQ), default=None)


def mean_number(repeats: Sequence[Repeat]) -> float | None:
    """The mean of the values in range, else of the other numbers that models take as they are; exact to the
    last bit in whatever order they come."""
    in_range = [v for v, flag, _ in repeats if flag == Flag.IN_RANGE and v is not None]
    values = in_range or _take_as_they_are(repeats)
    return fmean(values) if values else None


def _take_as_they_are(repeats: Sequence[Repeat]) -> list[float]:
    return [v for v, flag, _ in repeats if flag in (Flag.EXTRAPOLATED, *BEYOND) and v is not None]


def join_flags(repeats: Sequence[Repeat]) -> str | None:
    """The distinct flags of the repeats, joined; None where nothing was measured."""
    flags = {str(flag) for _, flag, _ in repeats}
    if Flag.IN_RANGE not in flags and _take_as_they_are(repeats):
        flags.add(Flag.EXTRAPOLATED.value)
    return "+".join(sorted(flags, key=FLAG_ORDER.__getitem__)) or None


def _limits(repeats: Sequence[Repeat], flag: str) -> list[float]:
    return [limit for _, told, limit in repeats if told == flag and limit is not None]


def _fill_scored(
    patient: Patient, scores: dict[tuple[int, int], Score], layout: Layout
) -> Iterator[Any]:
    for version in layout.champions:
        score = scores.get((version.pk, patient.pk))
        if score is None:
            yield from (None,) * 5
        else:
            yield from (
                score.mortality,
                score.percentile,
                score.group,
                version.number,
                score.basis,
            )
