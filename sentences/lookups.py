"""Searching the sentences that stand in JSON, for what they say."""

import json
from typing import Any

from django.db.models import Lookup

from sentences.catalogue import codes_that_say

# At any depth: a sentence may hold others.
PLACES = """jsonb_path_query_array(
    {json}, '$.**."with".* ? (@.type() == "string" || @.type() == "number")')::text ILIKE %s"""
CODES = "jsonb_path_query_array({json}, '$.**.code') ?| %s"


class Says(Lookup):
    """`column__says="two words"`: JSON whose sentences say each of these words, in the language that is active: in
    what stands in their places, or in the sentence of a code."""

    lookup_name = "says"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, given = self.process_lhs(compiler, connection)
        word_is_said = f"({PLACES.format(json=column)} OR {CODES.format(json=column)})"
        parameters: list[Any] = []
        words = self.rhs.split() or [self.rhs]
        for word in words:
            written = json.dumps(word, ensure_ascii=False)[1:-1]
            parameters += [*given, f"%{connection.ops.prep_for_like_query(written)}%"]
            parameters += [*given, codes_that_say(word)]
        return " AND ".join([word_is_said] * len(words)), tuple(parameters)
