"""What looks wrong in a file, as a preview keeps it, and what a mapping accepts of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from imports.form import Accepted
from imports.preview import spans
from imports.texts import quote
from plausibility import Doubt
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused


def doubts_as_kept(doubts: Iterable[Doubt], accepted: Sequence[Accepted]) -> list[dict[str, Any]]:
    """The kept form, as a preview holds it. Raises Refused where an entry of `accept` matches none."""
    doubts = list(doubts)
    there = {(doubt.code, doubt.column) for doubt in doubts}
    idle = [entry for entry in accepted if (entry.code, entry.column) not in there]
    if idle:
        raise Refused(
            {
                "mapping": [
                    _(
                        "Mapping: accept: there is no warning “%(code)s” of the column “%(column)s” in "
                        "this file. Take the entry out. It has: %(known)s."
                    )
                    % {
                        "code": entry.code,
                        "column": entry.column,
                        "known": quote(f"{c}, {column}" for c, column in sorted(there))
                        or _("none"),
                    }
                    for entry in idle
                ]
            }
        )
    return [
        {
            "code": doubt.code,
            "column": doubt.column,
            "why": sentence_of(doubt),
            "rows": spans(doubt.rows),
            "by_mapping": Accepted(doubt.code, doubt.column) in accepted,
        }
        for doubt in doubts
    ]


def sentence_of(doubt: Doubt) -> Sentence:
    """What looks wrong, as it is kept."""
    return doubt.sentence(_)
