"""Who gets into the admin portal, whose rows they see there, and the ways past it that are shut."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from accounts.models import ApiToken, User
from accounts.selectors import live_token
from assays.models import Analyte, AnalyteAlias
from ciri import template
from jobs.models import Job
from jobs.services import enqueue
from modeling.models import PrognosticModel
from modeling.services.models import define_model
from modeling.services.schedule import ask_whether_due
from studies.models import Cohort, Membership, Site, Study
from studies.services.setup import create_study_token
from tests.factories import SiteFactory, StudyFactory, UserFactory, make_member

pytestmark = pytest.mark.django_db

PRIVATE = ("groups", "user_permissions", "is_superuser", "is_staff", "password")


@pytest.fixture
def study() -> Study:
    return StudyFactory(code="OURS")


@pytest.fixture
def foreign() -> Study:
    return StudyFactory(code="THEIRS")


@pytest.fixture
def manager(study: Study) -> User:
    return make_member(study, "manager", username="manager")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(manager: User) -> Client:
    return signed_in(manager)


@pytest.fixture
def root() -> Client:
    return signed_in(UserFactory(username="root", is_superuser=True))


def page(model: type, what: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


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


# The door


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
    clinical = {"Patient", "Baseline", "LabResult", "FollowUp", "Specimen", "Measurement", "Score"}
    assert not named & clinical


def test_groups_and_second_factors_have_no_page() -> None:
    named = {model.__name__ for model in admin.site._registry}
    assert not named & {"Group", "Authenticator", "EmailAddress", "Permission", "Session"}


def test_the_policy_is_loosened_in_the_portal_only(client: Client) -> None:
    inside = client.get("/admin/")["Content-Security-Policy"]
    outside = client.get(reverse("account_change_password"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "unsafe" not in outside


# People


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


# Studies and what belongs to them


def test_a_manager_edits_the_title_and_never_the_code_of_their_study(
    client: Client, study: Study
) -> None:
    form = {"title": "Better", "code": "X", "is_simulated": "on", "time_zone": "Asia/Tokyo"}
    for prefix in ("sites", "cohorts"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    assert client.post(page(Study, "change", study.pk), form).status_code == 302
    study.refresh_from_db()
    assert (study.title, study.code, study.is_simulated) == ("Better", "OURS", False)


def test_a_manager_makes_no_study(client: Client) -> None:
    assert client.get(page(Study, "add")).status_code == 403


@pytest.mark.parametrize("model", [Site, Cohort])
def test_rows_of_a_foreign_study_can_be_neither_seen_nor_made(
    client: Client, foreign: Study, model: type
) -> None:
    row = SiteFactory(study=foreign, code="secret") if model is Site else None
    form = {"study": foreign.pk, "code": "intruder", "name": "x", "kind": "discovery"}
    assert client.post(page(model, "add"), form).status_code == 200
    assert not model.objects.filter(code="intruder").exists()  # type: ignore[attr-defined]
    if row is not None:
        assert client.get(page(Site, "change", row.pk)).status_code == 302
        assert b"secret" not in client.get(page(Site, "changelist")).content


def test_a_manager_extends_the_catalogue_and_keeps_symbols(client: Client) -> None:
    aliases = {"aliases-TOTAL_FORMS": "1", "aliases-INITIAL_FORMS": "0", "aliases-0-alias": "OPN"}
    form = {"symbol": "SPP1", "name": "osteopontin", "uniprot": "P10451"} | aliases
    assert client.post(page(Analyte, "add"), form).status_code == 302
    analyte = Analyte.objects.get(symbol="SPP1")
    assert analyte.aliases.get().normalized == "opn"
    no_more = {"aliases-TOTAL_FORMS": "0"}
    client.post(page(Analyte, "change", analyte.pk), form | no_more | {"symbol": "OTHER"})
    analyte.refresh_from_db()
    assert analyte.symbol == "SPP1"
    assert client.post(page(Analyte, "delete", analyte.pk), {"post": "yes"}).status_code == 403


def test_a_name_that_is_taken_is_refused_with_a_sentence(client: Client) -> None:
    AnalyteAlias.objects.create(analyte=Analyte.objects.create(symbol="SPP1"), alias="OPN")
    aliases = {"aliases-TOTAL_FORMS": "1", "aliases-INITIAL_FORMS": "0", "aliases-0-alias": "opn"}
    form = {"symbol": "OTHER", "name": "other", "uniprot": ""} | aliases
    response = client.post(page(Analyte, "add"), form)
    assert "“OPN” is already a name of SPP1." in response.content.decode()


def test_only_the_retraining_of_a_model_is_switched(client: Client, study: Study) -> None:
    define_model(study=study, name="preCIRI14", body=template("preCIRI14"), by=None)
    model = PrognosticModel.objects.get()
    assert (
        b"10 new deaths or 20 new patients" in client.get(page(type(model), "changelist")).content
    )
    client.post(page(type(model), "change", model.pk), {"name": "renamed"})
    model.refresh_from_db()
    assert (model.name, model.retrains) == ("preCIRI14", False)


# Tokens


def test_a_token_is_shown_once_and_can_be_revoked(client: Client, study: Study) -> None:
    person = make_member(study, "statistician")
    form = {"study": study.pk, "user": person.pk, "scope": "export", "name": "biobank"}
    response = client.post(page(ApiToken, "add"), form)
    secret = response.context["secret"]
    assert secret.encode() in response.content
    assert "no-store" in response["Cache-Control"]
    token = live_token(secret)
    assert token is not None
    assert secret.encode() not in client.get(page(ApiToken, "change", token.pk)).content
    client.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    assert live_token(secret) is None


def test_a_token_for_a_foreign_study_is_refused(
    client: Client, manager: User, foreign: Study
) -> None:
    form = {"study": foreign.pk, "user": manager.pk, "scope": "read", "name": "x"}
    assert client.post(page(ApiToken, "add"), form).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_foreign_token_can_be_neither_seen_nor_revoked(client: Client, foreign: Study) -> None:
    person = make_member(foreign, "statistician")
    token, secret = create_study_token(
        user=person, study=foreign, scope="read", name="theirs", by=None
    )
    assert client.get(page(ApiToken, "change", token.pk)).status_code == 302
    client.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [token.pk]})
    assert live_token(secret) is not None


# Jobs and schedules


def failed(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).update(state="failed", attempts=3, error="It broke.\nBadly.")
    return job


def test_a_manager_sees_and_repeats_the_jobs_of_their_study_only(
    client: Client, study: Study, foreign: Study
) -> None:
    ours, theirs = failed(ask_whether_due(study=study)), failed(ask_whether_due(study=foreign))
    content = client.get(page(Job, "changelist")).content.decode()
    assert f"#{ours.pk}" in content
    assert f"#{theirs.pk}" not in content
    assert client.get(page(Job, "change", theirs.pk)).status_code == 302
    asked = {"action": "run_again", "_selected_action": [ours.pk, theirs.pk]}
    client.post(page(Job, "changelist"), asked)
    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {ours.pk: "queued", theirs.pk: "failed"}


def test_a_waiting_job_is_cancelled_and_a_finished_one_is_not(
    root: Client, study: Study, foreign: Study
) -> None:
    waiting, done = ask_whether_due(study=study), failed(ask_whether_due(study=foreign))
    asked = {"action": "cancel", "_selected_action": [waiting.pk, done.pk]}
    response = root.post(page(Job, "changelist"), asked, follow=True)
    assert dict(Job.objects.values_list("pk", "state")) == {
        waiting.pk: "cancelled",
        done.pk: "failed",
    }
    assert b"1 job was not in a state that allows this." in response.content


def test_a_job_cannot_be_edited_even_by_a_superuser(root: Client, study: Study) -> None:
    job = enqueue("modeling.ask_whether_due", key="k", payload={"study": study.pk}, by=None)
    assert root.post(page(Job, "change", job.pk), {"state": "succeeded"}).status_code == 403
    assert root.post(page(Job, "delete", job.pk), {"post": "yes"}).status_code == 403
    assert root.get(page(Job, "add")).status_code == 403


def test_the_error_of_a_job_is_shown_as_text(root: Client, study: Study) -> None:
    job = failed(ask_whether_due(study=study))
    Job.objects.filter(pk=job.pk).update(error="<script>alert(1)</script>")
    content = root.get(page(Job, "change", job.pk)).content
    assert b"<script>alert(1)" not in content
    assert b"&lt;script&gt;alert(1)" in content


def test_a_manager_moves_a_schedule_and_never_its_task(client: Client) -> None:
    task = PeriodicTask.objects.get(task="modeling.ask_whether_due")
    later = CrontabSchedule.objects.create(minute="30", hour="4", timezone="Asia/Tokyo")
    form = {
        "crontab": later.pk,
        "task": "jobs.run_job",
        "args": "[1]",
        "name": "x",
        "enabled": "on",
    }
    assert client.post(page(PeriodicTask, "change", task.pk), form).status_code == 302
    task.refresh_from_db()
    assert (task.crontab, task.enabled) == (later, True)
    assert (task.task, task.args) == ("modeling.ask_whether_due", "[]")


def test_a_manager_neither_adds_nor_deletes_nor_runs_tasks(client: Client) -> None:
    task = PeriodicTask.objects.get(task="jobs.sweep")
    assert client.get(page(PeriodicTask, "add")).status_code == 403
    assert client.post(page(PeriodicTask, "delete", task.pk), {"post": "yes"}).status_code == 403
    asked = {"action": "disable_tasks", "_selected_action": [task.pk]}
    client.post(page(PeriodicTask, "changelist"), asked)
    task.refresh_from_db()
    assert task.enabled


def test_a_superuser_sees_every_part_of_a_task(root: Client) -> None:
    task = PeriodicTask.objects.get(task="jobs.sweep")
    content = root.get(page(PeriodicTask, "change", task.pk)).content.decode()
    assert 'name="args"' in content
    assert 'name="regtask"' in content
