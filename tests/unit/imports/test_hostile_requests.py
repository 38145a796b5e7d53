"""Requests that would take a web process, or end in a failing page, are answered in a sentence."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.models import ImportBatch
from modeling.models import ModelSpecification
from tests.factories import StudyFactory, make_member

CHARSETS = ["punycode", "unicode_escape", "utf-7", "idna", "utf-16", "zlib", "no such", "utf\0"]


def asked(address: str, content_type: str) -> tuple[str, bytes]:
    """Status and body of the whole application, as a server calls it."""
    from config.wsgi import application

    told: list[Any] = []
    body = b"a=\\ud800"
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": address,
        "QUERY_STRING": "q=+2AA-%5Cud800",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    parts = application(environ, lambda status, headers: told.append(status))
    return told[0], b"".join(parts)


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("address", ["/", "/api/studies/", "/accounts/login/"])
def test_a_request_in_another_charset_than_utf_8_is_refused(address: str, charset: str) -> None:
    status, body = asked(address, f"application/x-www-form-urlencoded; charset={charset}")
    assert status.startswith("415")
    told = json.loads(body)["detail"] if address.startswith("/api/") else body.decode()
    assert "send UTF-8" in told


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["", "; charset=UTF-8"])
def test_a_request_in_utf_8_is_taken(charset: str) -> None:
    status, _body = asked("/", f"application/x-www-form-urlencoded{charset}")
    assert status[:3] in ("302", "403")


ALIASES = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
TEXTS = [
    ALIASES,
    "seed: 0x" + "f" * 4_000,
    "seed: " + "9" * 4_000,
    'endpoint: "\\0"',
    'endpoint: "\\ud800"',
    "[" * 5_000,
    "endpoint: !!python/name:os.system",
    "selection: {trees: 20000, resamples: 10000}",
    "selection: {trees: 100000, resamples: 10000}",
    "forest: {trees: .inf}",
    "covariates: [" + "age, " * 30_000 + "]",
    "- a",
    "a",
    "a: 1\na: 2",
    "\n".join(f"key_{i}: 1" for i in range(9_000)),
    "encoding: punycode\nsubject_id: id",
    "encoding: unicode_escape\nsubject_id: id",
    "index_date: {column: start, format: '%Y %Y'}",
    "decimal: '\\x07'",
    "sheet: '\\x07'\nsubject_id: id",
]


@pytest.fixture
def client(db: None) -> Client:
    study = StudyFactory(code="ICI")
    client = Client(raise_request_exception=False)
    client.force_login(make_member(study, "manager"))
    return client


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_hostile_text_is_a_sentence_as_mapping_and_as_specification(
    client: Client, text: str, tmp_path: Path
) -> None:
    started = time.process_time()
    for kind in ("clinical", "assay", "plate"):
        file = SimpleUploadedFile("a.csv", b"id,start\nS1,2020-01-01\n")
        form = {"kind": kind, "file": file, "mapping": text}
        page = client.post(reverse("imports:new_import", args=["ICI"]), form, follow=True)
        assert page.status_code in (200, 403, 422)
    assert set(ImportBatch.objects.values_list("state", flat=True)) <= {"refused"}
    member = make_member(ImportBatch.objects.first().study, "statistician")  # type: ignore[union-attr]
    client.force_login(member)
    form = {"name": "m", "specification": text}
    page = client.post(reverse("modeling:new_model", args=["ICI"]), form)
    assert page.status_code in (200, 400, 422)
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(CommandError):
        call_command("define_model", "m", "--study", "ICI", "--spec", str(path))
    assert not ModelSpecification.objects.exists()
    assert time.process_time() - started < 4


ASKED = st.dictionaries(
    st.sampled_from(
        ["page", "page_size", "cursor", "subject", "site", "q", "sort", "status", "verdict"]
    ),
    st.text(max_size=12)
    | st.sampled_from(
        ["\0", "%00", "9" * 400, "-1", "NaN", "1e999", "{" * 500, "\u2028", "a" * 5_000]
    ),
    max_size=3,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ASKED)
def test_hostile_questions_are_answered(client: Client, asked: dict[str, str]) -> None:
    for name in ("clinical:patients", "imports:imports", "modeling:models"):
        page = client.get(reverse(name, args=["ICI"]), asked)
        assert page.status_code in (200, 400, 403, 404)
