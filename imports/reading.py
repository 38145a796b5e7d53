"""Reading a mapping's YAML with complete validation: every unknown key and wrong value is told at once."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from imports.sentences import say, say_near
from sentences import Sentence
from sentences import storable as _
from studies.refusals import Refused
from tabular.checked_yaml import YamlError, read_yaml
from tabular.section import EnoughProblems, Section, near_names

T = TypeVar("T")


def near(name: str, known: Iterable[str]) -> Sentence | str:
    """“ Did you mean …?” for a name that is close to a known one; else nothing."""
    return say_near(near_names(name, known))


def read_mapping(text: str, parse: Callable[[Section], T | None]) -> T:
    """Parse a mapping's YAML; raises Refused with every problem found."""
    try:
        content = read_yaml(text)
    except YamlError as error:
        raise Refused({"mapping": [_("Mapping: %(why)s") % {"why": error}]}) from error
    if not content:
        raise Refused(_("The mapping is empty. Start from one of the examples."))
    if not isinstance(content, dict):
        raise Refused(
            _("Mapping: write keys and values, such as “subject_id: id”; the examples begin so.")
        )
    root = Section(content)
    try:
        result = parse(root)
    except EnoughProblems:
        result = None
    if root.problems or result is None:
        raise Refused(
            {"mapping": [_("Mapping: %(problem)s") % {"problem": say(p)} for p in root.problems]}
        )
    return result
