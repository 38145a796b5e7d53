"""What a row of a clinical file says of a subject."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from clinical.dictionary.values import Answer
from imports.columns import Problem, RowReader, Source
from sentences import Sentence


class Stated(NamedTuple):
    """An outcome as a file states it: days from the index date, whether an event ended them, and where
    the days are written."""

    days: int
    event: bool
    column: str
    text: str


@dataclass
class SaidContact:
    """A contact as a row says it, with where its date is written."""

    date: date
    values: dict[str, Any]
    column: str
    text: str
    progression: tuple[str, str] = ("", "")
    status_is_said: bool = True
    """False where the file only implies that the patient lived then: no known death is changed by it."""

    def problem(self, why: Sentence | str) -> Problem:
        return Problem(self.column, self.text, why)

    def progression_problem(self, why: Sentence | str) -> Problem:
        column, text = self.progression
        return Problem(column or self.column, text or self.text, why)


@dataclass
class Said:
    """What one row says of a subject; only what it knows is in the dictionaries."""

    row: int
    subject_id: str
    site: str | None = None
    cohort: str | None = None
    index_date: date | None = None
    index_date_of_form: date | None = None
    """What an item says that is the index date: it is written with its form."""
    answers: dict[tuple[str, str], dict[str, Answer]] = field(default_factory=dict)
    """Event and form -> item -> answer."""
    contacts: list[SaidContact] = field(default_factory=list)
    stated: dict[str, Stated] = field(default_factory=dict)
    """What the file states of OS and PFS, where it does."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """Cells that end up nowhere, or not as they are written, and why: the row is taken all the same."""

    @property
    def begun(self) -> date | None:
        """The index date that the row says, wherever it does."""
        return self.index_date or self.index_date_of_form

    def note(self, reader: RowReader, source: Source, why: Sentence | str) -> None:
        self.notes.append(Problem(source.label, reader.raw(source), why))
