"""What follows from a decision, in numbers and by name, as a page that asks before it lays it out."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import ngettext

from assays.signals import Consequence

LISTED = 100
CSRF_FIELD = "csrfmiddlewaretoken"
VERDICTS = ("raised", "lifted")


def lay_out(consequences: Sequence[Consequence]) -> dict[str, Any]:
    """For assays/_consequences.html: exclusions that rules raise or lift, and what becomes stale."""
    verdicts, stale = part_verdicts(consequences)
    return {
        "verdict_numbers": in_numbers(verdicts),
        "verdicts": verdicts[:LISTED],
        "more_verdicts": max(0, len(verdicts) - LISTED),
        "stale_numbers": in_numbers(stale),
        "stale": stale[:LISTED],
        "more_stale": max(0, len(stale) - LISTED),
    }


def resend_fields(post: QueryDict, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """What a form has sent, to be sent once more by the page that asks; without some fields and its token."""
    return [
        (name, value)
        for name, values in post.lists()
        if name != CSRF_FIELD and name not in but
        for value in values
    ]


def part_verdicts(
    consequences: Sequence[Consequence],
) -> tuple[list[Consequence], list[Consequence]]:
    """Verdicts of rules, and what was made from values that change."""
    verdicts = [one for one in consequences if one.kind in VERDICTS]
    return verdicts, [one for one in consequences if one.kind not in VERDICTS]


def in_numbers(consequences: Sequence[Consequence]) -> str:
    """“1 dataset, 1 version, 3 scores”; kinds that do not occur are left out."""
    counts = Counter(one.kind for one in consequences)
    words = {
        "raised": ngettext("%(n)d new exclusion", "%(n)d new exclusions", counts["raised"]),
        "lifted": ngettext("%(n)d exclusion lifted", "%(n)d exclusions lifted", counts["lifted"]),
        "dataset": ngettext("%(n)d dataset", "%(n)d datasets", counts["dataset"]),
        "version": ngettext("%(n)d version", "%(n)d versions", counts["version"]),
        "score": ngettext("%(n)d score", "%(n)d scores", counts["score"]),
    }
    return ", ".join(text % {"n": counts[kind]} for kind, text in words.items() if counts[kind])
