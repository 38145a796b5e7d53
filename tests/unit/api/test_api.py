"""What a token reaches, what the lists hold, and what is said when something is asked wrongly."""

import gzip
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import ApiToken
from config.errors import server_error as handler500
from studies.models import Membership, Study
from tests.factories import make_member
from tests.integration.api import add_champion, client_of, client_with, small_study

pytestmark = pytest.mark.django_db

LISTS = (
    "patients",
    "follow-ups",
    "specimens",
    "measurements",
    "models",
    "versions",
    "scores",
    "training-runs",
)


@pytest.fixture
def study() -> Study:
    made = small_study()
    add_champion(made)
    return made


def url(study: Study, tail: str = "") -> str:
    return f"/api/v1/studies/{study.code}/{tail}"


def subjects(client: Client, study: Study, tail: str) -> list[str]:
    return [row["subject"] for row in client.get(url(study, tail)).json()["results"]]


def test_without_a_token_nothing_is_answered_but_a_sentence(study: Study) -> None:
    for tail in ("", *(f"{name}/" for name in LISTS), "analysis-dataset"):
        answer = Client().get(url(study, tail))
        assert answer.status_code == 401, tail
        assert list(answer.json()) == ["detail"]
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_of_the_pages_opens_no_api(study: Study) -> None:
    client = Client()
    client.force_login(make_member(study, "statistician"))
    assert client.get(url(study, "patients/")).status_code == 401


def test_a_token_that_was_revoked_or_has_expired_opens_nothing(study: Study) -> None:
    client = client_with(study, "statistician")
    assert client.get(url(study)).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(url(study)).status_code == 401
    ApiToken.objects.update(expires_at=None, revoked_at=timezone.now())
    assert client.get(url(study)).status_code == 401


def test_another_study_is_not_there_even_where_the_user_has_a_role(study: Study) -> None:
    user = make_member(study, "statistician")
    other = small_study(1)
    Membership.objects.create(user=user, study=other, role="statistician")
    client = client_of(user, study, "export")
    assert [row["code"] for row in client.get("/api/v1/studies/").json()["results"]] == [study.code]
    for tail in ("", *(f"{name}/" for name in LISTS), "patients/P001/", "analysis-dataset"):
        assert client.get(url(other, tail)).status_code == 404, tail


def test_a_token_ends_with_the_role_of_its_user(study: Study) -> None:
    user = make_member(study, "statistician")
    client = client_of(user, study)
    Membership.objects.filter(user=user).delete()
    assert client.get(url(study, "patients/")).status_code == 404
    assert client.get("/api/v1/studies/").json()["results"] == []


@pytest.mark.parametrize(
    ("role", "closed"),
    [
        ("statistician", set()),
        ("investigator", set()),
        ("monitor", set()),
        ("manager", set()),
        ("coordinator", {"models", "versions", "scores", "training-runs"}),
        (
            "laboratory",
            {"patients", "follow-ups", "models", "versions", "scores", "training-runs"},
        ),
    ],
)
def test_each_role_reaches_its_lists(study: Study, role: str, closed: set[str]) -> None:
    client = client_with(study, role)
    for name in LISTS:
        answer = client.get(url(study, f"{name}/"))
        assert answer.status_code == (403 if name in closed else 200), name
        if name not in closed:
            assert answer.json()["results"], name


def test_a_coordinator_sees_the_patients_of_the_own_site_alone(study: Study) -> None:
    client = client_with(study, "coordinator", site=study.sites.get(code="B"))
    for name in ("patients", "follow-ups", "specimens", "measurements"):
        assert set(subjects(client, study, f"{name}/")) == {"P002"}, name
    assert client.get(url(study, "patients/P001/")).status_code == 404
    assert client.get(url(study, "patients/P002/")).status_code == 200
    assert subjects(client, study, "patients/?site=A") == []


def test_a_read_token_does_not_export_and_a_monitor_gets_no_export_token(study: Study) -> None:
    answer = client_with(study, "statistician", "read").get(url(study, "analysis-dataset"))
    assert answer.status_code == 403
    assert "scope “export”" in answer.json()["detail"]
    monitor = make_member(study, "monitor").username
    with pytest.raises(CommandError, match="may not export"):
        call_command("create_token", monitor, "--study", study.code, "--scope", "export")


