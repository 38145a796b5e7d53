"""Whose blood stood in a well, corrected after the import."""

from collections.abc import Iterator, Mapping

from django.db.models import Max

from accounts.models import User
from assays.models import Measurement, PlateRun, SampleType, Specimen, Well
from assays.services.consequences import check_reason
from assays.services.deciding import decide_on
from assays.signals import Consequence
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused


def correct_layout(
    *, plate_run: PlateRun, labels: Mapping[str, str], reason: str, by: User | None
) -> list[Consequence]:
    """Say whose blood stood in wells: position -> label of a specimen of the study, or "" for nobody's.

    The measurements of a well follow. All of the wells or none: Refused names the first that cannot be.
    Gives what had been made from the old or would now be made from the new assignment. Saying again what is
    said already changes nothing.
    """
    why = check_reason(reason)
    said = Sentence("assays.layout_corrected", wells=", ".join(labels)[:100], why=why)

    def act(held: PlateRun) -> bool:
        moves = list(_moves(held, labels))
        for well, specimen in moves:
            _move(held, well, specimen)
        return bool(moves)  # other wells are repeats of each other now

    return decide_on(plate_run, act, said, by)


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
