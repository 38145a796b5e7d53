"""Rules that reach across rows, held by the database for every writer. Each refusal carries the name of a constraint, so
that services can explain it (clinical/refusals.py)."""

import pgtrigger

WRITTEN = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


def once_published(model: str, *, itself: bool = False) -> pgtrigger.Trigger:
    """A definition and its parts do not change any more once it is published. Statement by statement would be faster; parts are
    written once."""
    old, new = ("OLD.id", "NEW.id") if itself else ("OLD.definition_id", "NEW.definition_id")
    return pgtrigger.Trigger(
        name=f"{model}_once_published",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete if itself else WRITTEN,
        func=f"""
            IF EXISTS (
                SELECT FROM clinical_definition WHERE published_at IS NOT NULL
                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN {old} END, CASE WHEN TG_OP <> 'DELETE' THEN {new} END)
            ) THEN
                PERFORM clinical_refuse('clinical_definition_once_published',
                    'A published definition does not change; amend it by a new version.');
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,
    )


def parts_of_one_definition(model: str, **tables: str) -> pgtrigger.Trigger:
    """What a part names belongs to the part's own definition. tables: foreign key -> table."""
    checks = "".join(
        f"""
            IF NEW.{key}_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM {table} WHERE id = NEW.{key}_id AND definition_id = NEW.definition_id
            ) THEN
                PERFORM clinical_refuse('clinical_parts_of_one_definition',
                    'The {key.replace("_", " ")} belongs to another definition.');
            END IF;"""
        for key, table in tables.items()
    )
    return pgtrigger.Trigger(
        name=f"{model}_of_one_definition",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=checks + "\n            RETURN NEW;",
    )
