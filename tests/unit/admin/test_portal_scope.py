"""Whose studies and whose accounts a person manages."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.models import User
from clinical.models import Patient
from studies.models import Cohort, Membership, Site, Study
from studies.portal import ScopedAdmin, Who, belongs_wholly_to, managed_studies, people_of
from tests.factories import CohortFactory, SiteFactory, StudyFactory, UserFactory, make_member

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


def request_of(user: User):
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


class Sites(ScopedAdmin):
    """Sites, which managers change and nobody deletes."""

    model = Site
    changed_by = Who.MANAGER


def test_what_can_be_chosen_lies_in_the_managers_studies() -> None:
    mine, other = StudyFactory(code="MINE"), StudyFactory(code="OTHER")
    ours = {Site: SiteFactory(study=mine), Cohort: CohortFactory(study=mine), Study: mine}
    for make in (SiteFactory, CohortFactory):
        make(study=other)
    manager = make_member(mine, "manager")
    make_member(other, "monitor")
    choices = ScopedAdmin(Membership, admin.site)

    def chosen(name: str, model: type, user: User) -> set[object]:
        field = model._meta.get_field(name)
        return set(choices.formfield_for_foreignkey(field, request_of(user)).queryset)

    assert chosen("site", Membership, manager) == {ours[Site]}
    assert chosen("study", Membership, manager) == {mine}
    assert chosen("study", Cohort, manager) == {mine}
    assert chosen("user", Membership, manager) == {manager}
    assert chosen("cohort", Patient, manager) == {ours[Cohort]}
    root = UserFactory(is_superuser=True)
    assert chosen("user", Membership, root) == set(User.objects.all())
    assert chosen("site", Membership, root) == set(Site.objects.all())


def test_a_manager_sees_and_changes_the_rows_of_their_studies_alone() -> None:
    mine, other = StudyFactory(code="MINE"), StudyFactory(code="OTHER")
    own, foreign = SiteFactory(study=mine), SiteFactory(study=other)
    page, request = Sites(Site, admin.site), request_of(make_member(mine, "manager"))
    assert list(page.get_queryset(request)) == [own]
    assert page.has_view_permission(request, own)
    assert page.has_change_permission(request, own)
    assert not page.has_view_permission(request, foreign)
    assert not page.has_change_permission(request, foreign)
    assert not page.has_delete_permission(request, own)
    assert not page.has_add_permission(request)


def test_a_manager_with_two_roles_in_a_study_sees_each_row_once() -> None:
    mine = StudyFactory(code="MINE")
    site = SiteFactory(study=mine)
    manager = make_member(mine, "manager")
    Membership.objects.create(user=manager, study=mine, role="monitor")
    assert list(Sites(Site, admin.site).get_queryset(request_of(manager))) == [site]


def test_a_superuser_may_all_that_somebody_may_until_the_account_is_closed() -> None:
    site = SiteFactory()
    page, root = Sites(Site, admin.site), UserFactory(is_superuser=True)
    assert page.has_change_permission(request_of(root), site)
    assert page.has_delete_permission(request_of(root), site) is False
    closed = UserFactory(is_superuser=True, is_active=False)
    assert page.has_change_permission(request_of(closed), site) is False
    assert list(page.get_queryset(request_of(closed))) == []
