"""What a model is meant to be, statement by statement."""

from typing import Any

import pytest

from modeling.models import CrossValidationRepeat, ModelSpecification
from modeling.services.models import define_model
from modeling.services.promotion import promote_version
from studies.models import Study
from studies.refusals import NotAllowed
from tests.factories import StudyFactory, make_member
from tests.unit.modeling.conftest import CLINICAL
from tests.unit.modeling.versions import model_of, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return StudyFactory()


def state(study: Study, name: str = "m", **body: Any) -> ModelSpecification:
    return define_model(study=study, name=name, body=CLINICAL | body, by=None)


def test_the_same_statement_again_is_the_one_that_stands_and_another_is_the_next(
    study: Study,
) -> None:
    first, again, second, third = (state(study, seed=seed) for seed in (7, 7, 8, 9))
    assert again == first
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert state(study, seed=9) == third
    back = state(study, seed=7)
    assert (back.number, back.model) == (4, first.model)


def test_a_model_of_that_name_in_another_study_is_another_model(study: Study) -> None:
    mine, other = state(study), state(StudyFactory(), seed=8)
    assert mine.model != other.model
    assert (mine.number, other.number) == (1, 1)


def test_only_who_may_define_models_states_one(study: Study) -> None:
    for role in ("investigator", "manager", "monitor"):
        with pytest.raises(NotAllowed):
            define_model(study=study, name="m", body=CLINICAL, by=make_member(study, role))
    by = make_member(study, "statistician")
    assert define_model(study=study, name="m", body=CLINICAL, by=by).created_by == by


def test_putting_a_version_into_use_asks_for_the_repeats_that_are_missing(study: Study) -> None:
    version = version_of(model_of(study, cross_validation={"folds": 2, "repeats": 3}))
    promote_version(version=version, by=None, reason="better")
    asked = CrossValidationRepeat.objects.filter(version=version)
    assert sorted(asked.values_list("repeat", flat=True)) == [0, 1, 2]
