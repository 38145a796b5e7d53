"""The analysis dataset of a study as a stream of bytes: one function behind page, API and command.

The bytes depend only on the recipe (format, timepoint, endpoints, events until, known at), on the study's state at
the moment that the database is read as of, and on which patients the asking person may export; not on the
way by which they were asked for.
"""

import json
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import ApiToken, User
from audit.recording import record
from ciri.covariates.columns import ATTACHED
from ciri.dataset.files import DESCRIPTION
from clinical.models import Patient
from clinical.selectors.access import patients_visible_to
from clinical.selectors.outcomes import ENDPOINTS
from clinical.selectors.visits import visits_of
from exports.models import Export
from exports.selectors.dataset import Layout, blocks, layout_of
from exports.services.download import Counted, Download
from exports.services.moments import check_moment, database_at
from modeling.selectors.covariates import describe_covariates
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.permissions import Capability
from studies.refusals import Refused, say_not_known
from studies.selectors.access import require


@dataclass(frozen=True)
class Recipe:
    """What a dataset is made of. `timepoint` is the name of a visit, None the first of the study's definition;
    `endpoint` None keeps both; `events_until` None is the study's today, of the moment `known_at`; `known_at` None is
    this moment."""

    format: str = Export.Format.CSV
    timepoint: str | None = None
    endpoint: str | None = None
    events_until: date | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class AnalysisDataset(Download):
    """The analysis dataset, ready to be read once. `known_at` None: as the database stands."""

    known_at: datetime | None = None

    def _name(self) -> str:
        export = self.export
        return f"{export.study.code}-{export.timepoint}-{export.events_until}{say_moment(self.known_at)}"

    def _write(self, counted: Counted) -> Iterator[bytes]:
        export = self.export
        with database_at(self.known_at, export.study) as moment:
            study = Study.objects.get(pk=export.study.pk)  # as it was called then
            layout = layout_of(
                study,
                timepoint=export.timepoint,
                endpoints=tuple(export.endpoints.split("+")),
                events_until=export.events_until,
            )
            export.known_at = moment
            export.champions = {v.model.name: v.number for v in layout.champions}
            patients = find_patients(self.by, study)
            rows = counted.rows(blocks(patients, layout))
            untreated = patients.filter(index_date__isnull=True).count()
            yield from self._in_format(layout.columns, rows, _note(layout, untreated))


def say_moment(known_at: datetime | None) -> str:
    """What the name of a file says of the moment that it is of."""
    return f"-known-{known_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" if known_at else ""


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
    events_until, visit = check_recipe(recipe, study), choose_visit(recipe, study)
    with record(by=by, reason=Sentence("exports.analysis_dataset", via=via)):
        export = Export.objects.create(
            study=study,
            made_by=by,
            via=via,
            token=token,
            format=recipe.format,
            timepoint=visit,
            endpoints=recipe.endpoint or "+".join(ENDPOINTS),
            events_until=events_until,
            known_at=recipe.known_at,
        )
    return AnalysisDataset(export=export, by=by, known_at=recipe.known_at)


def check_recipe(recipe: Recipe, study: Study) -> date:
    """Refuse what cannot be made, naming what can; the day up to which events are in it."""
    allowed = {
        "format": (recipe.format, Export.Format.values),
        "endpoint": (recipe.endpoint or ENDPOINTS[0], ENDPOINTS),
    }
    for name, (value, values) in allowed.items():
        if value not in values:
            raise Refused({name: [say_not_known(value, values)]})
    if recipe.known_at is not None:
        check_moment(recipe.known_at, study)
    last = _last_day(recipe, study)
    if recipe.events_until is not None and recipe.events_until > last:
        sentence = _("%(day)s lies in the future; give a day up to %(today)s.")
        if recipe.known_at is not None:
            sentence = _("%(day)s lay in the future at that moment; give a day up to %(today)s.")
        told = {"day": recipe.events_until.isoformat(), "today": last.isoformat()}
        raise Refused({"events_until": [sentence % told]})
    return recipe.events_until or last


def choose_visit(recipe: Recipe, study: Study) -> str:
    """The visit that is asked for, by its name at the recipe's moment, else the first that there was. Raises Refused
    with the names that there were."""
    visits = visits_of(study)
    collected = visits.at(recipe.known_at) if recipe.known_at is not None else visits.now
    names = list(collected.definition.event_by_name)
    chosen = recipe.timepoint or next(iter(names), "")
    if not names:
        raise Refused(
            _("The study has no visits yet: publish a definition that has, then export its data.")
        )
    if chosen not in names:
        raise Refused({"timepoint": [say_not_known(chosen, names)]})
    return chosen


def _last_day(recipe: Recipe, study: Study) -> date:
    if recipe.known_at is None:
        return study.today()
    return recipe.known_at.astimezone(zoneinfo.ZoneInfo(study.time_zone)).date()


def find_patients(by: User | None, study: Study) -> QuerySet[Patient]:
    """The patients of a study whom somebody may export; all of them for the server itself."""
    if by is None:
        return Patient.objects.filter(study=study)
    return patients_visible_to(by, Capability.EXPORT).filter(study=study)


def _note(layout: Layout, untreated: int) -> dict[str, str]:
    """What a file that can carry a note says about itself. untreated: patients without an index date, who are not in it."""
    return {
        "yogo.study": layout.study.code,
        "yogo.simulated": "true" if layout.study.is_simulated else "false",
        "yogo.timepoint": layout.timepoint,
        "yogo.events_until": layout.events_until.isoformat(),
        "yogo.without_index_date": str(untreated),
        DESCRIPTION: json.dumps(_describe(layout), ensure_ascii=False),
    }


def _describe(layout: Layout) -> dict[str, list[dict[str, Any]]]:
    """What models read of its columns, so that `freeze_wide` need not guess."""
    columns = {column.name for column in layout.columns}
    described = describe_covariates(layout.collected)
    return {ATTACHED: [one.to_dict() for one in described if one.name in columns]}
