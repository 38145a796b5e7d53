"""Naming and marking what was made from values that have changed, and asking for new scores."""

import json
from collections import defaultdict
from datetime import datetime

from django.urls import reverse

from assays.models import Analyte
from assays.signals import Consequence, ValuesChanged
from audit.tracking import event_of
from ciri.dataset.frozen import MEASUREMENT_COLUMNS
from clinical.models import Patient
from clinical.selectors.visits import visits_of
from modeling.models import FrozenDataset, ModelVersion, Score, StaleMark
from modeling.selectors.models import HEAVY
from modeling.selectors.visits import find_visit
from modeling.services.scoring import request_rescoring_again
from sentences import Sentence
from sentences import storable as _


def mark_stale(change: ValuesChanged) -> list[Consequence]:
    """Mark datasets, versions and scores that a change of usable values concerns; name them; ask for new
    scores by the versions in use. In the transaction of the change."""
    datasets = _datasets(change)
    versions = _versions(datasets)
    scores = _scores(change)
    common = {
        "plate_run": change.plate_run,
        "reason": Sentence("modeling.changed_on", plate=change.plate_run, why=change.reason),
        "by": change.by,
    }
    StaleMark.objects.bulk_create(
        [
            *(StaleMark(dataset=dataset, **common) for dataset in datasets),
            *(StaleMark(version=version, **common) for version in versions),
            *(StaleMark(version=s.version, patient=s.patient, **common) for s in scores),
        ]
    )
    request_rescoring_again(study=change.study, by=change.by)
    return _name_consequences(change, datasets, versions, scores)


def mark_as_its_dataset(version: ModelVersion, *, since: datetime) -> None:
    """Mark a new version as its dataset was marked since its training was asked for. Older marks do not count:
    the same content, frozen again, is right again."""
    marks = StaleMark.objects.filter(dataset=version.dataset_id, since__gte=since)
    StaleMark.objects.bulk_create(
        StaleMark(version=version, plate_run=mark.plate_run, reason=mark.reason, by=mark.by)
        for mark in marks.select_related("plate_run", "by").order_by("pk")
    )


def _pairs(change: ValuesChanged) -> dict[str, dict[str, set[str]]]:
    """Symbols of the changed values by subject, by timepoint. A subject whose id was corrected is meant by each that it had: a
    dataset keeps the one under which it was frozen."""
    subjects: dict[int, set[str]] = defaultdict(set)
    had = event_of(Patient)._default_manager.filter(
        pgh_obj_id__in={v.patient_id for v in change.values}
    )
    for patient, subject in had.values_list("pgh_obj_id", "subject_id").distinct():
        subjects[patient].add(subject)
    symbols = dict(
        Analyte.objects.filter(pk__in={v.analyte_id for v in change.values}).values_list(
            "pk", "symbol"
        )
    )
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for value in change.values:
        for subject in subjects[value.patient_id]:
            found[value.timepoint][subject].add(symbols[value.analyte_id])
    return found


def _datasets(change: ValuesChanged) -> list[FrozenDataset]:
    """The datasets that hold one of the values. A dataset keeps the name that its visit had when it was frozen."""
    visits = visits_of(change.study)
    of_visit: dict[str, list[int]] = defaultdict(list)
    frozen = FrozenDataset.objects.filter(study=change.study).order_by("pk")
    for pk, name, created_at in frozen.values_list("pk", "timepoint", "created_at"):
        of_visit[visits.call_now(name, created_at)].append(pk)
    return [
        dataset
        for timepoint, pairs in _pairs(change).items()
        for dataset in frozen.filter(pk__in=of_visit[timepoint])
        if _holds_any(bytes(dataset.content), pairs)
    ]


def _holds_any(content: bytes, pairs: dict[str, set[str]]) -> bool:
    return any(symbols & _find_measured(content, subject) for subject, symbols in pairs.items())


def _find_measured(content: bytes, subject: str) -> set[str]:
    """Analytes that a frozen table holds of a subject. Its canonical bytes are lines of JSON, sorted, so that
    those of a subject stand together; they are found from the end, without reading all the others."""
    begins = b"\n" + json.dumps([subject], ensure_ascii=False)[:-1].encode() + b","
    found: set[str] = set()
    place = content.rfind(begins)
    while place >= 0 and content.startswith(begins, place):
        row = json.loads(content[place + 1 : content.find(b"\n", place + 1)])
        if len(row) == len(MEASUREMENT_COLUMNS):
            found.add(row[1])
        place = content.rfind(b"\n", 0, place)
    return found


def _versions(datasets: list[FrozenDataset]) -> list[ModelVersion]:
    return list(
        ModelVersion.objects.filter(dataset__in=datasets).select_related("model").defer(*HEAVY)
    )


def _scores(change: ValuesChanged) -> list[Score]:
    """Scores of the changed patients by versions whose features hold a changed analyte."""
    pairs = _pairs(change)
    scores = (
        Score.objects.filter(patient__in={v.patient_id for v in change.values})
        .select_related("patient", "version__model", "version__specification")
        .defer(*(f"version__{name}" for name in HEAVY))
    )
    visits, timepoints = visits_of(change.study), dict[int, str]()
    found = []
    for score in scores:
        version = score.version
        if version.pk not in timepoints:
            timepoints[version.pk] = find_visit(visits, version.specification)
        changed = pairs.get(timepoints[version.pk], {}).get(score.patient.subject_id, set())
        if changed.intersection(version.features):
            found.append(score)
    return found


def _name_consequences(
    change: ValuesChanged,
    datasets: list[FrozenDataset],
    versions: list[ModelVersion],
    scores: list[Score],
) -> list[Consequence]:
    def url(version: ModelVersion) -> str:
        return reverse(
            "modeling:version", args=[change.study.code, version.model.name, version.number]
        )

    return [
        *(Consequence("version", str(version), url(version)) for version in versions),
        *(
            Consequence(
                "score",
                _("%(patient)s by %(version)s")
                % {"patient": score.patient.subject_id, "version": score.version},
                url(score.version),
            )
            for score in scores
        ),
        *(Consequence("dataset", f"{dataset.content_hash[:12]}") for dataset in datasets),
    ]
