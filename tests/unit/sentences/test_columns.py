"""Sentences in the database: what goes in comes out, and nothing said is nothing stored."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, models
from django.utils import timezone

from jobs.models import Job
from sentences import JSONWithSentences, Sentence, SentenceField, several, storable, words
from sentences.catalogue import apps_with_sentences, codes_of

pytestmark = pytest.mark.django_db


def kept(**fields: Any) -> Job:
    given = {"kind": "jobs.none", "key": "k"} | fields
    job = Job.objects.create(due_at=timezone.now(), **given)
    return Job.objects.get(pk=job.pk)


def stored(column: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}::text FROM jobs_job")  # noqa: S608
        found = cursor.fetchone()[0]
    return found and json.loads(found)


@pytest.mark.parametrize(
    ("said", "told", "as_json"),
    [
        (
            Sentence("jobs.retried", job=3),
            "retry of job 3",
            {"code": "jobs.retried", "with": {"job": 3}},
        ),
        (words("by hand"), "by hand", {"code": "words", "with": {"text": "by hand"}}),
        ("by hand", "by hand", {"code": "words", "with": {"text": "by hand"}}),
        ("", "", None),
        (words(""), "", None),
        (None, "", None),
    ],
)
def test_a_sentence_in_a_column(said: Any, told: str, as_json: Any) -> None:
    job = kept(message=said)
    assert isinstance(job.message, Sentence)
    assert str(job.message) == told
    assert stored("message") == as_json


def test_an_update_and_a_filter_take_sentences_too() -> None:
    job = kept(message=words("a"))
    Job.objects.filter(pk=job.pk).update(message=Sentence("jobs.retried", job=9))
    assert str(Job.objects.get(pk=job.pk).message) == "retry of job 9"
    Job.objects.filter(pk=job.pk).update(message="")
    assert stored("message") is None
    assert Job.objects.filter(message__isnull=True).count() == 1


def test_a_row_is_saved_again_as_it_was_read() -> None:
    job = kept(message=Sentence("jobs.retried", job=9), error="x")
    job.save()
    assert stored("message") == {"code": "jobs.retried", "with": {"job": 9}}
    assert stored("error") == {"code": "words", "with": {"text": "x"}}


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"rows": [[1, "a", None], {"why": storable("Row %(n)d") % {"n": 2}}], "n": 0.5},
        [words("a"), {"code": "a", "with": 1, "more": 2}],
    ],
)
def test_sentences_anywhere_in_json(value: Any) -> None:
    found = kept(result=value).result
    assert found == value
    if isinstance(value, dict) and value:
        assert isinstance(found["rows"][1]["why"], Sentence)
        assert stored("result")["rows"][1] == {"why": {"code": "Row %(n)d", "with": {"n": 2}}}


def test_they_go_out_and_come_back_as_a_fixture() -> None:
    job = kept(message=Sentence("jobs.retried", job=9), result={"why": words("x")})
    text = serializers.serialize("json", [job])
    (row,) = json.loads(text)
    assert row["fields"]["message"] == {"code": "jobs.retried", "with": {"job": 9}}
    (again,) = serializers.deserialize("json", text)
    assert str(again.object.message) == "retry of job 9"
    assert again.object.result == {"why": words("x")}


def test_they_are_checked_as_they_are_stored() -> None:
    job = kept(message=words("a"), result={"why": words("x")})
    others = {field.name for field in Job._meta.fields} - {"message", "result"}
    job.clean_fields(exclude=others)


@pytest.mark.parametrize(
    ("field", "path"),
    [
        (SentenceField, "sentences.SentenceField"),
        (JSONWithSentences, "sentences.JSONWithSentences"),
    ],
)
def test_a_migration_names_them_by_their_package(field: type[models.Field], path: str) -> None:
    assert field().deconstruct()[1] == path


def test_a_column_of_a_sentence_may_be_empty() -> None:
    assert (SentenceField().null, SentenceField().blank) == (True, True)
    assert SentenceField(null=False).null is False


def test_codes_of_an_app_are_its_own() -> None:
    assert {"worker_lost", "retried", "cancelled"} <= codes_of("jobs")
    assert not codes_of("jobs") & {"by_gate", "on_plate"}
    assert "by_gate" in codes_of("modeling")
    assert apps_with_sentences() == sorted(apps_with_sentences())
    assert {"jobs", "modeling", "mapping"} <= set(apps_with_sentences())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("retry", True),  # in the sentence of the code
        ("RETRY 9", True),  # a word of it, and what stands in its place
        ("retry moon", False),
        ("jobs.retried", False),  # a code is no word
        ("50%", True),
        ("5_", False),
        ('said "no"', True),
        ("予後", True),
        ("", True),
    ],
)
def test_what_a_column_says_can_be_searched(asked: str, found: bool) -> None:
    why = several([Sentence("jobs.retried", job=9), '50% said "no" of 予後'])
    kept(message=why, result={"rows": [{"why": why}]})
    kept(key="other")
    assert Job.objects.filter(message__says=asked).count() == found
    assert Job.objects.filter(result__says=asked).count() == found
    assert Job.objects.filter(result__rows__says=asked).count() == found
    assert not Job.objects.filter(result__n__says=asked).exists()


def test_where_json_is_shown_sentences_are_words() -> None:
    job = kept(message=words("a"), result={"why": Sentence("jobs.retried", job=9)})
    for field, shown in (("message", '"a"'), ("result", '{"why": "retry of job 9"}')):
        value, encoder = getattr(job, field), Job._meta.get_field(field).encoder
        assert json.dumps(value, cls=encoder) == shown
    with pytest.raises(TypeError):
        json.dumps({"why": object()}, cls=encoder)
