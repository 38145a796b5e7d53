"""Answers are compressed where that makes them smaller."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = ("image/png", "application/pdf", "application/zip", "application/vnd.apache.parquet")


class Compression(GZipMiddleware):
    """Django's own, which adds random bytes against guessing a secret from the length (BREACH; tokens against
    forged forms are masked anew in each answer besides). A stream stays a stream. What is compressed already
    is left as it is."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(COMPRESSED):
            return response
        return super().process_response(request, response)
