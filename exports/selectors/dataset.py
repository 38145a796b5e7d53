"""The rows of the analysis dataset, one per patient, read in blocks of patients.

Repeats: an analyte measured more than once in a patient at the timepoint (wells, plates, specimens)
gives the arithmetic mean of the values flagged in range of those repeats that models may use
(assays.selectors.readings); without any, the value is unknown. The flag column joins the distinct flags with
"+", in_range first where it occurs; what a bar keeps from models is flagged "barred".
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from statistics import fmean
from typing import Any

from django.db.models import Prefetch, QuerySet

from assays.models import Measurement
from assays.models.measurement import Flag
from assays.selectors.matrix import NEVER
from assays.selectors.readings import readings_and_barred
from exports.selectors.columns import (
    COVARIATES,
    IDENTITY,
    Column,
    Measured,
    measured_at,
    measured_columns,
    outcome_columns,
    score_columns,
)
from modeling.models import ModelVersion, Score
from modeling.selectors.models import latest_champions
from studies.models import LabResult, Patient, Study
from studies.selectors.outcomes import outcome_of, with_outcome_dates

PATIENTS_PER_BLOCK = 500
BARRED = "barred"
FLAG_ORDER = {name: place for place, name in enumerate([*Flag.values, BARRED])}

Row = tuple[Any, ...]
Measurements = dict[int, dict[tuple[str, str], list[tuple[float | None, str]]]]


@dataclass(frozen=True)
class Layout:
    """What the dataset holds, fixed before its first row is read."""

    study: Study
    timepoint: str
    endpoints: tuple[str, ...]
    as_of: date
    measured: Sequence[Measured]
    champions: Sequence[ModelVersion]

    @property
    def columns(self) -> list[Column]:
        """All columns, in the order of a row."""
        return [
            *IDENTITY,
            *outcome_columns(self.endpoints),
            *COVARIATES,
            *measured_columns(self.measured),
            *score_columns(self.champions),
        ]


def layout_of(study: Study, *, timepoint: str, endpoints: tuple[str, ...], as_of: date) -> Layout:
    """The layout for a study as it stands."""
    return Layout(
        study=study,
        timepoint=timepoint,
        endpoints=endpoints,
        as_of=as_of,
        measured=measured_at(study, timepoint),
        champions=list(latest_champions(study).defer("content", "report")),
    )


def blocks(patients: QuerySet[Patient], layout: Layout) -> Iterator[list[Row]]:
    """Rows by subject id, in lists of at most PATIENTS_PER_BLOCK: memory does not grow with the study.

    Holds the patients whose treatment had begun by the layout's `as_of`.
    """
    begun = patients.filter(study=layout.study, index_date__lte=layout.as_of)
    annotated = with_outcome_dates(begun, as_of=layout.as_of).select_related(
        "site", "cohort", "baseline"
    )
    labs = Prefetch("lab_results", LabResult.objects.filter(timepoint=layout.timepoint), "labs")
    ordered = annotated.prefetch_related(labs).order_by("subject_id")
    block = list(ordered[:PATIENTS_PER_BLOCK])
    while block:
        yield _rows(block, layout)
        block = list(ordered.filter(subject_id__gt=block[-1].subject_id)[:PATIENTS_PER_BLOCK])


def _rows(patients: Sequence[Patient], layout: Layout) -> list[Row]:
    measurements = _measurements(patients, layout.timepoint)
    scores = {
        (score.version_id, score.patient_id): score
        for score in Score.objects.filter(patient__in=patients, version__in=layout.champions)
    }
    return [
        (
            *_identity(patient, layout),
            *_outcome(patient, layout),
            *_covariates(patient),
            *_measured(measurements[patient.pk], layout),
            *_scored(patient, scores, layout),
        )
        for patient in patients
    ]


def _measurements(patients: Sequence[Patient], timepoint: str) -> Measurements:
    """Value and flag of each measurement by patient, analyte and unit: those that models may use as models
    read them, the others by their flag alone. Two queries."""
    chosen = Patient.objects.filter(pk__in=[patient.pk for patient in patients])
    used, barred = readings_and_barred(chosen, timepoint)
    told = dict(zip(used["id"], zip(used["value"], used["flag"], strict=True), strict=True))
    found: Measurements = defaultdict(lambda: defaultdict(list))
    rows = Measurement.objects.filter(
        specimen__patient__in=patients, specimen__timepoint=timepoint
    ).values_list("pk", "specimen__patient_id", "analyte__symbol", "unit", "flag")
    for key, patient, symbol, unit, flag in rows.iterator(chunk_size=10_000):
        if key in told:
            found[patient][symbol, unit].append(told[key])
        elif key in barred:
            found[patient][symbol, unit].append((nan, BARRED))
        elif flag in NEVER:
            found[patient][symbol, unit].append((nan, flag))
    return found


def _identity(patient: Patient, layout: Layout) -> Row:
    return (
        patient.subject_id,
        patient.site.code,
        patient.cohort.code,
        patient.index_date,
        layout.as_of,
        layout.study.is_simulated,
    )


def _outcome(patient: Patient, layout: Layout) -> Iterator[Any]:
    for endpoint in layout.endpoints:
        outcome = outcome_of(patient, endpoint)
        yield outcome.days if outcome else None
        yield outcome.event if outcome else None


def _covariates(patient: Patient) -> Row:
    known = getattr(patient, "baseline", None)
    lab = next(iter(patient.labs), None)  # type: ignore[attr-defined]
    from_labs = {"albumin": "albumin_g_dl", "nlr": "nlr"}
    return tuple(
        getattr(lab, from_labs[column.name], None)
        if column.name in from_labs
        else getattr(known, column.name, None)
        for column in COVARIATES
    )


def _measured(
    known: dict[tuple[str, str], list[tuple[float | None, str]]], layout: Layout
) -> Iterator[Any]:
    for one in layout.measured:
        repeats = known.get((one.symbol, one.unit), ())
        yield mean_in_range(repeats)
        yield joined_flags(repeats)


def mean_in_range(repeats: Sequence[tuple[float | None, str]]) -> float | None:
    """The mean of the values flagged in range, exact to the last bit in whatever order they come."""
    values = [value for value, flag in repeats if flag == Flag.IN_RANGE and value is not None]
    return fmean(values) if values else None


def joined_flags(repeats: Sequence[tuple[float | None, str]]) -> str | None:
    """The distinct flags of the repeats, joined; None where nothing was measured."""
    flags = sorted({flag for _, flag in repeats}, key=FLAG_ORDER.__getitem__)
    return "+".join(flags) or None


def _scored(
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
