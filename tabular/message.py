"""What a reader has to say: a code, an English sentence with its places, and what stands in them.

Nothing here knows Django: whoever shows a message can say it in the reader's language, by its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
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
        What stands in them: plain values, or other messages.
    """

    def __init__(self, code: str, template: str, /, **parameters: Any) -> None:
        self.code, self.template = code, template
        self.parameters: Mapping[str, Any] = parameters

    def __str__(self) -> str:
        return self.template % self.parameters

    def __repr__(self) -> str:
        return f"Message({self.code!r}, {str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Message | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, text: str) -> bool:
        return text in str(self)


class CodedError(Exception):
    """An error that tells in a sentence, and by a code, what is wrong (see `Message`)."""

    def __init__(self, code: str, template: str, /, **parameters: Any) -> None:
        self.message = Message(code, template, **parameters)
        super().__init__(self.message)

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

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is made again from its args, the sentence: it would not come back from another process.
        return _again, (type(self), self.code, self.template, dict(self.parameters))


def _again(
    kind: type[CodedError], code: str, template: str, parameters: dict[str, Any]
) -> CodedError:
    return kind(code, template, **parameters)
