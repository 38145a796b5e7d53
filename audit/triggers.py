"""The two functions that every row's history trigger calls, in words that cost the same for each row.

pgtrigger's and pghistory's own catch an exception where their setting is unset or empty, which is the usual
case. A caught exception aborts a subtransaction, and each abort walks all that the transaction has deferred
(Django's foreign keys are checked at commit), so that a long import took time by the square of its rows.

History cannot be switched off by a setting either: `pgtrigger.ignore` is not asked.
"""

from typing import Any

from django.apps import AppConfig
from django.db import connections

NEVER_IGNORED = """
CREATE OR REPLACE FUNCTION "public"._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT FALSE'
"""

# The context is looked up before it is written: one row of it serves all rows of an act.
ATTACH_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS pghistory_context.id%TYPE AS $$
DECLARE
    context_id UUID := NULLIF(current_setting('pghistory.context_id', true), '');
    context_metadata JSONB := NULLIF(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF context_id IS NULL OR context_metadata IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM pghistory_context WHERE id = context_id AND metadata = context_metadata;
    IF NOT FOUND THEN
        INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
        VALUES (context_id, context_metadata, NOW(), NOW())
        ON CONFLICT (id) DO UPDATE
        SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at;
    END IF;
    RETURN context_id;
END
$$ LANGUAGE plpgsql
"""


def replace_trigger_functions(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After migrations: each migration that makes a trigger puts the library's own function back."""
    tables = connections[using].introspection.table_names()
    if "pghistory_context" in tables:
        with connections[using].cursor() as cursor:
            cursor.execute(NEVER_IGNORED)
            cursor.execute(ATTACH_CONTEXT)
