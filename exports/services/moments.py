"""One moment of the database to read from: this one, or an earlier one as history tells it."""

import re
import zoneinfo
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from audit.past import act_around, as_known_at, is_still_written, moment_and_snapshot
from exports.selectors.known import TABLES, history_begins
from sentences import Sentence
from sentences import storable as _
from studies.models import Study
from studies.refusals import Refused

TRIES = 20  # to find a moment between the commits of others


def read_moment(text: str, study: Study) -> datetime:
    """A moment as people and scripts write it (ISO 8601); without an offset it is the study's own time."""
    # A plus sign that was not escaped in an address arrives as a space.
    text = re.sub(r"(?<=[0-9]) (?=[0-9]{2}:?[0-9]{2}$)", "+", text.strip()) if "T" in text else text
    zone = zoneinfo.ZoneInfo(study.time_zone)
    try:
        moment = datetime.fromisoformat(text.strip())
        moment.astimezone(zone)  # the first and last hours of the calendar exist in some zones only
    except (ValueError, OverflowError):
        moment = None
    if moment is None or re.fullmatch(r"\s*[0-9W-]+\s*", text):
        raise Refused(
            {
                "known_at": [
                    _(
                        "“%(text)s” is not a moment; write day and time, as 2026-11-26T17:00:00+09:00."
                    )
                    % {"text": text}
                ]
            }
        )
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def check_moment(moment: datetime, study: Study) -> None:
    """Refuse a moment that history cannot tell of, or not yet for good."""
    begins = max(history_begins(), study.created_at)
    if moment > timezone.now():
        raise _make_refusal(_("%(moment)s lies in the future."), moment, study)
    if moment < begins:
        sentence = _("The history of this study begins at %(other)s; give a moment from then on.")
        raise _make_refusal(sentence, moment, study, begins)
    if is_still_written(TABLES, before=moment):
        raise _make_refusal(
            _(
                "What was begun before %(moment)s is still being written; ask again when it is done, or "
                "give an earlier moment."
            ),
            moment,
            study,
        )
    if act := act_around(moment, TABLES):
        raise _make_refusal(
            _(
                "A change was half written at %(moment)s; it was whole at %(other)s: give that moment."
            ),
            moment,
            study,
            act[1],
        )


def _make_refusal(
    sentence: Sentence, moment: datetime, study: Study, other: datetime | None = None
) -> Refused:
    zone = zoneinfo.ZoneInfo(study.time_zone)
    told = {"moment": moment.astimezone(zone).isoformat()}
    if other is not None:
        told["other"] = other.astimezone(zone).isoformat()
    return Refused({"known_at": [sentence % told]})


@contextmanager
def database_at(moment: datetime | None, study: Study) -> Iterator[datetime | None]:
    """One transaction in which nothing changes under the reader; inside another one, that one.

    Gives the moment whose state is read: an earlier one as asked, or this one, and None where others were
    writing just now, so that history will tell of this moment otherwise.
    """
    outermost = not connection.in_atomic_block
    for tries_left in reversed(range(TRIES)):
        now, committed = moment_and_snapshot()
        settled = moment is not None or not is_still_written(TABLES, before=now)
        with transaction.atomic(), ExitStack() as past:
            if outermost:
                _see_one_state(writing=moment is not None)
            if moment is not None:
                past.enter_context(as_known_at(moment, TABLES, scope=study.pk))
            elif moment_and_snapshot()[1] != committed:
                if settled and tries_left:
                    continue  # something was committed in between, perhaps of another database
                settled = False
            yield (moment or now) if settled else None
            return


def _see_one_state(*, writing: bool) -> None:
    """Nothing that others commit is seen in this transaction. writing: tables of the past are made in it."""
    only = "" if writing else "READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ {only}")
