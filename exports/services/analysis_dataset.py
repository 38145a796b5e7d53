"""The analysis dataset of a study as a stream of bytes: one function behind page, API and command.

The bytes depend only on the study's state and the recipe (format, timepoint, endpoints, as of, and
which patients the asking person may export), not on the way by which they were asked for.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from audit.recording import recorded
from exports.models import Export
from exports.selectors.dataset import Layout, Row, blocks, layout_of
from exports.services.writers import MEDIA_TYPES, WRITERS
from studies.models import Patient, Study
from studies.models.patient import Timepoint
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import patients_visible_to, require
from studies.selectors.outcomes import ENDPOINTS


@dataclass(frozen=True)
class Recipe:
    """What a dataset is made of. `endpoint` None keeps both; `as_of` None is the study's today."""

    format: str = Export.Format.CSV
    timepoint: str = Timepoint.PRE
    endpoint: str | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class AnalysisDataset:
    """A dataset that is ready to be read once, by `chunks`."""

    export: Export
    by: User | None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.export.format]

    @property
    def file_name(self) -> str:
        """Study, timepoint, day and, where it is so, that nobody in it exists."""
        export = self.export
        mark = "-simulated" if export.study.is_simulated else ""
        return f"{export.study.code}-{export.timepoint}-{export.as_of}{mark}.{export.format}"

    def chunks(self) -> Iterator[bytes]:
        """The bytes, block by block from one snapshot of the database; then the export is recorded
        as finished, with rows and SHA-256."""
        counted = _Counted()
        digest, size = hashlib.sha256(), 0
        with _snapshot():
            layout = _layout(self.export)
            read = counted.rows(blocks(_patients(self.by, self.export.study), layout))
            writer = WRITERS[self.export.format]
            for chunk in writer(layout.columns, read, _note(layout)):
                digest.update(chunk)
                size += len(chunk)
                yield chunk
        _finish(self, layout, rows=counted.total, size=size, sha256=digest.hexdigest())


def export_analysis_dataset(
    *,
    study: Study,
    recipe: Recipe,
    via: str,
    by: User | None,
    token: ApiToken | None = None,
) -> AnalysisDataset:
    """Check what is asked and record that it is; the rows are read when its chunks are."""
    require(by, study, Capability.EXPORT)
    as_of = _checked(recipe, study)
    with recorded(by=by, reason=f"analysis dataset by {via}"):
        export = Export.objects.create(
            study=study,
            made_by=by,
            via=via,
            token=token,
            format=recipe.format,
            timepoint=recipe.timepoint,
            endpoints=recipe.endpoint or "+".join(ENDPOINTS),
            as_of=as_of,
        )
    return AnalysisDataset(export=export, by=by)


def _checked(recipe: Recipe, study: Study) -> date:
    """Refuse what cannot be made, naming what can; the day as of which it is made."""
    allowed = {
        "format": (recipe.format, Export.Format.values),
        "timepoint": (recipe.timepoint, Timepoint.values),
        "endpoint": (recipe.endpoint or ENDPOINTS[0], ENDPOINTS),
    }
    for name, (value, values) in allowed.items():
        if value not in values:
            raise Refused(
                {
                    name: [
                        _("“%(value)s” is not known; use one of: %(allowed)s.")
                        % {"value": value, "allowed": ", ".join(values)}
                    ]
                }
            )
    today = study.today()
    if recipe.as_of is not None and recipe.as_of > today:
        raise Refused(
            {
                "as_of": [
                    _("%(day)s lies in the future; give a day up to %(today)s.")
                    % {"day": recipe.as_of.isoformat(), "today": today.isoformat()}
                ]
            }
        )
    return recipe.as_of or today


def _patients(by: User | None, study: Study) -> QuerySet[Patient]:
    if by is None:
        return Patient.objects.filter(study=study)
    return patients_visible_to(by, Capability.EXPORT).filter(study=study)


def _layout(export: Export) -> Layout:
    return layout_of(
        export.study,
        timepoint=export.timepoint,
        endpoints=tuple(export.endpoints.split("+")),
        as_of=export.as_of,
    )


def _note(layout: Layout) -> dict[str, str]:
    """What a file that can carry a note says about itself."""
    return {
        "yogo.study": layout.study.code,
        "yogo.simulated": "true" if layout.study.is_simulated else "false",
        "yogo.timepoint": layout.timepoint,
        "yogo.as_of": layout.as_of.isoformat(),
    }


@contextmanager
def _snapshot() -> Iterator[None]:
    """One transaction in which nothing changes under the reader; inside another one, that one."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


class _Counted:
    """Counts the rows that pass."""

    def __init__(self) -> None:
        self.total = 0

    def rows(self, of: Iterator[list[Row]]) -> Iterator[list[Row]]:
        for block in of:
            self.total += len(block)
            yield block


def _finish(dataset: AnalysisDataset, layout: Layout, *, rows: int, size: int, sha256: str) -> None:
    with recorded(by=dataset.by, reason="analysis dataset handed out whole"):
        export = dataset.export
        export.champions = {v.model.name: v.number for v in layout.champions}
        export.row_count, export.size, export.sha256 = rows, size, sha256
        export.finished_at = timezone.now()
        export.save(update_fields=["champions", "row_count", "size", "sha256", "finished_at"])
