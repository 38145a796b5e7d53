"""Asking for a training, doing it in a worker, and storing what came out."""

import hashlib
import platform
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

import ciri
from accounts.models import User
from audit.recording import record
from ciri import FrozenTable, TrainedModel, parse_specification
from ciri.compiling.ahead import compile_ahead, is_compiled
from ciri.training.pipeline import train
from clinical.selectors.visits import visits_of
from jobs.models import Job
from jobs.services.asking import enqueue
from jobs.work import Asked, Progress, WorkError
from modeling.models import FrozenDataset, ModelVersion, PrognosticModel, TrainingRun
from modeling.selectors.models import champion_of, current_specification
from modeling.selectors.people import former_ids
from modeling.selectors.visits import find_visit, read_specification
from modeling.services.cross_validation import request_cross_validation
from modeling.services.datasets import freeze
from modeling.services.gate import meet_champion
from modeling.services.models import refuse_what_is_not_there
from modeling.services.promotion import decide_by_gate
from modeling.services.scoring import request_rescoring
from modeling.services.staleness import mark_as_its_dataset
from sentences import Sentence, as_sentence, of_error
from sentences import storable as _
from studies.permissions import Capability
from studies.refusals import Refused
from studies.selectors.access import require
from studies.services.locking import lock_study

TRAIN = "modeling.train"
LIBRARIES = ("numpy", "numba", "pandas", "scipy", "scikit-learn", "scikit-survival")


def request_training(
    *,
    model: PrognosticModel,
    by: User | None,
    reason: str = TrainingRun.Reason.REQUESTED,
    as_of: date | None = None,
) -> TrainingRun:
    """Freeze what the study knows and ask for a training on it. While the same training waits or
    runs, its run is returned: asking twice is asking once."""
    require(by, model.study, Capability.TRAIN)
    with record(by=by, reason=Sentence("modeling.training_asked_for", model=model.name)):
        lock_study(model.study_id)
        PrognosticModel.objects.select_for_update(no_key=True).get(pk=model.pk)
        stated = current_specification(model)
        specification = read_specification(stated)
        # The dictionary may have been amended since the model was defined.
        refuse_what_is_not_there(model.study, specification)
        dataset = freeze(model.study, specification, as_of=as_of or model.study.today())
        _refuse_empty(dataset)
        waiting = TrainingRun.objects.filter(
            model=model, specification=stated, dataset=dataset, job__state__in=Job.ACTIVE
        ).first()
        if waiting is not None:
            return waiting
        run = TrainingRun.objects.create(
            model=model, specification=stated, dataset=dataset, reason=reason, requested_by=by
        )
        run.job = enqueue(TRAIN, key=f"{TRAIN}:run:{run.pk}", payload={"run": run.pk}, by=by)
        run.save(update_fields=["job"])
    return run


def _refuse_empty(dataset: FrozenDataset) -> None:
    if dataset.training_events == 0:
        raise Refused(
            _(
                "There is nothing to learn from yet: of %(patients)d training patients none has had the event. "
                "Enter follow-up, or name other training cohorts in the specification."
            )
            % {"patients": dataset.training_patients}
        )


@dataclass(frozen=True)
class Trained:
    """What a worker hands from the computation to the transaction that stores it."""

    model: TrainedModel
    content: bytes
    gate: dict[str, Any]


def compute_training(asked: Asked, progress: Progress) -> Trained:
    """Train from the frozen dataset alone; changes nothing."""
    run = TrainingRun.objects.select_related("model", "specification", "dataset").get(
        pk=asked.payload["run"]
    )
    specification = parse_specification(run.specification.body)
    table = FrozenTable.from_bytes(bytes(run.dataset.content))
    if not is_compiled():
        progress(1, Sentence("modeling.compiling"))
        compile_ahead()
    try:
        trained = train(
            specification,
            table,
            progress=lambda fraction, text: progress(int(90 * fraction), as_sentence(text)),
        )
    except ValueError as error:
        raise WorkError(of_error(error)) from error
    progress(92, Sentence("modeling.comparing"))
    champion, visits = champion_of(run.model), visits_of(run.model.study_id)
    same_visit = champion is not None and (
        find_visit(visits, champion.specification) == find_visit(visits, run.specification)
    )
    former = former_ids(champion) if champion is not None else None
    gate = meet_champion(trained, champion, table, same_visit=same_visit, former_ids=former)
    return Trained(model=trained, content=trained.to_bytes(), gate=gate)


def store_training(asked: Asked, outcome: Trained) -> dict[str, Any]:
    """Keep a new version, or note that the run gave an old one again to the bit. What was decided on the
    values while it was trained makes it stale from its first minute."""
    run = TrainingRun.objects.select_related("specification", "dataset").get(
        pk=asked.payload["run"]
    )
    lock_study(run.dataset.study_id, patient=True)
    model = PrognosticModel.objects.select_for_update(no_key=True).get(pk=run.model_id)
    digest = hashlib.sha256(outcome.content).hexdigest()
    version = ModelVersion.objects.filter(
        model=model, dataset=run.dataset, specification=run.specification, content_hash=digest
    ).first()
    reproduced = version is not None
    if version is None:
        version = _new_version(model, run, outcome, digest)
        mark_as_its_dataset(version, since=run.created_at)
        decide_by_gate(version=version)
    run.version = version
    run.save(update_fields=["version"])
    request_rescoring(version=version, by=asked.by)
    request_cross_validation(version=version, by=asked.by)
    return {"version": version.pk, "number": version.number, "reproduced": reproduced}


def _new_version(
    model: PrognosticModel, run: TrainingRun, outcome: Trained, digest: str
) -> ModelVersion:
    newest = model.versions.order_by("-number").values_list("number", flat=True).first()
    report = outcome.model.report
    return ModelVersion.objects.create(
        model=model,
        number=(newest or 0) + 1,
        specification=run.specification,
        dataset=run.dataset,
        content=outcome.content,
        content_hash=digest,
        features=outcome.model.features,
        metrics=report["performance"],
        report=report,
        gate=outcome.gate,
        software=software_versions(),
    )


def software_versions() -> dict[str, str]:
    """What computed a version: Python, the method's own code (SHA-256 of its sources), and the
    libraries whose arithmetic enters."""
    found = {"python": platform.python_version(), "ciri": method_digest()}
    return found | {name: library_version(name) for name in LIBRARIES}


def method_digest() -> str:
    """SHA-256 over the sources of ciri, names and contents, in sorted order; what stands in YAML is method too."""
    digest = hashlib.sha256()
    root = Path(ciri.__file__).parent
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.yaml")]):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
