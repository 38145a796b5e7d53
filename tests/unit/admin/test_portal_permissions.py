"""Who gets into the admin portal, whose rows they see there, and the ways past it that are shut."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studies.models import Membership, Study
from tests.factories import SiteFactory, UserFactory, make_member
from tests.unit.admin.portal import page, signed_in

pytestmark = pytest.mark.django_db


PRIVATE = ("groups", "user_permissions", "is_superuser", "is_staff", "password")


def roles_form(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The fields of the inline of roles."""
    form: dict[str, Any] = {
        "memberships-TOTAL_FORMS": len(rows),
        "memberships-INITIAL_FORMS": initial,
        "memberships-MIN_NUM_FORMS": 0,
        "memberships-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        form |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return form


def account(username: str, **more: Any) -> dict[str, Any]:
    return {"username": username, "first_name": "", "last_name": "", "email": ""} | more


def test_nobody_signs_in_past_allauth() -> None:
    response = Client().get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/")
    assert "next=/admin/" in response.redirect_chain[-1][0].replace("%2F", "/")


@pytest.mark.parametrize(
    "role", ["coordinator", "laboratory", "statistician", "investigator", "monitor"]
)
def test_other_roles_do_not_get_in(study: Study, role: str) -> None:
    client = signed_in(make_member(study, role, is_staff=True))
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    for model in admin.site._registry:
        assert client.get(page(model, "changelist")).status_code in (302, 403)


def test_the_staff_flag_alone_opens_nothing() -> None:
    assert signed_in(UserFactory(is_staff=True)).get("/admin/", follow=True).status_code == 403


def test_a_manager_who_is_switched_off_is_out(client: Client, manager: User) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("who", ["client", "root"])
def test_every_list_and_add_page_opens_or_is_refused_but_never_breaks(
    who: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    for model, model_admin in admin.site._registry.items():
        assert client.get(page(model, "changelist")).status_code == 200, model
        assert client.get(page(model, "add")).status_code in (200, 403), model
        assert (
            model_admin.has_delete_permission.__func__ is not admin.ModelAdmin.has_delete_permission
        )


def test_clinical_rows_have_no_page() -> None:
    named = {model.__name__ for model in admin.site._registry}
    clinical = {"Patient", "FilledForm", "FollowUp", "Specimen", "Measurement", "Score"}
    assert not named & clinical


def test_groups_and_second_factors_have_no_page() -> None:
    named = {model.__name__ for model in admin.site._registry}
    assert not named & {"Group", "Authenticator", "EmailAddress", "Permission", "Session"}


def test_the_policy_is_loosened_in_the_portal_only(client: Client) -> None:
    inside = client.get("/admin/")["Content-Security-Policy"]
    outside = client.get(reverse("account_change_password"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "unsafe" not in outside


def test_a_manager_makes_an_account_with_a_role_in_their_study(
    client: Client, study: Study
) -> None:
    form = account(
        "new.person", password1="correct horse battery", password2="correct horse battery"
    )
    form |= roles_form({"study": study.pk, "role": "monitor", "site": ""})
    assert client.post(page(User, "add"), form).status_code == 302
    person = User.objects.get(username="new.person")
    assert person.memberships.get().role == "monitor"
    assert person.check_password("correct horse battery")


def test_an_account_without_a_role_is_refused_to_a_manager(client: Client) -> None:
    form = account("nobody", password1="correct horse battery", password2="correct horse battery")
    assert client.post(page(User, "add"), form | roles_form()).status_code == 200
    assert not User.objects.filter(username="nobody").exists()


@pytest.mark.parametrize("field", PRIVATE)
def test_a_manager_cannot_set_what_makes_superusers(
    client: Client, study: Study, field: str
) -> None:
    person = make_member(study, "monitor")
    before = person.password
    row = person.memberships.get()
    kept = {"id": row.pk, "user": person.pk, "study": study.pk, "role": "monitor", "site": ""}
    form = account(person.username, is_active="on", **{field: "1"}) | roles_form(kept, initial=1)
    assert client.post(page(User, "change", person.pk), form).status_code == 302
    person.refresh_from_db()
    assert not (person.is_superuser)
    assert not (person.is_staff)
    assert person.password == before
    assert not person.user_permissions.exists()


@pytest.mark.parametrize("field", PRIVATE)
def test_a_manager_cannot_make_a_superuser(client: Client, study: Study, field: str) -> None:
    form = account(
        "new.person", password1="correct horse battery", password2="correct horse battery"
    )
    form |= roles_form({"study": study.pk, "role": "monitor", "site": ""})
    client.post(page(User, "add"), form | {field: "1"})
    person = User.objects.get(username="new.person")
    assert not (person.is_superuser)
    assert not (person.is_staff)


def test_a_manager_gives_no_role_in_a_foreign_study(
    client: Client, study: Study, foreign: Study
) -> None:
    person = make_member(study, "monitor")
    new = {"id": "", "user": person.pk, "study": foreign.pk, "role": "manager", "site": ""}
    form = account(person.username, is_active="on") | roles_form(new)
    assert client.post(page(User, "change", person.pk), form).status_code == 200
    assert not Membership.objects.filter(study=foreign).exists()


def test_a_manager_gives_no_role_at_a_foreign_site(
    client: Client, study: Study, foreign: Study
) -> None:
    person, site = make_member(study, "monitor"), SiteFactory(study=foreign)
    new = {"id": "", "user": person.pk, "study": study.pk, "role": "coordinator", "site": site.pk}
    form = account(person.username, is_active="on") | roles_form(new)
    assert client.post(page(User, "change", person.pk), form).status_code == 200
    assert not Membership.objects.filter(site=site).exists()


def test_a_manager_does_not_move_a_foreign_role(
    client: Client, study: Study, foreign: Study
) -> None:
    person = make_member(study, "monitor")
    theirs = Membership.objects.create(user=person, study=foreign, role="monitor")
    taken = {"id": theirs.pk, "user": person.pk, "study": study.pk, "role": "manager", "site": ""}
    form = account(person.username, is_active="on") | roles_form(taken, initial=1)
    client.post(page(User, "change", person.pk), form)
    theirs.refresh_from_db()
    assert (theirs.study, theirs.role) == (foreign, "monitor")


def test_a_manager_does_not_change_their_own_roles(
    client: Client, manager: User, study: Study
) -> None:
    new = {"id": "", "user": manager.pk, "study": study.pk, "role": "investigator", "site": ""}
    form = account("manager", is_active="on") | roles_form(new)
    client.post(page(User, "change", manager.pk), form)
    assert [m.role for m in manager.memberships.all()] == ["manager"]


@pytest.mark.parametrize("what", ["change", "history", "delete"])
def test_foreign_people_are_not_there_for_a_manager(
    client: Client, foreign: Study, what: str
) -> None:
    person = make_member(foreign, "monitor", username="stranger")
    assert client.get(page(User, what, person.pk)).status_code in (302, 403)
    assert b"stranger" not in client.get(page(User, "changelist")).content


def test_a_superuser_cannot_be_edited_by_a_manager(client: Client, study: Study) -> None:
    chief = make_member(study, "investigator", username="chief", is_superuser=True)
    response = client.post(page(User, "change", chief.pk), account("taken", is_active=""))
    assert response.status_code == 403
    chief.refresh_from_db()
    assert (chief.username, chief.is_active) == ("chief", True)


def test_an_account_shared_with_a_foreign_study_is_not_edited(
    client: Client, study: Study, foreign: Study
) -> None:
    person = make_member(study, "monitor", username="shared")
    Membership.objects.create(user=person, study=foreign, role="monitor")
    row = person.memberships.get(study=study)
    kept = {"id": row.pk, "user": person.pk, "study": study.pk, "role": "laboratory", "site": ""}
    form = account("renamed", email="evil@example.org") | roles_form(kept, initial=1)
    client.post(page(User, "change", person.pk), form)
    person.refresh_from_db()
    assert (person.username, person.email, person.is_active) == ("shared", "", True)
    assert set(person.memberships.values_list("role", flat=True)) == {"laboratory", "monitor"}


def test_foreign_roles_of_a_shared_person_are_not_listed(
    client: Client, study: Study, foreign: Study
) -> None:
    person = make_member(study, "monitor")
    Membership.objects.create(user=person, study=foreign, role="statistician")
    assert b"THEIRS" not in client.get(page(User, "changelist")).content
    assert b"THEIRS" not in client.get(page(User, "change", person.pk)).content


def test_nobody_but_a_superuser_sets_another_persons_password(
    client: Client, root: Client, study: Study
) -> None:
    person = make_member(study, "investigator")
    address = reverse("admin:auth_user_password_change", args=[person.pk])
    form = {"password1": "a new long password", "password2": "a new long password"}
    client.post(address, form)
    person.refresh_from_db()
    assert not person.check_password("a new long password")
    root.post(address, form)
    person.refresh_from_db()
    assert person.check_password("a new long password")


def test_accounts_are_never_deleted(root: Client, study: Study) -> None:
    person = make_member(study, "monitor")
    assert root.post(page(User, "delete", person.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()
