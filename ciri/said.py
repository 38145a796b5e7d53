"""What the method says, as a text that knows its code: English for whoever prints it, a code with parameters for
whoever keeps it, and any language for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import reduce
from typing import Any

from ciri.sentences import SENTENCES
from tabular.message import CodedError, Message

WORDS = "words"
"""The code under which a text without a code is kept."""


class Said(str, Message):
    """`Said("few_events", events=4)`: the English sentence of a code of `ciri.sentences`.

    Attributes
    ----------
    code : str
        Which sentence it is; the same when its words are changed.
    template : str
        The sentence, with places such as %(events)d.
    parameters : dict
        What stands in them: plain values, or others of these.
    """

    def __new__(cls, code: str, /, **parameters: Any) -> Said:
        return str.__new__(cls, Message(code, SENTENCES[code], **parameters))

    def __init__(self, code: str, /, **parameters: Any) -> None:
        plain = {k: v.item() if hasattr(v, "item") else v for k, v in parameters.items()}
        Message.__init__(self, code, SENTENCES[code], **plain)

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.code,), dict(self.parameters)


def together(parts: Sequence[str]) -> str:
    """Sentences one after the other, as one; "" where there is none."""
    return (
        reduce(lambda first, then: Said("and_then", first=first, then=then), parts) if parts else ""
    )


def enumerate_in_words(words: Sequence[str]) -> str:
    """ "6, 12 and 24"; "" where there is nothing."""
    *others, last = words or [""]
    if not others:
        return last
    first = reduce(lambda first, then: Said("with_comma", first=first, then=then), others)
    return Said("and_last", others=first, last=last)


def keep(found: Any) -> Any:
    """A report, or a part of it, as JSON keeps it: each sentence as {"code", "with"}, its code and parameters."""
    if isinstance(found, CodedError):
        return keep(found.message)
    if isinstance(found, Message):
        known = SENTENCES.get(found.code) == found.template
        code = found.code if known else found.template
        return {"code": code, "with": {name: keep(one) for name, one in found.parameters.items()}}
    if isinstance(found, Exception):
        return {"code": WORDS, "with": {"text": str(found)}}
    if isinstance(found, dict):
        return {name: keep(one) for name, one in found.items()}
    return [keep(one) for one in found] if isinstance(found, list | tuple) else found


def is_kept(found: Any) -> bool:
    """Whether this is a sentence as `keep` leaves it."""
    return isinstance(found, dict) and found.keys() == {"code", "with"}


def recall(kept: Any) -> Any:
    """The sentence that was kept. What is none, such as a text of an earlier report, is given back as it is."""
    if not is_kept(kept):
        return kept
    code, parameters = kept["code"], {name: recall(one) for name, one in kept["with"].items()}
    if code == WORDS:
        return parameters["text"]
    return Said(code, **parameters) if code in SENTENCES else Message(code, code, **parameters)


_speaker: ContextVar[Callable[[Message], str]] = ContextVar("speaker", default=str)


@contextmanager
def spoken_by(speaker: Callable[[Message], str]) -> Iterator[None]:
    """While figures are drawn: how their sentences are said, such as in another language."""
    token = _speaker.set(speaker)
    try:
        yield
    finally:
        _speaker.reset(token)


def say(found: Any) -> str:
    """A sentence in words, whether kept, said or a text of an earlier report; nothing is ""."""
    known = recall(found)
    return _speaker.get()(known) if isinstance(known, Message) else str(known or "")
