"""./yogo manage load_analytes [FILE]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assays.services.catalogue import load_analytes
from imports.management.import_command import read_text
from studies.refusals import Refused

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue.yaml"


class Command(BaseCommand):
    help = "Load a catalogue of analytes; may be repeated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=CATALOGUE)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = load_analytes(text=read_text(options["file"]), by=None)
        except Refused as error:
            raise CommandError(f"{options['file']} cannot be loaded: {error}") from error
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))
