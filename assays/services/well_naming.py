"""A person says what stands in wells of a plate that is being imported; the study may remember it."""

from collections.abc import Mapping

from accounts.models import User
from assays.formats.roles import parts_of
from assays.imports.plates.checks import longest
from assays.imports.plates.mapping import with_wells
from assays.models import SampleType, WellName
from audit.recording import record
from imports.models import ImportBatch
from imports.services.batches import receive_again
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, explain_refusals
from studies.selectors.access import require


def name_wells(
    *, batch: ImportBatch, kinds: Mapping[str, str], remember: bool, by: User | None
) -> ImportBatch:
    """Say what names of wells mean: name -> type. Returns the file received anew with it, to be previewed; the
    import before is dropped. remember: for every later plate of the study, too."""
    require(by, batch.study, Capability.IMPORT_ASSAYS)
    if not kinds:
        raise Refused(_("Nothing was changed: choose what stands in a well."))
    for name, kind in kinds.items():
        if kind not in SampleType.values:
            raise Refused(_("“%(type)s” is no type of well.") % {"type": kind[:40]})
        if not name or "\0" in name or len(name) > longest(WellName, "name"):
            raise Refused(_("“%(name)s…” is no name of a well.") % {"name": name[:40]})
    with (
        record(by=by, reason=Sentence("assays.wells_named", file=batch.source.name)),
        explain_refusals(),
    ):
        for name, kind in kinds.items() if remember else ():
            remember_name(study=batch.study, name=name, kind=kind)
        mapping_text = with_wells(batch.mapping_text, kinds)
        return receive_again(batch=batch, mapping_text=mapping_text, by=by)


def remember_name(*, study: Study, name: str, kind: str) -> WellName:
    """Keep a study's own name of wells, without its dilution, in the caller's transaction."""
    plain = " ".join((parts_of(name)[0] or name).split())
    known = WellName.objects.filter(study=study, name__iexact=plain).first()
    if known is None:
        return WellName.objects.create(study=study, name=plain, sample_type=kind)
    if known.sample_type != kind:
        known.sample_type = kind
        known.save(update_fields=["sample_type"])
    return known
