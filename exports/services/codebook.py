"""The codebook of a study as a file: what each column and item is. It holds nothing of any patient."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.models import User
from clinical.selectors.outcomes import ENDPOINTS
from exports.models import Export
from exports.selectors.codebook import COLUMNS, codebook_rows
from exports.selectors.dataset import layout_of
from exports.services.analysis_dataset import Recipe, check_recipe, choose_visit
from exports.services.download import name_file
from exports.services.writers import MEDIA_TYPES, WRITERS
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import require


@dataclass(frozen=True)
class Codebook:
    """What the analysis dataset of a visit and the forms hold, as the study stands."""

    study: Study
    format: str
    timepoint: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @property
    def file_name(self) -> str:
        return name_file(f"{self.study.code}-{self.timepoint}-codebook", self.study, self.format)

    def chunks(self) -> Iterator[bytes]:
        """The bytes."""
        today = self.study.today()
        layout = layout_of(
            self.study, timepoint=self.timepoint, endpoints=ENDPOINTS, events_until=today
        )
        note = {"yogo.study": self.study.code}
        yield from WRITERS[self.format](COLUMNS, [list(codebook_rows(layout))], note)


def make_codebook(
    *,
    study: Study,
    by: User | None,
    format: str = Export.Format.CSV,
    timepoint: str | None = None,
) -> Codebook:
    """Check what is asked."""
    require(by, study, Capability.EXPORT)
    recipe = Recipe(format=format, timepoint=timepoint)
    check_recipe(recipe, study)
    return Codebook(study, format, choose_visit(recipe, study))
