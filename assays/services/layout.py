"""Whose blood stood in a well, corrected after the import."""

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Measurement, PlateRun, SampleType, Specimen, Well
from assays.selectors.matrix import usable
from assays.services.consequences import checked_reason, tell
from assays.signals import ChangedValue, Consequence
from audit.recording import recorded
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require


def correct_layout(
    *, plate_run: PlateRun, well: Well, label: str, reason: str, by: User | None
) -> list[Consequence]:
    """Say that a well holds another specimen of the study, by its label, or ("") none.

    The measurements of the well follow. Gives what had been made from the old or would now be made from the
    new assignment. Saying again what is said already changes nothing.
    """
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    why = checked_reason(reason)
    with recorded(by=by, reason=f"plate {plate_run.name}: layout corrected: {why}"):
        PlateRun.objects.select_for_update().get(pk=plate_run.pk)
        held = Well.objects.select_related("specimen").get(pk=well.pk, plate_run=plate_run)
        specimen = _specimen(plate_run, held, label.strip())
        if specimen == held.specimen:
            return []
        before = _values(held)
        held.specimen = specimen
        held.save(update_fields=["specimen"])
        measurements = Measurement.objects.filter(well=held)
        measurements.update(specimen=specimen, replicate=_next_replicate(plate_run, held, specimen))
        changed = before | _values(held)
        text = _("layout of %(well)s corrected: %(why)s") % {"well": held.position, "why": why}
        return tell(plate_run, changed, text, by)


def _specimen(plate_run: PlateRun, well: Well, label: str) -> Specimen | None:
    if not label:
        return None
    if well.sample_type in (SampleType.STANDARD, SampleType.BLANK):
        raise Refused(_("A standard or a blank is nobody's specimen."))
    found = Specimen.objects.filter(study=plate_run.study_id, label=label).first()
    if found is None:
        raise Refused(
            _("The study has no specimen “%(label)s”. Import it first, or look for its label.")
            % {"label": label[:100]}
        )
    return found


def _next_replicate(plate_run: PlateRun, well: Well, specimen: Specimen | None) -> int:
    if specimen is None:
        return 1
    others = Measurement.objects.filter(plate_run=plate_run, specimen=specimen).exclude(well=well)
    return int(others.aggregate(last=Max("replicate"))["last"] or 0) + 1


def _values(well: Well) -> frozenset[ChangedValue]:
    rows = usable(Measurement.objects.filter(well=well, specimen__isnull=False)).values_list(
        "specimen__patient_id", "specimen__timepoint", "analyte_id"
    )
    return frozenset(ChangedValue(*row) for row in rows)
