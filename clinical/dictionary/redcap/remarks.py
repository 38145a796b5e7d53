"""What of a dictionary's fields is kept as text and not acted upon: one remark for all fields of which it is true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from clinical.dictionary.redcap.tables import Field
from clinical.dictionary.redcap.words import (
    CALCULATED,
    DECIMAL_COMMA,
    FIELD_TYPES,
    FORCED,
    is_checked_here,
    tags_of,
)
from tabular.message import Message

MOST_NAMES = 20
UNDERSTOOD = (*CALCULATED, FORCED)


def remark_on_fields(fields: Iterable[Field]) -> Iterator[Message]:
    """Remarks on types, validations, identifiers, tags and matrices."""
    fields = list(fields)
    yield from _remark_on_types(fields)
    yield from _remark_on_validations(fields)
    if names := [one.name for one in fields if one.says("identifier")]:
        yield Message(
            "redcap_identifiers",
            "Marked as telling who somebody is, and read by no model: %(fields)s.",
            fields=_list(names),
        )
    if names := [one.name for one in fields if one["matrix_group_name"]]:
        yield Message(
            "redcap_matrices",
            "Asked in a matrix there and one below the other here: %(fields)s.",
            fields=_list(names),
        )
    tagged = defaultdict(list)
    for one in fields:
        for tag in tags_of(one["field_annotation"]):
            if tag not in UNDERSTOOD:
                tagged[tag].append(one.name)
    for tag, names in tagged.items():
        yield Message(
            "redcap_tag",
            "%(tag)s is kept as text and does nothing here: %(fields)s.",
            tag=tag,
            fields=_list(names),
        )


def _remark_on_types(fields: list[Field]) -> Iterator[Message]:
    unknown = defaultdict(list)
    for one in fields:
        if one.type not in FIELD_TYPES or one.type == "sql":
            unknown[one.type].append(one.name)
    for word, names in unknown.items():
        yield Message(
            "redcap_field_type",
            "Fields of the type “%(type)s” are texts here: %(fields)s.",
            type=word[:50],
            fields=_list(names),
        )
    if names := [one.name for one in fields if one.type == "file" and one.validation == "signature"]:  # fmt: skip
        yield Message("redcap_signatures", "Signatures are files here: %(fields)s.", fields=_list(names))  # fmt: skip


def _remark_on_validations(fields: list[Field]) -> Iterator[Message]:
    unchecked = defaultdict(list)
    for one in fields:
        if not is_checked_here(one):
            unchecked[one.validation].append(one.name)
    for word, names in unchecked.items():
        yield Message(
            "redcap_validation",
            "The validation “%(validation)s” is not checked here: %(fields)s.",
            validation=word[:50],
            fields=_list(names),
        )
    if names := [one.name for one in fields if DECIMAL_COMMA in one.validation]:
        yield Message(
            "redcap_decimal_comma",
            "Numbers with a decimal comma are written with a point here: %(fields)s.",
            fields=_list(names),
        )


def _list(names: list[str]) -> Message | str:
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return Message(
        "redcap_and_more",
        "%(names)s and %(n)d more",
        names=", ".join(names[:MOST_NAMES]),
        n=len(names) - MOST_NAMES,
    )
