"""Rules of what is never changed, held by the database."""

import pgtrigger

ANY = pgtrigger.Update | pgtrigger.Delete


def keep(
    name: str, operation: pgtrigger.Operation, condition: pgtrigger.Condition | None = None
) -> pgtrigger.Trigger:
    """Refuse a change of a row."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        condition=condition,
        func=f"""
            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_{name}',
                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);""",
    )
