"""What a specification must be, section by section; what is wrong comes out as codes, and here are their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ciri.errors import CiriError
from plausibility.checks import gettext_noop
from tabular.section import Problem, Section

SENTENCES: dict[str, str] = {
    "unknown_key": gettext_noop("%(section)s has an unknown key %(key)s; it knows %(keys)s."),
    "no_section": gettext_noop("%(where)s must be a mapping of keys to values, not %(value)s."),
    "not_one_of": gettext_noop("%(where)s is %(value)s; it must be %(choices)s."),
    "no_text": gettext_noop("%(where)s is %(value)s; it must be %(choices)s."),
    "no_whole": gettext_noop(
        "%(where)s is %(value)s; it must be a whole number from %(low)s to %(high)s."
    ),
    "no_number": gettext_noop(
        "%(where)s is %(value)s; it must be a number from %(low)g to %(high)g."
    ),
    "no_list": gettext_noop("%(where)s is %(value)s; it must be a list."),
    "too_many": gettext_noop("%(where)s has %(n)s entries; at most %(most)s are read."),
    "no_name": gettext_noop("%(where)s holds %(value)s; each entry is a name."),
    "name_too_long": gettext_noop(
        "%(where)s holds %(value)s; a name has at most %(most)s characters."
    ),
    "not_among": gettext_noop("%(where)s holds %(value)s; it knows %(choices)s."),
    "no_visit": gettext_noop(
        "%(where)s is %(value)s; it must be the name of a visit: letters, digits, “_” and “-”, at most %(most)s."
    ),
    "no_covariate": gettext_noop(
        "%(where)s holds %(value)s; the name of a covariate begins with a letter and has letters, digits, “_”, “.” "
        "and “-” only."
    ),
    "twice": gettext_noop("%(where)s names %(names)s more than once."),
    "max_features": gettext_noop(
        "%(where)s is %(value)s; it must be sqrt, log2, all, a whole number of features or a fraction up to 1.0."
    ),
    "no_inputs": gettext_noop(
        "The model has no inputs: name analytes.candidates or list covariates."
    ),
    "selection_trees": gettext_noop(
        "selection: %(resamples)s resamples of %(trees)s trees are %(n)s trees; at most %(most)s are grown. "
        "Lower one of them."
    ),
    "trees": gettext_noop(
        "A training with its cross-validation would grow %(n)s trees; at most %(most)s are grown. Lower "
        "selection.resamples, selection.trees, forest.trees, cross_validation.folds or "
        "cross_validation.repeats."
    ),
    "permuted": gettext_noop(
        "Importance would permute each feature in %(n)s trees; at most %(most)s are. Lower importance.repeats."
    ),
    "no_training": gettext_noop("cohorts.train is empty: name at least one cohort to train on."),
    "both_roles": gettext_noop(
        "cohorts: %(names)s cannot be both trained on and validated on; keep it in one."
    ),
    "keep_without_candidates": gettext_noop(
        "analytes: keep is 0 exactly when candidates is the empty list (a clinical model); here keep is "
        "%(keep)s."
    ),
    "keep_too_many": gettext_noop(
        "analytes.keep is %(keep)s, but only %(n)s candidates are named; keep no more than there are."
    ),
    "too_many_horizons": gettext_noop("horizons_months has more than %(most)s months."),
    "horizons": gettext_noop(
        "horizons_months must be whole months in rising order, such as [6, 12, 24]."
    ),
}
NEAR = gettext_noop("Did you mean %(names)s?")
THE_SPECIFICATION = gettext_noop("the specification")


class SpecificationError(CiriError, ValueError):
    """A specification that cannot be followed: a ValueError whose message has one sentence for each thing wrong.

    Attributes
    ----------
    problems : tuple of Problem
        Place, code and parameters of each; `code`, `template`, `parameters` and `message` are those of the first.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        parameters = {**first.parameters, "where": first.where}
        super().__init__(first.code, SENTENCES[first.code], **parameters)

    def __str__(self) -> str:
        return " ".join(self.sentences())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)

    def sentences(self, translate: Callable[[str], str] = str) -> list[str]:
        """Say what is wrong in the reader's language.

        Parameters
        ----------
        translate : callable, optional
            From an English sentence (with its places) to the reader's; `gettext` is one. Without it, English.

        Returns
        -------
        list of str
            One sentence for each problem.
        """
        return [say(problem, translate) for problem in self.problems]


def say(problem: Problem, translate: Callable[[str], str] = str) -> str:
    """One problem as a sentence for the author of the specification."""
    whole = translate(THE_SPECIFICATION)
    values = {name: _in_words(name, value) for name, value in problem.parameters.items()}
    values["where"] = problem.where or whole
    if problem.code == "unknown_key":
        values["section"] = problem.parameters["section"] or whole
    sentence = translate(SENTENCES[problem.code]) % values
    if problem.near:
        sentence += " " + translate(NEAR) % {"names": ", ".join(map(show, problem.near))}
    return sentence


def _in_words(name: str, value: Any) -> Any:
    if name in ("value", "key"):
        return show(value)
    if name in ("n", "most", "resamples", "trees") and abs(value) >= 1000:
        return f"{value:,}"
    if isinstance(value, tuple):
        between = " or " if name == "choices" and len(value) < 5 else ", "
        return between.join(str(one) for one in value)
    return value


def show(value: Any) -> str:
    """A value as a sentence quotes it: never longer than a line."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, list | tuple):
        return f"a list of {len(value):,}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


class Part(Section):
    """A section of a specification. A key that holds nothing is wrong, not left out."""

    def is_given(self, key: str) -> bool:
        return super().is_given(key) or key in self.content

    def part(self, key: str) -> Part:
        """The section under a key; one left out is empty."""
        found = self.section(key) if self.has(key) or not self.is_given(key) else None
        return found or Part({}, self.path(key), self.problems)

    def optional_number(self, key: str, low: float, high: float) -> float | None:
        """A number between two bounds, or nothing."""
        self._read.append(key)
        return self.number(key, low, low, high) if self.has(key) else None

    def names_or_all(self, key: str) -> tuple[str, ...] | None:
        """A list of names, or the word `all` (returned as None, also when the key is left out)."""
        self._read.append(key)
        if self.content.get(key, "all") == "all":
            return None
        return tuple(sorted(self.names(key, ())))

    def max_features(self, key: str) -> str | int | float | None:
        """Features tried at a node: sqrt, log2, all, a whole number or a fraction."""
        found = self.content[key] if self.is_given(key) else "sqrt"
        if found is None or found == "all":
            return None
        if found in ("sqrt", "log2"):
            return str(found)
        if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= 100_000:
            return found
        if isinstance(found, float) and 0 < found <= 1:
            return found
        self.refuse(key, "max_features", value=found)
        return "sqrt"
