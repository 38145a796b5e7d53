"""train NAME --study CODE [--wait]"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.models import Job
from modeling.management.arguments import study_named
from modeling.management.waiting import wait_for
from modeling.models import TrainingRun
from modeling.services.training import request_training
from studies.refusals import Refused


class Command(BaseCommand):
    help = "Ask a worker to train a model on what the study knows today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument(
            "--wait", action="store_true", help="print version, features and metrics when done"
        )
        parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_named(options["study"])
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
        if not options["wait"]:
            self.stdout.write(json.dumps({"run": run.pk, "job": job.pk, "state": job.state}))
            return
        wait_for([job], timeout=options["timeout"], tell=self.stderr.write)
        self.stdout.write(json.dumps(_summary(run, job), indent=2))


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
        "dataset": {
            "sha256": version.dataset.content_hash,
            "patients": version.dataset.patients,
            "training_patients": version.dataset.training_patients,
            "training_events": version.dataset.training_events,
        },
        "gate": version.gate,
    }
