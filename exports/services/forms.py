"""The forms of a study, long, as a stream of bytes: behind page, API and command, like the analysis dataset."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import ApiToken, User
from audit.recording import record
from exports.models import Export
from exports.selectors.forms import COLUMNS, form_blocks
from exports.services.analysis_dataset import (
    Recipe,
    check_recipe,
    find_patients,
    say_moment,
)
from exports.services.download import Counted, Download
from exports.services.moments import database_at
from sentences import Sentence
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import require


@dataclass(frozen=True)
class FormsDownload(Download):
    """Every form that was filled, ready to be read once. `known_at` None: as the database stands."""

    known_at: datetime | None = None

    def _name(self) -> str:
        return f"{self.study.code}-forms{say_moment(self.known_at)}"

    def _write(self, counted: Counted) -> Iterator[bytes]:
        with database_at(self.known_at, self.study) as moment:
            study = Study.objects.get(pk=self.study.pk)  # as it was called then
            self.export.known_at = moment
            rows = counted.rows(form_blocks(find_patients(self.by, study)))
            note = {
                "yogo.study": study.code,
                "yogo.simulated": "true" if study.is_simulated else "false",
            }
            yield from self._in_format(COLUMNS, rows, note)


def export_forms(
    *,
    study: Study,
    format: str,
    via: str,
    by: User | None,
    known_at: datetime | None = None,
    token: ApiToken | None = None,
) -> FormsDownload:
    """Check what is asked and record that it is; the rows are read when its chunks are."""
    require(by, study, Capability.EXPORT)
    recipe = Recipe(format=format, known_at=known_at)
    last_day = check_recipe(recipe, study)
    with record(by=by, reason=Sentence("exports.forms", via=via)):
        export = Export.objects.create(
            study=study,
            made_by=by,
            via=via,
            token=token,
            format=format,
            holds=Export.Holds.FORMS,
            events_until=last_day,
            known_at=known_at,
        )
    return FormsDownload(export=export, by=by, known_at=known_at)
