"""What a model may read of a study: outcomes, covariates and measurements, as of a day."""

from datetime import date

import pandas as pd
from django.db.models import QuerySet

from assays.models import Analyte
from assays.selectors.readings import readings
from ciri import FrozenTable, Specification
from clinical.models import Patient
from clinical.selectors.definitions import collected_by
from clinical.selectors.outcomes import outcomes
from modeling.selectors.covariates import covariate_values, describe_covariates
from studies.models import Study

MEASUREMENT_COLUMNS = ["subject", "analyte", "replicate", "value", "flag", "limit"]


def study_table(
    study: Study, specification: Specification, *, as_of: date, require_outcome: bool
) -> FrozenTable:
    """Everything that the specification may read of the study's patients, as known on `as_of`.

    Training needs an outcome; scoring does not, and keeps patients who were enrolled today. Patients whose index date is not
    known are in neither.
    """
    patients = Patient.objects.filter(study=study, index_date__lte=as_of)
    collected = collected_by(study)
    described = describe_covariates(collected)
    names = [covariate.name for covariate in described]
    people = _subjects(patients, specification, as_of=as_of)
    known = covariate_values(patients, collected, names, specification.timepoint)
    return FrozenTable.freeze(
        people.merge(known, on="pk", how="left").drop(columns="pk"),
        _measurements(patients, specification),
        described,
        require_outcome=require_outcome,
    )


def training_counts(study: Study, specification: Specification, *, as_of: date) -> dict[str, int]:
    """Patients and events by role (see FrozenTable.counts), without reading any covariate or measurement."""
    patients = Patient.objects.filter(study=study, index_date__lte=as_of)
    return FrozenTable.freeze(
        _subjects(patients, specification, as_of=as_of).drop(columns="pk"),
        pd.DataFrame(columns=MEASUREMENT_COLUMNS),
        covariates=(),
    ).counts()


def _subjects(
    patients: QuerySet[Patient], specification: Specification, *, as_of: date
) -> pd.DataFrame:
    """One row per patient: pk, subject, site, cohort, role, time (days), event."""
    known = outcomes(patients, endpoint=specification.endpoint, as_of=as_of)
    rows = []
    for patient in patients.select_related("site", "cohort").order_by("subject_id"):
        outcome = known.get(patient.pk)
        rows.append(
            {
                "pk": patient.pk,
                "subject": patient.subject_id,
                "site": patient.site.code,
                "cohort": patient.cohort.code,
                "role": specification.role_of(patient.cohort.code, patient.cohort.kind),
                "time": float(outcome.days) if outcome else float("nan"),
                "event": bool(outcome and outcome.event),
            }
        )
    columns = ["pk", "subject", "site", "cohort", "role", "time", "event"]
    return pd.DataFrame(rows, columns=columns).astype({"pk": "int64"})


def _measurements(patients: QuerySet[Patient], specification: Specification) -> pd.DataFrame:
    """Readings at the timepoint that no exclusion covers, long; empty when no analyte enters the model."""
    if not specification.uses_analytes:
        return pd.DataFrame(columns=MEASUREMENT_COLUMNS)
    found = readings(patients, specification.timepoint, specification.analytes.candidates)
    # A number beside the mark of a limit (an NPX below the limit of detection) is used as it is.
    flag = found["flag"].astype(object)
    marked = flag.isin(["below_lloq", "above_uloq"]) & found["value"].notna()
    return found.assign(flag=flag.mask(marked, "extrapolated"))[MEASUREMENT_COLUMNS]


def unknown_analytes(specification: Specification) -> list[str]:
    """Candidates of a specification that the catalogue does not hold under their gene symbol."""
    named = specification.analytes.candidates or ()
    known = set(Analyte.objects.filter(symbol__in=named).values_list("symbol", flat=True))
    return [name for name in named if name not in known]
