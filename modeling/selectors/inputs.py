"""What a model may read of a study: outcomes, covariates and measurements, as of a day."""

from datetime import date

import pandas as pd
from django.db.models import QuerySet

from assays.models import Analyte
from assays.selectors.readings import readings
from ciri import FrozenTable, Specification
from ciri.covariates.shipped import COVARIATES as SHIPPED
from clinical.models import Baseline, LabResult, Patient
from clinical.selectors.outcomes import outcomes
from studies.models import Study

BASELINE = {
    "age": "age", "sex": "sex", "stage": "stage", "bmi": "bmi", "pdl1": "pdl1_tps",
    "pdl1_class": "pdl1_class", "pretreated": "pretreated", "combination": "combination",
}  # fmt: skip
LABS = {"albumin": "albumin_g_dl", "nlr": "nlr"}
"""Field by covariate: of the baseline form, and of the laboratory form at a timepoint."""
COVARIATES = tuple(one for one in SHIPPED if one.name in BASELINE | LABS)
MEASUREMENT_COLUMNS = ["subject", "analyte", "replicate", "value", "flag", "limit"]


def study_table(
    study: Study, specification: Specification, *, as_of: date, require_outcome: bool
) -> FrozenTable:
    """Everything that the specification may read of the study's patients, as known on `as_of`.

    Training needs an outcome; scoring does not, and keeps patients who were enrolled today.
    """
    patients = Patient.objects.filter(study=study, index_date__lte=as_of)
    return FrozenTable.freeze(
        _subjects(patients, specification, as_of=as_of),
        _measurements(patients, specification),
        require_outcome=require_outcome,
    )


def training_counts(study: Study, specification: Specification, *, as_of: date) -> dict[str, int]:
    """Patients and events by role (see FrozenTable.counts), without reading any measurement."""
    patients = Patient.objects.filter(study=study, index_date__lte=as_of)
    return FrozenTable.freeze(
        _subjects(patients, specification, as_of=as_of),
        pd.DataFrame(columns=MEASUREMENT_COLUMNS),
    ).counts()


def _subjects(
    patients: QuerySet[Patient], specification: Specification, *, as_of: date
) -> pd.DataFrame:
    """One row per patient: subject, site, cohort, role, time (days), event, covariates."""
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
    frame = pd.DataFrame(rows, columns=["pk", "subject", "site", "cohort", "role", "time", "event"])
    covariates = _covariates(patients, specification.timepoint)
    return frame.merge(covariates, on="pk", how="left").drop(columns="pk")


def _covariates(patients: QuerySet[Patient], timepoint: str) -> pd.DataFrame:
    """The clinical factors by patient; laboratory factors are those of the timepoint."""
    baseline = pd.DataFrame.from_records(
        Baseline.objects.filter(patient__in=patients).values_list("patient_id", *BASELINE.values()),
        columns=["pk", *BASELINE],
    )
    labs = pd.DataFrame.from_records(
        LabResult.objects.filter(patient__in=patients, timepoint=timepoint).values_list(
            "patient_id", *LABS.values()
        ),
        columns=["pk", *LABS],
    )
    return baseline.merge(labs, on="pk", how="outer")


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
