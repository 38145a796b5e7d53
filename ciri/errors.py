"""What the method refuses, as errors that say it in a sentence and in a code.

A code stays the same when its sentence is reworded, and belongs to one sentence alone; with the parameters,
whoever shows an error can say it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from tabular.message import CodedError, Message


class CiriError(CodedError):
    """Something that the method refuses; `str` gives one English sentence.

    Attributes
    ----------
    code : str
        Which refusal it is, such as "times_past_follow_up".
    template : str
        The sentence, with a place such as %(name)s for each parameter.
    parameters : dict
        What stands in those places, by name: plain values.
    message : tabular.message.Message
        The three as one.
    """

    def __init__(self, code: str, template: str, /, **parameters: Any) -> None:
        super().__init__(Message(code, template, **parameters))

    @classmethod
    def of(cls, message: Message) -> Self:
        """The error that says a sentence at hand.

        Parameters
        ----------
        message : tabular.message.Message
            Its code, sentence and parameters.

        Returns
        -------
        CiriError
            Of this kind.
        """
        return cls(message.code, message.template, **message.parameters)

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is made again from its args, the message: it would not come back from another process.
        return _again, (type(self), self.code, self.template, dict(self.parameters))


def _again(
    kind: type[CiriError], code: str, template: str, parameters: dict[str, Any]
) -> CiriError:
    return kind(code, template, **parameters)


class Refused(CiriError, ValueError):
    """Values that cannot be worked with: a ValueError with a code and parameters (see `CiriError`)."""


class NotEstimated(CiriError, KeyError):
    """A number that was asked for and not estimated: a KeyError with a code and parameters."""


class NotInstalled(CiriError, ImportError):
    """Something needs a package that is not there: an ImportError with a code and parameters."""


@contextmanager
def refuse_damage(refusal: CiriError) -> Iterator[None]:
    """Raise `refusal` for whatever a library raises on damaged bytes: each has a dozen kinds of errors. What
    the method itself refuses stays as it is."""
    try:
        yield
    except CiriError:
        raise
    except Exception as error:
        raise refusal from error
