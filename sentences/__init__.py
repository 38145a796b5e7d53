"""What the system says, as a code with its parameters; the words are made when it is shown, in the reader's language.

Each app writes its sentences once, in its own `sentences.py` (code -> English text, which gettext reads), and adds
them in its ready(). The database keeps codes and parameters (`SentenceField`), so that nothing translated is stored.
"""

from sentences.catalogue import add_sentences
from sentences.field import JSONWithSentences, SentenceField
from sentences.sentence import (
    Sentence,
    as_sentence,
    label_of,
    of_error,
    of_validation,
    several,
    storable,
    storable_plural,
    words,
)

__all__ = [
    "JSONWithSentences",
    "Sentence",
    "SentenceField",
    "add_sentences",
    "as_sentence",
    "label_of",
    "of_error",
    "of_validation",
    "several",
    "storable",
    "storable_plural",
    "words",
]
