"""A file that is a new export of a run which is here already: previewed anew, to supersede the earlier one."""

from accounts.models import User
from assays.imports.plates.mapping import with_superseding
from assays.services.consequences import check_reason
from audit.recording import record
from imports.models import ImportBatch
from imports.services.batches import receive_again
from sentences import Sentence
from studies.permissions import Capability
from studies.selectors.access import require


def let_supersede(*, batch: ImportBatch, reason: str, by: User | None) -> ImportBatch:
    """Receive a plate file anew, saying that it supersedes the plates of which its preview found that it may be
    a new export. Returns the new import, to be previewed; the one before is dropped."""
    require(by, batch.study, Capability.IMPORT_ASSAYS)
    require(by, batch.study, Capability.JUDGE_PLATES)
    why = check_reason(reason)
    found = (batch.preview or {}).get("reruns", [])
    plate = found[0] if len(found) == 1 else ""  # several plates of a file: each its own name
    with record(by=by, reason=Sentence("assays.supersedes", file=batch.source.name, why=why)):
        mapping_text = with_superseding(batch.mapping_text, why, plate)
        return receive_again(batch=batch, mapping_text=mapping_text, by=by)
