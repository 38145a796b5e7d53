"""A column that holds a sentence, as JSON of its code and parameters."""

from typing import Any

from django.db import models

from sentences.sentence import Sentence, as_sentence, words


class SentenceField(models.JSONField):
    """Reads as a `Sentence`, one that says nothing where the column is NULL. Takes a sentence, or a text, which is
    kept as words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"null": True, "blank": True} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "sentences.SentenceField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        stored = super().from_db_value(value, expression, connection)
        if stored is None:
            return words("")
        return Sentence.from_json(stored) if isinstance(stored, dict) else stored

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str | Sentence):
            return as_sentence(value).as_json() if value else None
        return super().get_prep_value(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self.get_prep_value(value), connection)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(self.get_prep_value(value), model_instance)

    def value_to_string(self, obj: models.Model) -> Any:
        return self.get_prep_value(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return Sentence.from_json(value) if isinstance(value, dict) else value
