"""Warnings where plates or lots go with hospitals or cohorts."""

import pandas as pd
from django.utils.translation import gettext as _

from assays.models import Well
from assays.quality.confounding import association
from studies.models import Study


def confounding_warnings(study: Study) -> list[str]:
    """Sentences for each pair of (plate, lot) with (hospital, cohort) that go together; one query."""
    rows = (
        Well.objects.filter(plate_run__study=study, specimen__isnull=False)
        .order_by()
        .values_list(
            *("specimen_id", "plate_run_id", "plate_run__lot"),
            *("specimen__patient__site__code", "specimen__patient__cohort__code"),
        )
        .distinct()
    )
    frame = pd.DataFrame.from_records(
        list(rows), columns=["specimen", "plate", "lot", "site", "cohort"]
    )
    words = {
        "plate": _("Plates"), "lot": _("Lots"), "site": _("hospitals"), "cohort": _("cohorts"),
    }  # fmt: skip
    found = []
    for first in ("plate", "lot"):
        for second in ("site", "cohort"):
            how = association(frame[first], frame[second]) if len(frame) else None
            if how is not None and how.warns:
                found.append(
                    _(
                        "%(first)s go with %(second)s (Cramér's V %(v).2f): what differs between them "
                        "may be the one or the other."
                    )
                    % {"first": words[first], "second": words[second], "v": how.v}
                )
    return found
