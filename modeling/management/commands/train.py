"""train NAME --study CODE [--wait] [--cross-validated]"""

import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.models import Job
from modeling.management.waiting import wait_for
from modeling.models import ModelVersion, TrainingRun
from modeling.services.training import request_training
from studies.management.arguments import find_study
from studies.refusals import Refused


class Command(BaseCommand):
    help = "Ask a worker to train a model on what the study knows today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument(
            "--wait", action="store_true", help="print version, features and metrics when done"
        )
        parser.add_argument(
            "--cross-validated",
            action="store_true",
            help="wait for the nested cross-validation, too, and print its C with interval",
        )
        parser.add_argument(
            "--json", action="store_true", help="print JSON alone, without progress"
        )
        parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        model = study.models.filter(name=options["name"]).first()
        if model is None:
            known = ", ".join(study.models.values_list("name", flat=True)) or "none yet"
            raise CommandError(
                f"The study {study.code} has no model {options['name']!r}. Its models: {known}. "
                "Define one with: ./yogo manage define_model NAME --study CODE --spec SPEC.yaml"
            )
        try:
            run = request_training(model=model, by=None)
        except Refused as error:
            raise CommandError(str(error)) from error
        job = run.job
        assert job is not None  # noqa: S101 - request_training always sets it
        if not (options["wait"] or options["cross_validated"]):
            self.stdout.write(json.dumps({"run": run.pk, "job": job.pk, "state": job.state}))
            return
        tell = (lambda line: None) if options["json"] else self.stderr.write
        wait_for([job], timeout=options["timeout"], tell=tell)
        if options["cross_validated"]:
            self._wait_for_repeats(run, options["timeout"], tell)
        self.stdout.write(json.dumps(_summary(run, job), indent=2))

    def _wait_for_repeats(
        self, run: TrainingRun, timeout: float, tell: Callable[[str], object]
    ) -> None:
        run.refresh_from_db()
        version = run.version
        assert version is not None  # noqa: S101 - a succeeded training names its version
        repeats = version.repeats.select_related("job").defer("content")
        wait_for([repeat.job for repeat in repeats], timeout=timeout, tell=tell)
        version.refresh_from_db(fields=["cross_validation"])
        tell(say_nested(version))


def say_nested(version: ModelVersion) -> str:
    """The nested figure of a version, in words."""
    found = version.cross_validation
    if not found:
        return f"{version} is not cross-validated: its specification asks for no repeats."
    if found["c"] is None:
        return f"{version}: no two held-out patients could be compared."
    return (
        f"{version}: nested C {found['c']:.3f} (95 % CI {found['low']:.3f}-{found['high']:.3f}), "
        f"{found['repeats']} x {found['folds']} folds, {found['n']} patients, "
        f"{found['events']} events, the whole selection inside each fold."
    )


def _summary(run: TrainingRun, job: Job) -> dict[str, Any]:
    run.refresh_from_db()
    version = run.version
    assert version is not None  # noqa: S101 - a succeeded training names its version
    return {
        "study": run.model.study.code,
        "model": run.model.name,
        "version": version.number,
        "status": version.status,
        "reproduced": (job.result or {}).get("reproduced", False),
        "features": version.features,
        "metrics": version.metrics,
        "cross_validation": _read_nested(version),
        "dataset": {
            "sha256": version.dataset.content_hash,
            "patients": version.dataset.patients,
            "training_patients": version.dataset.training_patients,
            "training_events": version.dataset.training_events,
        },
        "gate": {**version.gate, "sentence": str(version.gate["sentence"])},
    }


def _read_nested(version: ModelVersion) -> dict[str, Any] | None:
    """What all repeats say, without each patient's predictions; None until they are there."""
    found = version.cross_validation
    return found and {key: value for key, value in found.items() if key != "predictions"}