def test_an_export_token_of_a_user_who_may_no_longer_export_does_not(study: Study) -> None:
    user = make_member(study, "statistician")
    client = client_of(user, study, "export")
    Membership.objects.filter(user=user).update(role="monitor")
    assert client.get(url(study, "analysis-dataset")).status_code == 403


def test_a_patient_comes_with_forms_and_outcome(study: Study) -> None:
    patient = client_with(study, "monitor").get(url(study, "patients/P001/")).json()
    factors, blood = patient["forms"]
    assert factors == {
        "event": "pre",
        "event_instance": 1,
        "form": "factors",
        "form_instance": 1,
        "status": "complete",
        "values": {"age": 60, "sex": "male", "stage": "IV", "pdl1": 60, "pdl1_class": ">=50"},
        "missing": {},
    }
    assert (blood["form"], blood["values"]) == ("blood", {"albumin": 3.5})
    assert patient["outcome"]["OS"] == {"days": 100, "event": True}
    assert patient["outcome"]["PFS"] == {"days": 20, "event": True}


def test_the_outcome_is_that_of_the_day_asked_for(study: Study) -> None:
    client = client_with(study, "monitor")
    listed = client.get(url(study, "patients/?events_until=2020-05-02&subject=P001")).json()[
        "results"
    ][0]
    assert listed["outcome"] == {
        "events_until": "2020-05-02",
        "OS": {"days": 30, "event": False},
        "PFS": {"days": 20, "event": True},
    }
    before = client.get(url(study, "patients/P001/?events_until=2020-01-01")).json()["outcome"]
    assert before["OS"] is None


@pytest.mark.parametrize(
    ("tail", "count"),
    [
        ("patients/?site=A", 2),
        ("patients/?cohort=discovery&site=B", 1),
        ("follow-ups/?subject=P001", 2),
        ("follow-ups/?status=dead", 3),
        ("specimens/?timepoint=edt", 0),
        ("measurements/?analyte=IL6", 3),
        ("measurements/?flag=below_lloq&subject=P002", 1),
        ("scores/?model=preCIRI14&version=1&site=A", 2),
        ("scores/?version=2", 0),
        ("versions/?status=champion", 1),
        ("training-runs/?model=other", 0),
    ],
)
def test_filters_keep_what_they_name(study: Study, tail: str, count: int) -> None:
    answer = client_with(study, "statistician").get(url(study, tail)).json()
    assert len(answer["results"]) == count


def test_models_and_versions_name_what_is_in_use(study: Study) -> None:
    client = client_with(study, "investigator")
    model = client.get(url(study, "models/preCIRI14/")).json()
    assert (model["champion"], model["version_count"]) == (1, 1)
    assert model["specification"]["number"] == 1
    version = client.get(url(study, "models/preCIRI14/versions/1/")).json()
    assert version["metrics"] == {"validation": {"c": 0.68}}
    assert version["dataset"]["training_patients"] == 3
    assert client.get(url(study, "models/preCIRI14/versions/2/")).status_code == 404
    assert client.get(url(study, "models/none/")).status_code == 404


def test_pages_follow_each_other_without_gap_or_repeat(study: Study) -> None:
    client = client_with(study, "statistician")
    for name in ("follow-ups", "measurements"):
        whole = client.get(url(study, f"{name}/?page_size=1000")).json()["results"]
        pieces, address = [], url(study, f"{name}/?page_size=2")
        while address:
            page = client.get(address).json()
            assert len(page["results"]) <= 2
            pieces += page["results"]
            address = page["next"]
        assert pieces == whole
        assert len(whole) == 6


