"""What is wrong with a mapping of a clinical file, or with a definition, in words: code -> sentence."""

from django.utils.translation import get_language, gettext_noop

from clinical.dictionary.definition import Definition, Texts, said_in
from imports.sentences import OF_MAPPINGS as OF_ANY_YAML
from imports.sentences import say_near
from sentences import Sentence, as_sentence
from tabular.message import Message
from tabular.section import CODES, Problem

OF_MAPPINGS = {
    "subject_column": gettext_noop("name the column that holds the subject id."),
    "contacts_only": gettext_noop(
        "a file with a row per contact holds subject_id and follow_up only."
    ),
    "one_follow_up": gettext_noop("a file with a row per contact needs one follow_up section."),
    "survival_or_follow_up": gettext_noop("give either survival or follow_up, not both."),
    "cohort_kind": gettext_noop("“%(code)s” is “%(kind)s”; use one of %(kinds)s."),
    "place_name_too_long": gettext_noop("a name has at most %(n)d characters."),
    "place_name_taken": gettext_noop("“%(name)s” is the name or the code of another one as well."),
    "overall_survival": gettext_noop("name the duration and the event of overall survival."),
    "duration_unit": gettext_noop("name its unit: days, weeks, months or years."),
    "duration_and_event": gettext_noop("name both duration and event."),
    "contact": gettext_noop("a contact needs date and status."),
    "from_forms": gettext_noop("forms of the study ask this: map their items instead."),
}

OF_DEFINITIONS = {
    **{code: OF_ANY_YAML[code] for code in CODES},
    "part_name": gettext_noop(
        "“%(name)s” is no name: write a letter, then letters, digits or _, at most 200 in all."
    ),
    "no_codes": gettext_noop("a code list needs codes."),
    "unit_factor": gettext_noop("write the factor from %(unit)s to the item's unit, above zero."),
    "range_order": gettext_noop("write low, usual_low, usual_high and high in this order."),
    "item_type": gettext_noop("write one of %(types)s."),
    "item_codes": gettext_noop(
        "an item of type code or codes names its code list, and no other does."
    ),
    "item_no_number": gettext_noop("only a number has a unit and a range."),
    "item_no_date": gettext_noop("only a date can be a day of a visit, or lie in the future."),
    "item_not_derivable": gettext_noop("an item of type %(type)s cannot be derived."),
    "item_not_for_models": gettext_noop(
        "a model reads numbers, yes or no, and one of a code list; not the type %(type)s."
    ),
    "item_identifies": gettext_noop("what tells who somebody is is read by no model."),
    "role_twice": gettext_noop("more than one item of the form has the role %(names)s."),
    "role": gettext_noop("%(why)s"),
    "expression": gettext_noop("%(why)s"),
}


def say_problem(problem: Problem) -> Sentence:
    """What is wrong with a definition, with its place, in the reader's language."""
    place = f"{problem.where}: " if problem.where else ""
    parameters = {
        name: as_sentence(value) if isinstance(value, Message) else value
        for name, value in problem.parameters.items()
    }
    sentence = Sentence(f"definition.{problem.code}", **parameters)
    return place + sentence + say_near(problem.near)


def say(texts: Texts, otherwise: str = "") -> str:
    """A text of the dictionary in the reader's language: words of the study, not ours."""
    return said_in(texts, get_language() or "en", otherwise)


def say_visits(definition: Definition) -> dict[str, str]:
    """The visits by name, each as the study calls it in the reader's language."""
    return {event.name: say(event.label, event.name) for event in definition.events}
