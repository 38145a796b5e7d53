"""Warnings where plates or lots go with hospitals, cohorts or survival."""

from collections.abc import Iterator

import pandas as pd
from django.utils.translation import gettext as _

from assays.models import Well
from assays.quality.confounding import SURE, association, survival_difference
from clinical.models import Patient
from clinical.selectors.outcomes import outcomes
from studies.models import Study


def confounding_warnings(study: Study) -> list[str]:
    """Sentences for each of (plate, lot) that goes with one of (hospital, cohort, survival); a few queries,
    whatever the number of plates."""
    rows = (
        Well.objects.filter(plate_run__study=study, specimen__isnull=False)
        .order_by()
        .values_list(
            *("specimen_id", "specimen__patient_id", "plate_run_id", "plate_run__lot"),
            *("specimen__patient__site__code", "specimen__patient__cohort__code"),
        )
        .distinct()
    )
    columns = ["specimen", "patient", "plate", "lot", "site", "cohort"]
    frame = pd.DataFrame.from_records(list(rows), columns=columns)
    if frame.empty:
        return []
    return [*_with_places(frame), *_with_survival(frame, study)]


def _with_places(frame: pd.DataFrame) -> Iterator[str]:
    words = {
        "plate": _("Plates"), "lot": _("Lots"), "site": _("hospitals"), "cohort": _("cohorts"),
    }  # fmt: skip
    for first in ("plate", "lot"):
        for second in ("site", "cohort"):
            how = association(frame[first], frame[second])
            if how is not None and how.warns:
                told = _(
                    "%(first)s go with %(second)s (Cramér's V %(v).2f): what differs between them may be "
                    "the one or the other."
                )
                yield told % {"first": words[first], "second": words[second], "v": how.v}


def _with_survival(frame: pd.DataFrame, study: Study) -> Iterator[str]:
    """A patient counts once, with the first plate."""
    patients = Patient.objects.filter(study=study)
    told = outcomes(patients, endpoint="OS", as_of=study.today())
    known = {pk: outcome for pk, outcome in told.items() if outcome is not None}
    once = frame.sort_values("plate").drop_duplicates("patient")
    once = once[once["patient"].isin(known)]
    time = once["patient"].map({pk: float(found.days) for pk, found in known.items()})
    event = once["patient"].map({pk: found.event for pk, found in known.items()})
    for name, word in (("plate", _("Plates")), ("lot", _("Lots"))):
        p = survival_difference(once[name], time, event)
        if p is not None and p < SURE:
            text = _(
                "%(first)s go with overall survival (log-rank p %(p)s): what a model finds in them may be the "
                "plate and not the patient."
            )
            yield text % {"first": word, "p": f"{p:.2g}"}
