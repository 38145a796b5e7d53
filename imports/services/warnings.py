"""Warnings of an import: what looks wrong in its file, and who confirmed which of them, when.

A warning is known by its code and column; a commit waits until each is confirmed, by the mapping
(`accept:`) or by a person. There is no way to confirm all at once.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from imports.models import ImportBatch
from sentences import Sentence, several
from sentences import storable as _
from sentences import storable_plural as ngettext
from studies.refusals import Refused

SENTENCES_TOLD = 10


def doubts_in(batch: ImportBatch) -> list[dict[str, Any]]:
    """The warnings of a batch's preview: code, column, why, rows, by_mapping."""
    return (batch.preview or {}).get("doubts", [])


def find_unconfirmed(batch: ImportBatch) -> list[dict[str, Any]]:
    """Those that nobody has confirmed."""
    return still_open(doubts_in(batch), batch.accepted)


def still_open(
    doubts: list[dict[str, Any]], accepted: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Warnings that no entry of `accepted` names."""
    known = {(entry["code"], entry["column"]) for entry in accepted}
    return [one for one in doubts if (one["code"], one["column"]) not in known]


def doubts_with_names(batch: ImportBatch) -> list[dict[str, Any]]:
    """All warnings, each with who confirmed it and when: `by` None where nobody did, "" for a command."""
    said = {(entry["code"], entry["column"]): entry for entry in batch.accepted}
    found = []
    for one in doubts_in(batch):
        entry = said.get((one["code"], one["column"]))
        at = datetime.fromisoformat(entry["at"]) if entry else None
        found.append({**one, "by": entry["by"] if entry else None, "at": at})
    return found


def say_unconfirmed(batch: ImportBatch) -> Sentence | None:
    """Why a batch cannot be committed yet, with each warning that waits; None where none does."""
    waiting = find_unconfirmed(batch)
    if not waiting:
        return None
    lines = [
        ngettext(
            "Nothing was written: %(n)d warning is not confirmed.",
            "Nothing was written: %(n)d warnings are not confirmed.",
            len(waiting),
        )
    ]
    lines += [
        _("%(code)s, column “%(column)s”: %(why)s")
        % {key: one[key] for key in ("code", "column", "why")}
        for one in waiting[:SENTENCES_TOLD]
    ]
    if len(waiting) > SENTENCES_TOLD:
        lines.append(_("... and %(n)d more.") % {"n": len(waiting) - SENTENCES_TOLD})
    lines.append(
        _(
            "Correct the file; or, where it is right, confirm each on the page of the import, or in the "
            'mapping by an entry under accept, such as - {code: %(code)s, column: "%(column)s"}'
        )
        % {key: waiting[0][key] for key in ("code", "column")}
    )
    return several(lines, by="\n")


def confirm_from_mapping(batch: ImportBatch) -> None:
    """Keep what the mapping accepts as confirmed by whoever gave it; the caller saves `accepted`."""
    stated = [(one["code"], one["column"]) for one in doubts_in(batch) if one["by_mapping"]]
    _note(batch, stated, batch.created_by)


def confirm(batch: ImportBatch, pairs: Iterable[tuple[str, str]], by: User | None) -> None:
    """Note that a person confirms warnings; the caller saves `accepted`. Raises Refused for a pair
    that is no warning of this batch."""
    pairs = list(pairs)
    if not pairs:
        raise Refused(_("Tick what is right: nothing was ticked."))
    there = {(one["code"], one["column"]) for one in doubts_in(batch)}
    for code, column in pairs:
        if (code, column) not in there:
            raise Refused(
                _("This import has no warning “%(code)s” of the column “%(column)s”.")
                % {"code": code, "column": column}
            )
    _note(batch, pairs, by)


def _note(batch: ImportBatch, pairs: Iterable[tuple[str, str]], by: User | None) -> None:
    known = {(entry["code"], entry["column"]) for entry in batch.accepted}
    at = timezone.now().isoformat(timespec="seconds")
    batch.accepted = batch.accepted + [
        {
            "code": code,
            "column": column,
            "by": by.username if by is not None else "",
            "at": at,
        }
        for code, column in dict.fromkeys(pairs)
        if (code, column) not in known
    ]
