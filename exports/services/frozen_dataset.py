"""The frozen dataset of a version as a download: what the model was trained on, every bit of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import ApiToken, User
from audit.recording import record
from ciri.dataset.files import DESCRIPTION
from exports.models import Export
from exports.selectors.frozen import list_frozen_columns, read_frozen_blocks, read_frozen_frame
from exports.services.download import Counted, Download
from modeling.models import ModelVersion
from sentences import Sentence
from sentences import storable as _
from studies.permissions import Capability
from studies.refusals import NotAllowed, Refused, say_not_known
from studies.selectors.access import memberships_with, require


@dataclass(frozen=True)
class FrozenDownload(Download):
    """A version's frozen dataset, ready to be read once."""

    version: ModelVersion

    def _name(self) -> str:
        return f"{self.export.study.code}-{self.version.model.name}-{self.version.number}-dataset"

    def _write(self, counted: Counted) -> Iterator[bytes]:
        frame = read_frozen_frame(self.version)
        note = {
            "yogo.study": self.export.study.code,
            "yogo.simulated": "true" if self.export.study.is_simulated else "false",
            "yogo.version": str(self.version),
            "yogo.dataset_sha256": self.version.dataset.content_hash,
            DESCRIPTION: json.dumps(frame.attrs, ensure_ascii=False),
        }
        yield from self._in_format(
            list_frozen_columns(frame), counted.rows(read_frozen_blocks(frame)), note
        )


def export_frozen_dataset(
    *,
    version: ModelVersion,
    format: str,
    via: str,
    by: User | None,
    token: ApiToken | None = None,
) -> FrozenDownload:
    """Check what is asked and record that it is. It holds patients of every site, so it is for those who may
    export the whole study."""
    study, dataset = version.model.study, version.dataset
    require(by, study, Capability.EXPORT)
    if by is not None:
        everywhere = memberships_with(by, Capability.EXPORT).filter(study=study, site__isnull=True)
        if not everywhere.exists():
            raise NotAllowed(
                _(
                    "A frozen dataset holds the patients of every site, and your role is bound to one. Ask "
                    "somebody whose role covers the study."
                )
            )
    if format not in Export.Format.values:
        raise Refused({"format": [say_not_known(format, Export.Format.values)]})
    with record(by=by, reason=Sentence("exports.frozen_dataset", version=version, via=via)):
        export = Export.objects.create(
            study=study,
            made_by=by,
            via=via,
            token=token,
            format=format,
            version=version,
            timepoint=dataset.timepoint,
            endpoints=dataset.endpoint,
            events_until=dataset.as_of,
            known_at=dataset.created_at,
        )
    return FrozenDownload(export=export, by=by, version=version)
