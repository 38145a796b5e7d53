"""What migrations do with columns of sentences."""

from typing import Any

from django.db.migrations.operations import AlterField

USING = """CASE WHEN {column} = '' THEN NULL
    ELSE jsonb_build_object('code', 'words', 'with', jsonb_build_object('text', {column})) END"""


class TextToSentence(AlterField):
    """Turns a column of text into a `SentenceField`: each text becomes its words, an empty one NULL.

    There is no way back: a sentence written since has no text of its own.
    """

    reversible = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        quote = schema_editor.quote_name
        table, column = quote(model._meta.db_table), quote(model._meta.get_field(self.name).column)
        # pgtrigger's: triggers that read the column are taken away and made anew around it.
        with schema_editor.alter_field_type():
            schema_editor.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL,"
                f" ALTER COLUMN {column} TYPE jsonb USING {USING.format(column=column)}"
            )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        raise NotImplementedError("A sentence is not turned back into text.")

    def describe(self) -> str:
        return f"Keep {self.name} of {self.model_name} as sentences"
