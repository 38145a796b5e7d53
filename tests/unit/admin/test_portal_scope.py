"""Whose studies and whose accounts a person manages."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import User
from studies.models import Membership, Study
from studies.portal import belongs_wholly_to, managed_studies, people_of
from tests.factories import StudyFactory, UserFactory, make_member

pytestmark = pytest.mark.django_db


def managed_by(user: User | AnonymousUser) -> set[str]:
    request = RequestFactory().get("/admin/")
    request.user = user
    return {study.code for study in managed_studies(request)}


def test_a_manager_manages_the_studies_of_that_role_only() -> None:
    mine, other = StudyFactory(code="MINE"), StudyFactory(code="OTHER")
    manager = make_member(mine, "manager")
    Membership.objects.create(user=manager, study=other, role="monitor")
    assert managed_by(manager) == {"MINE"}
    assert managed_by(make_member(mine, "statistician")) == set()
    assert managed_by(UserFactory(is_superuser=True)) == {"MINE", "OTHER"}


def test_a_closed_account_and_nobody_manage_nothing() -> None:
    StudyFactory()
    assert managed_by(UserFactory(is_superuser=True, is_active=False)) == set()
    assert managed_by(AnonymousUser()) == set()


def test_an_account_belongs_to_the_managers_of_all_its_studies_and_never_a_superusers() -> None:
    mine, other = StudyFactory(code="MINE"), StudyFactory(code="OTHER")
    ours = Study.objects.filter(code="MINE")
    member = make_member(mine, "coordinator")
    assert belongs_wholly_to(member, ours)
    Membership.objects.create(user=member, study=other, role="monitor")
    assert not belongs_wholly_to(member, ours)
    assert belongs_wholly_to(member, Study.objects.all())
    assert not belongs_wholly_to(UserFactory(is_superuser=True), Study.objects.all())
    assert belongs_wholly_to(UserFactory(), ours)  # somebody without a role yet


def test_people_of_a_study_are_those_with_a_role_in_it() -> None:
    mine = StudyFactory(code="MINE")
    member = make_member(mine, "monitor")
    make_member(StudyFactory(), "monitor")
    assert list(people_of(Study.objects.filter(code="MINE"))) == [member]
