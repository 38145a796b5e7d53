"""Enrolment and follow-up as the dictionary describes them: what stands in columns of its own, and is the same in every study."""

from functools import lru_cache
from pathlib import Path

from clinical.dictionary.definition import Definition, Form
from clinical.dictionary.outcome import items_by_role, takes_contacts, takes_index_date
from clinical.dictionary.reading import read_definition

OUTCOME = Path(__file__).with_name("outcome.yaml")


@lru_cache(maxsize=1)
def describe_outcome() -> Definition:
    """The forms of the outcome, each item with the role of its column."""
    return read_definition(OUTCOME.read_text(encoding="utf-8"))


def list_native_forms(definition: Definition) -> list[Form]:
    """Those of them that are entered as such in a study: what forms of its own ask is entered there instead."""
    asked = {"index_date": takes_index_date(definition), "contact_date": takes_contacts(definition)}
    return [
        form
        for form in describe_outcome().forms
        if not any(asked.get(item.name) for item in items_by_role(form).values())
    ]
