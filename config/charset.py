"""A request may name the charset in which Django reads its address and its form, before any middleware. Python's
codecs take any name there: one that takes time by the square of the bytes, one that gives half characters, which
PostgreSQL cannot hold, one that is no charset and ends the request in a bare 500. Browsers send UTF-8."""

import codecs
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

CHARSETS = frozenset({"utf-8", "ascii"})
SENTENCE = "The charset of the request is not read here; send UTF-8."

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def in_one_charset(application: Application) -> Application:
    """The application behind a door that answers 415 to a request in another charset."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if _is_read(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        is_api = environ.get("PATH_INFO", "").startswith("/api/")
        body = json.dumps({"detail": SENTENCE}) if is_api else SENTENCE
        kind = "application/json" if is_api else "text/plain; charset=utf-8"
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response("415 Unsupported Media Type", headers)
        return [body.encode()]

    return answer


def _is_read(content_type: str) -> bool:
    try:
        named = parse_header_parameters(content_type)[1].get("charset")
        return named is None or codecs.lookup(named).name in CHARSETS
    except (LookupError, ValueError):  # unknown, or a name that cannot be one
        return False
