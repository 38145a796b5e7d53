"""Freezing what a training reads."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from ciri import FrozenTable, Specification
from ciri.said import keep
from clinical.models import Patient
from modeling.models import FrozenDataset
from modeling.selectors.inputs import study_table
from studies.models import Study
from studies.services.locking import lock_study


def freeze(study: Study, specification: Specification, *, as_of: date) -> FrozenDataset:
    """The frozen dataset of a study as of a day; the same content is stored once. In the caller's
    transaction, which holds the study until it ends: whoever decides on values afterwards finds the dataset."""
    lock_study(study)
    table = study_table(study, specification, as_of=as_of, require_outcome=True)
    return _store(study, specification, table, as_of)


def _store(
    study: Study, specification: Specification, table: FrozenTable, as_of: date
) -> FrozenDataset:
    subjects = table.subjects
    training = subjects[subjects["role"] == "train"]
    dataset, _ = FrozenDataset.objects.get_or_create(
        study=study,
        content_hash=table.content_hash,
        defaults={
            "content": table.to_bytes(),
            "as_of": as_of,
            "timepoint": specification.timepoint,
            "endpoint": specification.endpoint,
            "patients": len(subjects),
            "training_patients": len(training),
            "events": int(subjects["event"].sum()),
            "training_events": int(training["event"].sum()),
            "left_out": [*keep(table.left_out), *_list_untreated(study)],
        },
    )
    return dataset


def _list_untreated(study: Study) -> Iterator[dict[str, Any]]:
    """Patients without an index date are in no table, and are counted beside it; as `ciri.said.keep` keeps it."""
    untreated = Patient.objects.filter(study=study, index_date__isnull=True).order_by("subject_id")
    for subject in untreated.values_list("subject_id", flat=True):
        yield {"subject": subject, "reason": {"code": "modeling.no_index_date", "with": {}}}
