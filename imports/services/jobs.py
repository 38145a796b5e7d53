"""Imports too large for a request, as jobs: the same services, called by a worker."""

from typing import Any

from django.db import transaction

from accounts.models import User
from imports.models import ImportBatch
from imports.services import batches as services
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress, Work, WorkError
from sentences import Sentence
from studies.refusals import Refused

PREVIEW = "imports.preview"
COMMIT = "imports.commit"


def ask_for(kind: str, batch: ImportBatch, by: User | None) -> Job:
    """Ask for the preview or the commit of a batch."""
    return enqueue(kind, key=job_key(batch), payload={"batch": batch.pk}, by=by)


def job_key(batch: ImportBatch) -> str:
    """One import does one thing at a time."""
    return f"import:{batch.pk}"


def _batch(asked: Asked) -> ImportBatch:
    return ImportBatch.objects.select_related("study", "source", "samples").get(
        pk=asked.payload["batch"]
    )


def _compute_preview(asked: Asked, progress: Progress) -> dict[str, Any] | Sentence:
    progress(10, Sentence("imports.reading"))
    try:
        return services.compute_preview(batch=_batch(asked), by=asked.by)
    except Refused as error:
        raise WorkError(error.in_lines()) from error


def _store_preview(asked: Asked, preview: dict[str, Any] | Sentence) -> dict[str, Any]:
    batch = services.store_preview(batch=_batch(asked), preview=preview, by=asked.by)
    return {"batch": batch.pk, "state": batch.state}


def _compute_commit(asked: Asked, progress: Progress) -> Any:
    progress(10, Sentence("imports.reading"))
    try:
        return services.read_files(batch=_batch(asked))
    except Refused as error:
        raise WorkError(error.in_lines()) from error


def _store_commit(asked: Asked, parsed: Any) -> dict[str, Any]:
    try:
        with transaction.atomic():
            batch, refusal = services.attempt_commit(
                batch=_batch(asked), parsed=parsed, by=asked.by
            )
    except Refused as error:
        return {"batch": asked.payload["batch"], "state": "", "refusal": error.said}
    return {"batch": batch.pk, "state": batch.state, "refusal": refusal or ""}


def _fail_preview(asked: Asked, error: Sentence) -> None:
    batch = _batch(asked)
    if batch.state == ImportBatch.State.RECEIVED:
        services.store_preview(batch=batch, preview=error, by=asked.by)


PREVIEW_WORK = Work(_compute_preview, _store_preview, _fail_preview)
COMMIT_WORK = Work(_compute_commit, _store_commit)
