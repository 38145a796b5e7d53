"""What the database refuses of filled forms."""

import pgtrigger

from clinical.models.rules import read_sql


def _after(operation: pgtrigger.Operation, name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new="filled"),
        declare=[
            ("kind", "record"),
            ("wrong", "bigint"),
            ("names", "text[]"),
            ("tests", "text[]"),
            ("named", "text"),
            ("fails", "boolean"),
        ],
        func=read_sql("filled_as_defined"),
    )


# A transition table belongs to one kind of statement.
FILLED_AS_DEFINED = [
    _after(pgtrigger.Insert, "filled_as_defined"),
    _after(pgtrigger.Update, "refilled_as_defined"),
]
