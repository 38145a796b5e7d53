"""Whose blood stood in a well, corrected after the import."""

from collections.abc import Iterator, Mapping

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from assays.models import Measurement, PlateRun, SampleType, Specimen, Well
from assays.selectors.judged import used_values
from assays.services.consequences import checked_reason, tell_difference
from assays.services.judging import judgement_of, keep_judgement
from assays.signals import Consequence
from audit.recording import recorded
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require
from studies.services.holding import hold_study


def correct_layout(
    *, plate_run: PlateRun, labels: Mapping[str, str], reason: str, by: User | None
) -> list[Consequence]:
    """Say whose blood stood in wells: position -> label of a specimen of the study, or "" for nobody's.

    The measurements of a well follow. All of the wells or none: Refused names the first that cannot be.
    Gives what had been made from the old or would now be made from the new assignment. Saying again what is
    said already changes nothing.
    """
    require(by, plate_run.study, Capability.JUDGE_PLATES)
    why = checked_reason(reason)
    with recorded(by=by, reason=f"plate {plate_run.name}: layout corrected: {why}"):
        hold_study(plate_run.study_id)
        held = PlateRun.objects.select_for_update(no_key=True).get(pk=plate_run.pk)
        moves = list(_moves(held, labels))
        before = used_values(held)
        for well, specimen in moves:
            _move(held, well, specimen)
        if moves:  # other wells are repeats of each other now
            keep_judgement(held, judgement_of(held))
        text = _("layout of %(wells)s corrected: %(why)s")
        words = {"wells": ", ".join(well.position for well, _specimen in moves)[:100], "why": why}
        return tell_difference(held, before, text % words, by)


def _moves(
    plate_run: PlateRun, labels: Mapping[str, str]
) -> Iterator[tuple[Well, Specimen | None]]:
    """The wells that get another specimen than they have, with it."""
    wells = {
        well.position: well
        for well in Well.objects.filter(plate_run=plate_run).select_related("specimen")
    }
    for position, label in labels.items():
        well = wells.get(position)
        if well is None:
            raise Refused(
                _("The plate has no well “%(well)s”; write its position, such as C4.")
                % {"well": position[:60]}
            )
        specimen = _specimen(plate_run, well, label)
        if specimen != well.specimen:
            yield well, specimen


def _move(plate_run: PlateRun, well: Well, specimen: Specimen | None) -> None:
    well.specimen = specimen
    well.save(update_fields=["specimen"])
    measurements = Measurement.objects.filter(well=well)
    measurements.update(specimen=specimen, replicate=_next_replicate(plate_run, well, specimen))


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
