"""Where apps meet without knowing each other."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.seams import as_markdown


class Command(BaseCommand):
    help = "Lists job kinds, importers, listeners, sections, trails: what was registered where, and by whom."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/seams.md")

    def handle(self, *args: Any, **options: Any) -> None:
        page = as_markdown()
        if options["write"]:
            (settings.BASE_DIR / "docs/seams.md").write_text(page, encoding="utf-8")
        else:
            self.stdout.write(page, ending="")
