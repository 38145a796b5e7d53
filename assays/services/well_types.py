"""What stood in a well, said after the import: its type, its expected concentrations, its dilution."""

from collections.abc import Mapping

from accounts.models import User
from assays.formats.retyping import Said
from assays.imports.plates.names import keys_of
from assays.models import Measurement, PlateAnalyte, PlateRun, SampleType, Well
from assays.services.consequences import check_reason
from assays.services.deciding import decide_on
from assays.signals import Consequence
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused


def retype_wells(
    *, plate_run: PlateRun, said: Mapping[str, Said], reason: str, by: User | None
) -> list[Consequence]:
    """Say what stood in wells, by position; expected concentrations by an analyte's symbol or its name in the
    file, "" for all. All of the wells or none. What was measured stays as it is; the plate is judged anew, and
    our own curve is fitted to the standards as they are now."""
    why = check_reason(reason)
    text = Sentence("assays.types_corrected", wells=", ".join(said)[:100], why=why)

    def act(held: PlateRun) -> bool:
        wells = {well.position: well for well in Well.objects.filter(plate_run=held)}
        analytes = _analytes(held)
        changed = False
        for position, told in said.items():
            if position not in wells:
                raise Refused(
                    _("The plate has no well “%(well)s”; write its position, such as C4.")
                    % {"well": position[:60]}
                )
            changed |= _say(wells[position], told, analytes)
        return changed

    return decide_on(plate_run, act, text, by)


def _say(well: Well, told: Said, analytes: Mapping[str, int]) -> bool:
    """Keep what is said of one well; whether anything became another."""
    before = (well.sample_type, well.dilution)
    kind = told.kind.value if told.kind is not None else well.sample_type
    if kind in (SampleType.STANDARD, SampleType.BLANK) and well.specimen_id is not None:
        raise Refused(
            _("%(well)s holds a specimen: a standard or a blank is nobody's. Take it off first.")
            % {"well": well.position}
        )
    measured = Measurement.objects.filter(well=well)
    well.sample_type = kind
    if told.dilution is not None and told.dilution != well.dilution:
        well.dilution = told.dilution
        measured.update(dilution=told.dilution)
    changed = (well.sample_type, well.dilution) != before
    if changed:
        well.save(update_fields=["sample_type", "dilution"])
    if told.expected and kind not in (SampleType.STANDARD, SampleType.CONTROL):
        raise Refused(_("Only a standard or a control has an expected concentration."))
    for name, value in told.expected.items():
        rows = measured
        if name:
            found = next((analytes[key] for key in keys_of(name) if key in analytes), None)
            if found is None:
                raise Refused(_("The plate has no analyte “%(name)s”.") % {"name": name[:60]})
            rows = measured.filter(analyte=found)
        elif len(told.expected) > 1:  # what is said of one analyte goes before what is said of all
            own = [analytes[k] for n in told.expected if n for k in keys_of(n) if k in analytes]
            rows = measured.exclude(analyte__in=own)
        changed |= bool(rows.exclude(expected=value).update(expected=value))
    return changed


def _analytes(plate_run: PlateRun) -> dict[str, int]:
    """Names of the plate's analytes, by symbol and as the file has them, with their keys."""
    on_plate = PlateAnalyte.objects.filter(plate_run=plate_run).select_related("analyte")
    return {
        key: told.analyte_id
        for told in on_plate
        for name in (told.name, told.analyte.symbol)
        for key in keys_of(name)
    }
