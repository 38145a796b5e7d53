"""Under which ids a training knew its patients: a dataset is frozen, and an id may be corrected afterwards."""

from audit.tracking import event_of
from clinical.models import Patient
from modeling.models import ModelVersion


def former_ids(version: ModelVersion) -> dict[str, str]:
    """Of patients of the study whose id was another when the version's dataset was frozen: id now -> id then; "" of one who was
    enrolled since. Two queries."""
    frozen_at = version.dataset.created_at
    history = event_of(Patient)._default_manager.filter(
        study=version.dataset.study_id, pgh_created_at__lte=frozen_at
    )
    then = dict(
        history.order_by("pgh_obj_id", "-pgh_created_at", "-pgh_id")
        .distinct("pgh_obj_id")
        .values_list("pgh_obj_id", "subject_id")
    )
    patients = Patient.objects.filter(study=version.dataset.study_id)
    found = {}
    for patient, subject, created_at in patients.values_list("pk", "subject_id", "created_at"):
        before = then.get(patient, "" if created_at > frozen_at else subject)
        if before != subject:
            found[subject] = before
    return found
