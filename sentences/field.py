"""Columns that hold sentences, as JSON of their codes and parameters."""

import json
from typing import Any

from django.db import models

from sentences.lookups import Says
from sentences.sentence import Sentence, as_sentence, words

models.JSONField.register_lookup(Says)


class InWords(json.JSONEncoder):
    """How sentences look where the admin portal shows a column as JSON."""

    def default(self, value: Any) -> Any:
        return str(value) if isinstance(value, Sentence) else super().default(value)


class _Saying(models.JSONField):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"encoder": InWords} | kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["encoder"]  # nothing that a migration has to know
        return name, f"sentences.{type(self).__name__}", args, kwargs


class SentenceField(_Saying):
    """Reads as a `Sentence`, one that says nothing where the column is NULL. Takes a sentence, or a text, which is
    kept as words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"null": True, "blank": True} | kwargs)

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


class JSONWithSentences(_Saying):
    """JSON any of whose values may be a `Sentence`; it reads as one again."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return _with_sentences(super().from_db_value(value, expression, connection))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(_plain(value), connection, prepared)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(_plain(value), model_instance)

    def value_to_string(self, obj: models.Model) -> Any:
        return _plain(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return _with_sentences(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Sentence):
        return value.as_json()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _with_sentences(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"code", "with"}:
            return Sentence.from_json(value)
        return {key: _with_sentences(one) for key, one in value.items()}
    return [_with_sentences(one) for one in value] if isinstance(value, list) else value
