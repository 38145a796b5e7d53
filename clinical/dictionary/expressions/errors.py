"""What is wrong with an expression, as a sentence with its place in the text."""

from __future__ import annotations

from tabular.message import CodedError, Message


class ExpressionError(CodedError):
    """An expression that cannot be read, or that compares what cannot be compared.

    Attributes
    ----------
    place : int
        Where in the text, in characters from 0.
    """

    def __init__(self, place: int, message: Message) -> None:
        super().__init__(message)
        self.place = place
