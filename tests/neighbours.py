"""Another study beside the one of a test: the same subjects, sites, cohorts, panel and specimens, and other values.

Whatever is read or written for one study must be the same with this one beside it.
"""

from datetime import UTC, datetime

from django.utils import timezone

from assays.models import Exclusion, PlateRun
from clinical.models import FollowUp, Patient
from studies.models import Study
from tests.factories import CohortFactory, SiteFactory, StudyFactory, day, fill, make_patient
from tests.unit.assays.plates import make_plate

SUBJECTS = ("P-1", "P-2", "P-3")


def make_neighbour() -> Study:
    """A study of three patients who died on the second day, with a plate that is excluded in part."""
    study = StudyFactory(code="NEIGHBOUR", title="The study next door")
    site = SiteFactory(study=study, code="tokyo", name="Another hospital of that code")
    cohort = CohortFactory(study=study, code="discovery", kind="discovery")
    patients = [make_patient(study, site=site, cohort=cohort, subject_id=s) for s in SUBJECTS]
    for patient in patients:
        _record(patient)
    _exclusion(make_plate(study, patients, acquired_at=datetime(2019, 1, 1, 9, tzinfo=UTC)))
    return study


def _record(patient: Patient) -> None:
    fill(patient, age=99, sex="female", stage="IV", albumin=1.5, nlr_reported=40)
    FollowUp.objects.create(patient=patient, contact_date=day(2), status="dead")


def _exclusion(plate: PlateRun) -> None:
    """One well excluded, another restored after that, and a rule that excludes an analyte."""
    wells = list(plate.wells.filter(sample_type="sample")[:2])
    reason = "next door"
    Exclusion.objects.create(plate_run=plate, well=wells[0], rule="excluded", reason=reason)
    Exclusion.objects.create(
        plate_run=plate,
        well=wells[1],
        rule="excluded",
        reason=reason,
        lifted_at=timezone.now(),
        lift_reason=reason,
    )
    analyte = plate.panel.analytes.order_by("pk").first()
    Exclusion.objects.create(plate_run=plate, analyte=analyte, rule="recovery", reason=reason)
