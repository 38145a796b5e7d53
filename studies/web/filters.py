"""What a list is cut down by, as chips above it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

Options = Sequence[tuple[str, Any]]


def filter_chips(
    asked: Mapping[str, str], choices: Sequence[tuple[str, Options]]
) -> list[dict[str, Any]]:
    """Chips: each sets one filter, or takes it off again; what else was asked for stays.

    `asked` is what the address of the page asks for, `choices` the values and labels of each filter. The first
    chip of a filter is marked as such.
    """
    chips: list[dict[str, Any]] = []
    for name, options in choices:
        rest = {k: v for k, v in asked.items() if k != name}
        for value, label in options:
            on = asked.get(name) == value
            query = rest if on else {**rest, name: value}
            first = value == options[0][0]
            chips.append({"label": label, "on": on, "href": "?" + urlencode(query), "first": first})
    return chips