def test_a_page_takes_the_same_number_of_queries_however_many_rows() -> None:
    counts: list[dict[str, int]] = []
    for patients in (2, 7):
        study = small_study(patients)
        for n in range(patients):
            add_champion(study, f"model{n}")
        client = client_with(study, "statistician")
        client.get(url(study))  # the token's first use is noted once
        counts.append({name: queries_of(client, url(study, f"{name}/")) for name in LISTS})
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= 7


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("tail", "says"),
    [
        (
            "patients/?sit=A",
            "no parameter “sit” here; known are: cohort, cursor, events_until, page_size",
        ),
        ("patients/?site=A&site=B", "“site” once"),
        ("patients/?events_until=yesterday", "YYYY-MM-DD"),
        ("patients/?events_until=2999-01-01", "lies in the future"),
        (
            "patients/?as_of=2020-01-01",
            "events_until=DAY for events up to a day, or known_at=MOMENT",
        ),
        ("patients/?page_size=1001", "1000"),
        ("patients/?page_size=0", "page_size: "),
        ("specimens/?timepoint=post", "use one of: pre, edt"),
        ("scores/?version=champion", "version: "),
        ("patients/?subject=%00", "subject: "),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_a_sentence(
    study: Study, tail: str, says: str
) -> None:
    answer = client_with(study, "statistician").get(url(study, tail))
    assert answer.status_code == 400
    assert says in answer.json()["detail"]


def test_nothing_can_be_written(study: Study) -> None:
    client = client_with(study, "statistician", "export")
    for name in LISTS:
        for verb in (client.post, client.put, client.patch, client.delete):
            assert verb(url(study, f"{name}/")).status_code == 405


def test_an_address_that_is_not_there_is_answered_in_json(study: Study) -> None:
    for address in (
        "/api/v1/nothing/",
        "/api/v1/nothing",
        "/api/x.json",
        "/api",
        "/api/",
        "/api//x",
    ):
        for method in (Client().get, Client().post, Client().delete):
            answer = method(address)
            assert answer.status_code == 404, address
            assert "/api/docs/" in answer.json()["detail"]
    odd = client_with(study, "monitor").get(url(study, "patients/%00/"))
    assert odd.status_code == 404


def test_an_address_that_lacks_its_slash_is_shown_the_way(study: Study) -> None:
    client = client_with(study, "monitor")
    answer = client.get(url(study, "patients?site=A"))
    assert answer.status_code == 301
    assert answer["Location"] == url(study, "patients/?site=A")


def test_a_failure_of_ours_is_told_in_json_there_and_on_a_page_elsewhere() -> None:
    told = {path: handler500(RequestFactory().get(path)) for path in ("/api/v1/studies/", "/x/")}
    assert {path: answer.status_code for path, answer in told.items()} == dict.fromkeys(told, 500)
    assert "logged" in json.loads(told["/api/v1/studies/"].content)["detail"]
    assert told["/x/"]["Content-Type"].startswith("text/html")


def test_answers_are_compressed_and_a_head_asks_for_none(study: Study) -> None:
    client = client_with(study, "statistician")
    plain = client.get(url(study, "measurements/"))
    packed = client.get(url(study, "measurements/"), headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content
    for name in ("", *(f"{name}/" for name in LISTS)):
        assert client.head(url(study, name)).status_code == 200, name


def test_the_command_prints_the_secret_once_on_the_last_line_and_keeps_a_hash(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    user = make_member(study, "statistician").username
    call_command("create_token", user, "--study", study.code, "--scope", "export", "--name", "R")
    secret = capsys.readouterr().out.splitlines()[-1]
    token = ApiToken.objects.get()
    assert secret.startswith("yogo_")
    assert secret not in (token.secret_sha256, token.prefix)
    assert (token.name, token.scope, token.grant.study) == ("R", "export", study)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    assert client.get(url(study)).json()["sites"] == ["A", "B"]


@pytest.mark.parametrize(
    ("user", "code", "says"),
    [("nobody", None, "no active user 'nobody'"), (None, "NONE", "no study 'NONE'")],
)
def test_the_command_says_who_or_what_is_not_there(
    study: Study, user: str | None, code: str | None, says: str
) -> None:
    user = user or make_member(study, "monitor").username
    with pytest.raises(CommandError, match=says):
        call_command("create_token", user, "--study", code or study.code, "--scope", "read")
