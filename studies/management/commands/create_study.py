"""./yogo manage create_study CODE --title T [--template NAME]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from studies.models import Study
from studies.refusals import Refused
from studies.services.setup import create_study
from studies.templates import TEMPLATES


class Command(BaseCommand):
    help = (
        "Make an empty study. A study that is already there under the same title is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="short and unique, e.g. NSCLC-2")
        parser.add_argument("--title", required=True)
        parser.add_argument("--simulated", action="store_true", help="its patients do not exist")
        parser.add_argument(
            "--template",
            default="",
            choices=sorted(TEMPLATES),
            help="what it collects to begin with",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        existing = Study.objects.filter(code=options["code"]).first()
        if existing is not None:
            if existing.title != options["title"]:
                raise CommandError(
                    f"The study {existing.code} exists under the title “{existing.title}”. "
                    "Choose another code."
                )
            self.stdout.write(f"The study {existing.code} is already there.")
            return
        try:
            study = create_study(
                code=options["code"],
                title=options["title"],
                is_simulated=options["simulated"],
                template=options["template"],
            )
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Study {study.code} made.")
