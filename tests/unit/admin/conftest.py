"""What the tests of this folder begin with."""

import pytest
from django.test import Client

from accounts.models import User
from studies.models import Study
from tests.factories import StudyFactory, UserFactory, make_member
from tests.unit.admin.portal import signed_in


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OURS")


@pytest.fixture
def foreign() -> Study:
    return StudyFactory(code="THEIRS")


@pytest.fixture
def manager(study: Study) -> User:
    return make_member(study, "manager", username="manager")


@pytest.fixture
def client(manager: User) -> Client:
    return signed_in(manager)


@pytest.fixture
def root() -> Client:
    return signed_in(UserFactory(username="root", is_superuser=True))
