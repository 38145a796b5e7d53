"""What a reader has to say: a code, an English sentence with its places, and what stands in them.

Nothing here knows Django: whoever shows a message can say it in the reader's language, by its sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Message:
    """`Message("well_twice", "The well %(well)s stands twice.", well="A1")`; `str` gives the English.

    Attributes
    ----------
    code : str
        Which sentence it is; the same when its words are changed.
    template : str
        The sentence, with places such as %(well)s.
    parameters : dict
        What stands in them: plain values, other messages, or a list of messages, said one after the other.
    """

    def __init__(self, code: str, template: str, /, **parameters: Any) -> None:
        self.code, self.template = code, template
        self.parameters: Mapping[str, Any] = parameters

    def __str__(self) -> str:
        return self.template % {name: _say(value) for name, value in self.parameters.items()}

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Message | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def __contains__(self, text: str) -> bool:
        return text in str(self)


def clauses(parts: Iterable[object]) -> str:
    """Sentences within a sentence: without their full stops, and with semicolons between them."""
    return "; ".join(str(part).rstrip(".。") for part in parts)


def _say(value: Any) -> Any:
    return clauses(value) if isinstance(value, list) else value


class CodedError(Exception):
    """An error that tells in a sentence, and by a code, what is wrong (see `Message`)."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)

    @property
    def code(self) -> str:
        return self.message.code

    @property
    def template(self) -> str:
        return self.message.template

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.message.parameters

    def __str__(self) -> str:
        return str(self.message)  # a KeyError alone would put it in quotation marks
