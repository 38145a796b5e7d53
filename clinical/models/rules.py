"""Rules that reach across rows, held by the database for every writer. Each refusal carries the name of a constraint, so
that services can explain it (clinical/refusals.py)."""

from pathlib import Path

import pgtrigger

WRITTEN = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def refusing(constraint: str, message: str) -> str:
    """The statement that refuses a row. message: an SQL expression."""
    return (
        f"RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}',"
        f" MESSAGE = {message};"
    )


def read_sql(name: str, *, beside: str = __file__) -> str:
    """The body of a trigger, from its file in the folder `sql` beside a module."""
    return (Path(beside).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _after(name: str, operation: pgtrigger.Operation, **declare: str) -> pgtrigger.Trigger:
    """Checked after each statement, or, where an import asks for it, once for the whole of it."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Immediate,
        declare=list(declare.items()) or None,
        func=read_sql(name),
    )


PATIENT_INDEX_DATE = _after(
    "patient_index_date", pgtrigger.Insert | pgtrigger.UpdateOf("index_date", "study_id")
)
PATIENT_OF_ONE_STUDY = _after(
    "patient_of_one_study",
    pgtrigger.Insert | pgtrigger.UpdateOf("study_id", "site_id", "cohort_id"),
)
FOLLOW_UP_DATES = _after(
    "follow_up_dates", pgtrigger.Insert | pgtrigger.Update, first_dose="date", today="date"
)


def once_published(model: str, *, itself: bool = False) -> pgtrigger.Trigger:
    """A definition and its parts do not change any more once it is published."""
    old, new = ("OLD.id", "NEW.id") if itself else ("OLD.definition_id", "NEW.definition_id")
    message = "'A published definition does not change; amend it by a new version.'"
    return pgtrigger.Trigger(
        name=f"{model}_once_published",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete if itself else WRITTEN,
        func=f"""
            IF EXISTS (
                SELECT FROM clinical_definition WHERE published_at IS NOT NULL
                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN {old} END, CASE WHEN TG_OP <> 'DELETE' THEN {new} END)
            ) THEN
                {refusing("clinical_definition_once_published", message)}
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;""",
    )


def parts_of_one_definition(model: str, **tables: str) -> pgtrigger.Trigger:
    """What a part names belongs to the part's own definition. tables: foreign key -> table."""
    checks = "".join(
        f"""
            IF NEW.{key}_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM {table} WHERE id = NEW.{key}_id AND definition_id = NEW.definition_id
            ) THEN
                {refusing("clinical_parts_of_one_definition", f"'The {key.replace('_', ' ')} belongs to another definition.'")}
            END IF;"""
        for key, table in tables.items()
    )
    return pgtrigger.Trigger(
        name=f"{model}_of_one_definition",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=checks + "\n            RETURN NEW;",
    )
