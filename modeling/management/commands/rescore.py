"""rescore --study CODE"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modeling.management.waiting import wait_for
from modeling.services.scoring import request_study_rescoring
from studies.management.arguments import find_study


class Command(BaseCommand):
    help = "Score every patient of a study again, by each model's version in use, in a worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument("--no-wait", action="store_true")
        parser.add_argument("--timeout", type=float, default=3600, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        jobs = request_study_rescoring(study=study, by=None)
        if not jobs:
            raise CommandError(
                f"No model of {study.code} has a version in use. Train one first with: "
                "./yogo manage train NAME --study CODE --wait"
            )
        if not options["no_wait"]:
            wait_for(jobs, timeout=options["timeout"], tell=self.stderr.write)
        self.stdout.write(
            json.dumps(
                [
                    {
                        "job": job.pk,
                        "state": job.state,
                        "scored": (job.result or {}).get("scored"),
                        "unscored": len((job.result or {}).get("unscored", [])),
                    }
                    for job in jobs
                ],
                indent=2,
            )
        )
