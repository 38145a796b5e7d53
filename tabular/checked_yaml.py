"""YAML that people write (mappings, specifications, catalogues), read within bounds and as it is written.

Values are texts, numbers, true, false, nothing, lists and sections; keys are texts as they stand. `yes`, `NO`
and `on` are texts, `01` is the text "01", `2023-04-15` is a text: YAML 1.1 makes booleans, octal numbers and
dates of them, and a coding `{01: male}` would then fit no cell. Anchors and aliases are not read (370 bytes of
them unfold to gigabytes), nor tags.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from tabular.errors import FileError
from tabular.message import Message

MAX_BYTES = 200_000
MAX_DEPTH = 20
MAX_NODES = 50_000
MAX_CHARS = 10_000
"""Of one text."""
MAX_DIGITS = 18
"""Of a whole number: those that fit 64 bits. A code with more is a text and stands in quotation marks."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


class _Writer(yaml.SafeDumper):
    """Writes what `read_yaml` reads back as it was: texts that would be something else stand in quotation
    marks, and what stands twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_text(self, text: str) -> Any:
        try:
            is_text = isinstance(_meaning(text), str)
        except OverflowError:
            is_text = False
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_text else "'")


_Writer.add_representer(str, _Writer.represent_text)


def write_yaml(content: Any) -> str:
    """Texts, numbers, booleans, None, lists and dictionaries as YAML that `read_yaml` reads."""
    written: str = yaml.dump(content, Dumper=_Writer, allow_unicode=True, sort_keys=False)
    return written


class YamlError(FileError):
    """A text that is no YAML of this kind: why, and on which line (from 1)."""

    def __init__(self, reason: Message, line: int | None = None) -> None:
        super().__init__(reason, line=line)


def read_yaml(text: str, *, max_bytes: int = MAX_BYTES) -> Any:
    """The one document of a text as texts, numbers, booleans, None, lists and dictionaries with text keys;
    YamlError where it is none, where a key stands twice, or beyond a bound."""
    check_text(text, max_bytes)
    try:
        return _Reader(yaml.parse(text, Loader=LOADER)).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise YamlError(
            Message("not_valid_yaml", "It is not valid YAML: %(reason)s.", reason=reason),
            mark.line + 1 if mark else None,
        ) from error


def check_text(text: str, max_bytes: int = MAX_BYTES) -> None:
    """Raise YamlError for a text that is too long, or that no database and no file can hold."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise YamlError(
            Message(
                "text_holds_half_character", "The text holds half a character (a lone surrogate)."
            ),
            line,
        ) from error
    if size > max_bytes:
        raise YamlError(
            Message(
                "text_bytes_most_read",
                "The text has %(size)s bytes; at most %(most)s are read.",
                size=f"{size:,}",
                most=f"{max_bytes:,}",
            )
        )
    if "\0" in text:
        raise YamlError(
            Message("text_holds_nul_character", "The text holds a NUL character."),
            text.count("\n", 0, text.index("\0")) + 1,
        )


class _Reader:
    """Events -> values, counted as they come: nothing is unfolded before it is within the bounds."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events, self.nodes = events, 0

    def document(self) -> Any:
        found, seen = None, False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise _wrong(
                        event,
                        Message(
                            "second_document_begins_write",
                            "A second document begins here (---); write one.",
                        ),
                    )
                found, seen = self._node(next(self.events), 0), True
        return found

    def _node(self, event: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _wrong(
                event,
                Message(
                    "there_more_than_values",
                    "There are more than %(most)s values.",
                    most=f"{MAX_NODES:,}",
                ),
            )
        if depth > MAX_DEPTH:
            raise _wrong(
                event,
                Message(
                    "sections_lie_more_than",
                    "Sections lie more than %(most)s deep in each other.",
                    most=MAX_DEPTH,
                ),
            )
        if event.anchor is not None:
            raise _wrong(
                event,
                Message(
                    "anchors_aliases_not_read",
                    "Anchors and aliases (& and *) are not read here; write the values out.",
                ),
            )
        if event.tag is not None:
            raise _wrong(
                event,
                Message("tags_not_read", "Tags (%(tag)s) are not read here.", tag=event.tag[:40]),
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event) if event.style else self._plain(event)
        return (self._list if isinstance(event, yaml.SequenceStartEvent) else self._section)(depth)

    def _list(self, depth: int) -> list[Any]:
        found = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth + 1))
        return found

    def _section(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise _wrong(
                    event,
                    Message("key_text_one_line", "A key is a text of one line, without & and !."),
                )
            key = self._text(event)
            if key in found:
                raise _wrong(
                    event,
                    Message("key_stands_twice", "The key “%(key)s” stands twice.", key=key[:60]),
                )
            found[key] = self._node(next(self.events), depth + 1)
        return found

    @staticmethod
    def _text(event: Any) -> str:
        """A text; what "\\0" and "\\ud800" between quotation marks mean is no character of a text."""
        text: str = event.value
        if len(text) > MAX_CHARS:
            raise _wrong(
                event,
                Message(
                    "text_characters_most_read",
                    "A text has %(size)s characters; at most %(most)s are read.",
                    size=f"{len(text):,}",
                    most=f"{MAX_CHARS:,}",
                ),
            )
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise _wrong(
                event,
                Message(
                    "text_holds_nul_or_half", "The text holds a NUL character or half a character."
                ),
            )
        return text

    def _plain(self, event: Any) -> Any:
        try:
            return _meaning(self._text(event))
        except OverflowError as error:
            raise _wrong(event, error.args[0]) from error


def _meaning(text: str) -> Any:
    """What a text without quotation marks means; OverflowError for a number beyond the bounds."""
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        digits = len(text.lstrip("+-"))
        if digits > MAX_DIGITS:
            raise OverflowError(
                Message(
                    "number_digits_most_read",
                    "A number has %(digits)s digits; at most %(most)s are read. Put a code between quotation marks.",
                    digits=f"{digits:,}",
                    most=MAX_DIGITS,
                )
            )
        return int(text)
    if DECIMAL.fullmatch(text) and not LEADING_ZERO.match(text):
        value = float(text)
        if not math.isfinite(value):
            raise OverflowError(Message("number_too_large", "A number is too large."))
        return value
    return text


def _wrong(event: Any, reason: Message) -> YamlError:
    return YamlError(reason, event.start_mark.line + 1)
