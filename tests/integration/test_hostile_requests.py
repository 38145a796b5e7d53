"""Requests that would take a web process, or end in a failing page, are answered in a sentence."""

import io
import json
from typing import Any

import pytest

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
