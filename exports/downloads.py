"""A dataset on its way to a browser or a script."""

from django.http import StreamingHttpResponse

from exports.services.codebook import Codebook
from exports.services.download import Download


def file_response(dataset: Download | Codebook) -> StreamingHttpResponse:
    """A dataset as a download that is never stored on the way."""
    response = StreamingHttpResponse(dataset.chunks(), content_type=dataset.media_type)
    response["Content-Disposition"] = f'attachment; filename="{dataset.file_name}"'
    response["Cache-Control"] = "no-store"
    response["X-Yogo-Simulated"] = "true" if dataset.study.is_simulated else "false"
    return response
