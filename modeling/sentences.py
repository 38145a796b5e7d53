"""What models say: code -> sentence; and what the method says of them."""

from contextlib import AbstractContextManager
from typing import Any

from django.utils.translation import gettext_noop

from ciri.said import is_kept, keep, spoken_by
from ciri.sentences import SENTENCES as OF_METHOD
from sentences import Sentence

SENTENCES = {
    "no_index_date": gettext_noop("no index date"),
    "defined": gettext_noop("definition of %(model)s"),
    "training_asked_for": gettext_noop("training of %(model)s asked for"),
    "compiling": gettext_noop("Compiling the method, once after an installation"),
    "comparing": gettext_noop("Comparing with the version in use"),
    "reading_patients": gettext_noop("Reading the patients"),
    "scoring": gettext_noop("Scoring"),
    "explaining": gettext_noop("Explaining the scores"),
    "overtaken": gettext_noop(
        "Withdrawn: version %(version)d was overtaken by version %(newest)d."
    ),
    "rejected": gettext_noop("Withdrawn: version %(version)d was rejected."),
    "by_gate": gettext_noop("gate: %(why)s"),
    "changed_on": gettext_noop("%(plate)s: %(why)s"),
    "first_version": gettext_noop("There was no version in use before this one."),
    "champion_unreadable": gettext_noop(
        "The version in use cannot be read by this version of Yogo: %(why)s"
    ),
    "champion_predicts_another": gettext_noop(
        "The version in use predicts another endpoint or timepoint."
    ),
    "champion_cannot_score": gettext_noop(
        "The version in use cannot score these patients: %(why)s"
    ),
    "nobody_held_out": gettext_noop("There are no held-out patients with an event to compare on."),
    "compared_with_champion": gettext_noop(
        "On the same %(patients)d held-out patients (%(events)d events) the concordance index is "
        "%(challenger_c).3f; that of version %(champion)d, in use, is %(champion_c).3f (tolerance "
        "%(tolerance)g)."
    ),
}


def of_method(said: Any) -> Any:
    """What the method says, or a report keeps of it (`ciri.said.keep`), as a sentence. What is none, such as a text of
    an earlier report, is given back as it is."""
    kept = keep(said)
    if not is_kept(kept):
        return kept
    code = kept["code"]
    parameters = {name: of_method(one) for name, one in kept["with"].items()}
    return Sentence(f"method.{code}" if code in OF_METHOD else code, **parameters)


def in_readers_language() -> AbstractContextManager[None]:
    """While a figure of the method is drawn: its sentences are said in the reader's language."""
    return spoken_by(lambda said: str(of_method(said)))


def in_words(found: Any) -> Any:
    """Rows of a report, or a part of it, with each of its sentences in the reader's language."""
    if is_kept(found):
        return str(of_method(found))
    if isinstance(found, dict):
        return {name: in_words(one) for name, one in found.items()}
    return [in_words(one) for one in found] if isinstance(found, list) else found
