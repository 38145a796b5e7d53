"""What a manager changes in the admin portal beside accounts: studies, the catalogue, tokens, jobs, schedules."""

import pytest
from django.test import Client
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from accounts.models import ApiToken, User
from accounts.selectors import live_token
from assays.models import Analyte, AnalyteAlias
from ciri import template
from imports.models import ImportBatch
from imports.services.batches import receive_file
from jobs.models import Job
from jobs.services import enqueue
from modeling.models import ModelVersion, PrognosticModel
from modeling.services.models import define_model
from modeling.services.schedule import ask_whether_due
from sentences import Sentence, words
from studies.models import Cohort, Site, Study
from studies.services.setup import create_study_token
from tests.factories import SiteFactory, make_member
from tests.unit.admin.portal import page
from tests.unit.modeling.versions import model_of, version_of

pytestmark = pytest.mark.django_db


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


def test_every_row_can_be_opened_whatever_it_says(root: Client, study: Study) -> None:
    said = Sentence("jobs.retried", job=9)
    batch = receive_file(
        study=study, name="f.csv", content=b"a,b", kind="clinical", mapping_text="x", by=None
    )
    ImportBatch.objects.filter(pk=batch.pk).update(message=said)
    job = enqueue("modeling.train", key="k", payload={}, by=None)
    Job.objects.filter(pk=job.pk).update(message=said, error=said, result={"why": said})
    version = version_of(model_of(study))
    ModelVersion.objects.filter(pk=version.pk).update(gate={"sentence": said})
    for row in (batch, job, version):
        response = root.get(page(type(row), "change", row.pk))
        assert response.status_code == 200
        assert "retry of job 9" in response.content.decode()


def test_a_job_is_found_by_what_its_error_says(root: Client) -> None:
    failed, other = (enqueue("modeling.train", key=k, payload={}, by=None) for k in "ab")
    Job.objects.filter(pk=failed.pk).update(error=words("No patient is left."))
    found = root.get(page(Job, "changelist"), {"q": "LEFT patient"}).content.decode()
    assert page(Job, "change", failed.pk) in found
    assert page(Job, "change", other.pk) not in found
