"""What the database refuses of filled forms."""

import pgtrigger

from clinical.models.rules import read_sql, refusing


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

# What voiding writes. Whatever else a voided form holds stays as it was when somebody voided it.
_OF_VOIDING = "ARRAY['voided_at', 'void_reason']"
VOIDED_STAYS = pgtrigger.Trigger(
    name="voided_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Condition("OLD.voided_at IS NOT NULL AND OLD.* IS DISTINCT FROM NEW.*"),
    func=f"""
        IF NEW.voided_at IS NOT NULL OR to_jsonb(OLD) - {_OF_VOIDING} <> to_jsonb(NEW) - {_OF_VOIDING} THEN
            {refusing("clinical_filled_form_voided_stays", "'A voided form does not change; restore it first.'")}
        END IF;
        RETURN NEW;""",
)
