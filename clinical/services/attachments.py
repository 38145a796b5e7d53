"""Files that belong to a form: kept as they came, known to the form by their SHA-256."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from accounts.models import User
from audit.recording import record
from clinical.models import FilledForm, Patient
from clinical.services.filling import fill_form
from imports.services.batches import keep_file, storable_name
from sentences import storable as _
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require

LARGEST_MB = 20


class Readable(Protocol):
    """What gives its bytes."""

    def read(self) -> bytes: ...


@dataclass(frozen=True)
class Attachment:
    """A file that somebody chose. It is read only after its size was looked at."""

    name: str
    size: int
    file: Readable


def fill_form_with_files(
    *,
    patient: Patient,
    texts: Mapping[str, str],
    attachments: Mapping[str, Attachment],
    by: User | None,
    **where: Any,
) -> FilledForm:
    """`fill_form`, with files for some of its items. A form that is refused keeps none of them."""
    require(by, patient.study, Capability.ENTER_CLINICAL, site=patient.site)
    _refuse_sizes(attachments)
    with record(by=by):
        kept = {
            item: keep_file(patient.study, storable_name(one.name), one.file.read()).sha256
            for item, one in attachments.items()
        }
        return fill_form(patient=patient, texts={**texts, **kept}, by=by, **where)


def _refuse_sizes(attachments: Mapping[str, Attachment]) -> None:
    too_large = _("The file has %(size).1f MB; at most %(most)d MB are taken.")
    wrong = {}
    for item, one in attachments.items():
        if one.size == 0:
            wrong[item] = [_("The file is empty.")]
        elif one.size > LARGEST_MB * 1_000_000:
            wrong[item] = [too_large % {"size": one.size / 1_000_000, "most": LARGEST_MB}]
    if wrong:
        raise Refused(wrong)
