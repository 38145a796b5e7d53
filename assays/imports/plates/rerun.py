"""A planned plate that is here already with other values: which earlier export of the run it supersedes."""

from assays.imports.plates.mapping import Superseding
from assays.imports.plates.planned import PlannedPlate
from assays.imports.plates.stored import differences
from assays.models import PlateRun
from sentences import storable as _
from studies.refusals import Refused

LONGEST_CHAIN = 50


def exports_of(stored: PlateRun) -> list[PlateRun]:
    """A plate and the exports that superseded it one after another, the newest last."""
    chain = [stored]
    while len(chain) < LONGEST_CHAIN:
        newer = PlateRun.objects.filter(supersedes=chain[-1]).first()
        if newer is None:
            break
        chain.append(newer)
    return chain


def equal_export(planned: PlannedPlate, exports: list[PlateRun]) -> PlateRun | None:
    """The newest of some exports that holds the same values."""
    return next((one for one in reversed(exports) if not differences(planned, one)), None)


def find_superseded(planned: PlannedPlate, said: Superseding) -> PlateRun:
    """The export that a planned plate is said to supersede; Refused where there is none that it can."""
    name = said.plate or planned.run.name
    stored = PlateRun.objects.filter(study=planned.run.study, name=name).first()
    if stored is None:
        raise Refused(_("the study has no plate “%(name)s” to supersede.") % {"name": name[:100]})
    newest = exports_of(stored)[-1]
    if newest.panel_id != planned.run.panel_id:
        raise Refused(
            _("“%(name)s” is of the panel %(panel)s: a plate supersedes one of its own panel.")
            % {"name": newest.name, "panel": newest.panel}
        )
    return newest


def free_name(planned: PlannedPlate) -> str:
    """The plate's own name, or with a number behind it where the study has one of that name."""
    name, run = planned.run.name, planned.run
    taken = set(
        PlateRun.objects.filter(study=run.study, name__startswith=name).values_list(
            "name", flat=True
        )
    )
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)
