"""What is wrong with an expression, as a sentence with its place in the text."""

from __future__ import annotations

from typing import Any

from tabular.message import CodedError, Message


class ExpressionError(CodedError):
    """An expression that cannot be read, or that compares what cannot be compared.

    Attributes
    ----------
    place : int
        Where in the text, in characters from 0.
    """

    def __init__(self, place: int, code: str, template: str, /, **parameters: Any) -> None:
        super().__init__(Message(code, template, **parameters))
        self.place = place
