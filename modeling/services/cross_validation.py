"""Nested cross-validation of a version: a job for each repeat, merged by whoever stores the last."""

from typing import Any

from accounts.models import User
from ciri import (
    FrozenTable,
    Specification,
    cross_validate_repeat,
    merge_repeats,
    parse_specification,
)
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress, WorkError
from modeling.models import CrossValidationRepeat, ModelVersion
from modeling.selectors.models import HEAVY
from sentences import Sentence, as_sentence, of_error

CROSS_VALIDATE = "modeling.cross_validate"


def request_cross_validation(*, version: ModelVersion, by: User | None) -> list[Job]:
    """Ask for the repeats that the specification wants and that are neither there nor on their way,
    in the caller's transaction."""
    wanted = parse_specification(version.specification.body).cross_validation.repeats
    there = {row.repeat: row for row in version.repeats.select_related("job").defer("content")}
    known = set(version.repeats.filter(content__isnull=False).values_list("repeat", flat=True))
    asked = []
    for repeat in sorted(set(range(wanted)) - known):
        if repeat in there and there[repeat].job.is_active:
            continue
        job = enqueue(
            CROSS_VALIDATE,
            key=f"{CROSS_VALIDATE}:version:{version.pk}:repeat:{repeat}",
            payload={"version": version.pk, "repeat": repeat},
            by=by,
        )
        CrossValidationRepeat.objects.update_or_create(
            version=version, repeat=repeat, defaults={"job": job}
        )
        asked.append(job)
    return asked


def why_unwanted(payload: dict[str, Any]) -> Sentence | None:
    """Why a version's repeats need not be computed: it is neither in use nor the newest, so that nobody
    decides on it. Put into use, they are asked for again."""
    version = ModelVersion.objects.select_related("model").defer(*HEAVY).get(pk=payload["version"])
    if version.status == ModelVersion.Status.CHAMPION:
        return None
    newest = version.model.versions.order_by("-number").values_list("number", flat=True)[0]
    if version.number < newest:
        return Sentence("modeling.overtaken", version=version.number, newest=newest)
    if version.status == ModelVersion.Status.REJECTED:
        return Sentence("modeling.rejected", version=version.number)
    return None


def compute_repeat(asked: Asked, progress: Progress) -> dict[str, Any]:
    """One repeat of all folds, from the version's frozen dataset alone; changes nothing."""
    version = ModelVersion.objects.select_related("specification", "dataset").get(
        pk=asked.payload["version"]
    )
    try:
        return cross_validate_repeat(
            *_read_sources(version),
            asked.payload["repeat"],
            progress=lambda fraction, text: progress(int(100 * fraction), as_sentence(text)),
        )
    except ValueError as error:
        raise WorkError(of_error(error)) from error


def store_repeat(asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
    """Keep a repeat; with the last one, what all of them say together."""
    version = (
        ModelVersion.objects.select_for_update(of=("self",))
        .select_related("specification", "dataset")
        .defer("content", "report")
        .get(pk=asked.payload["version"])
    )
    version.repeats.filter(repeat=asked.payload["repeat"]).update(content=found)
    wanted = parse_specification(version.specification.body).cross_validation.repeats
    contents = version.repeats.values_list("content", flat=True)
    repeats = [content for content in contents if content is not None]
    if version.cross_validation is None and len(repeats) == wanted:
        version.cross_validation = merge_repeats(*_read_sources(version), repeats)
        version.save(update_fields=["cross_validation"])
    return {"repeats": len(repeats)}


def _read_sources(version: ModelVersion) -> tuple[Specification, FrozenTable]:
    return (
        parse_specification(version.specification.body),
        FrozenTable.from_bytes(bytes(version.dataset.content)),
    )
