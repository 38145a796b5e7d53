"""A specification in words, with its visit as the study calls it."""

from ciri import describe
from clinical.selectors.visits import visits_of
from clinical.sentences import say_visits
from modeling.models import ModelSpecification
from modeling.selectors.visits import read_specification
from modeling.sentences import of_method
from sentences import Sentence


def describe_specification(stated: ModelSpecification) -> Sentence:
    """One paragraph that states everything that the specification decides."""
    specification = read_specification(stated)
    labels = say_visits(visits_of(stated.model.study_id).now.definition)
    found: Sentence = of_method(describe(specification, labels.get(specification.timepoint, "")))
    return found
