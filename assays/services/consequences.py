"""Telling the apps above which values models may use now and might not before, or the other way round."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from assays.models import PlateRun
from assays.selectors.judged import UsedValue
from assays.signals import ChangedValue, Consequence, ValuesChanged, values_changed
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused

LONGEST_REASON = 480


def collect_changed(values: Iterable[UsedValue]) -> frozenset[ChangedValue]:
    return frozenset(
        ChangedValue(patient, timepoint, analyte)
        for _pk, _specimen, patient, timepoint, analyte, _by in values
    )


def tell(
    plate_run: PlateRun, values: frozenset[ChangedValue], reason: Sentence, by: User | None
) -> list[Consequence]:
    """Tell the apps above which values have changed; their answers, one list."""
    if not values:
        return []
    change = ValuesChanged(plate_run.study, plate_run, values, reason, by)
    answers = values_changed.send(sender=PlateRun, change=change)
    found: list[Any] = [one for _receiver, answer in answers for one in answer or []]
    return found


def check_reason(text: str) -> str:
    """A reason for the trail; Refused where there is none, or too long a one."""
    why = text.replace("\0", "").strip()
    if not why:
        raise Refused({"reason": [_("Say why: it stands in the trail.")]})
    if len(why) > LONGEST_REASON:
        raise Refused(
            {"reason": [_("Say it in at most %(n)d characters.") % {"n": LONGEST_REASON}]}
        )
    return why
