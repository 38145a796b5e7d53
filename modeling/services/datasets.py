"""Freezing what a training reads."""

from datetime import date

from ciri import FrozenTable, Specification
from ciri.said import keep
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
            "left_out": keep(table.left_out),
        },
    )
    return dataset
