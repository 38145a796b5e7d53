"""Rules that reach across rows, held by the database for every writer (assays/refusals.py explains them)."""

import pgtrigger

from clinical.models.rules import read_sql


def _after(operation: pgtrigger.Operation, name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="written"),
        declare=[("unknown", "text")],
        func=read_sql("specimen_of_a_visit", beside=__file__),
    )


# A transition table belongs to one kind of statement.
SPECIMEN_OF_A_VISIT = [
    _after(pgtrigger.Insert, "specimen_of_a_visit"),
    _after(pgtrigger.Update, "moved_to_a_visit"),
]
