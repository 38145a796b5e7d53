"""./yogo manage publish_definition STUDY FILE.yaml | --shipped NAME"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.dictionary.definition import Definition
from clinical.dictionary.reading import NoDefinition, read_definition, shipped, shipped_names
from clinical.sentences import say_problem
from clinical.services.definitions import publish_definition
from studies.management.arguments import find_study
from studies.refusals import Refused
from tabular.checked_yaml import MAX_BYTES
from tabular.errors import FileError


class Command(BaseCommand):
    help = (
        "Publish what a study collects, as a new version. Filled forms stay under the version in which they were "
        "filled. docs/dictionary.md tells how a definition is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", help="code of the study")
        parser.add_argument("file", nargs="?", help="the definition, as YAML")
        parser.add_argument("--shipped", choices=shipped_names(), help="one that Yogo ships")
        parser.add_argument("--note", default="", help="what changed")

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        if (options["file"] is None) == (options["shipped"] is None):
            raise CommandError("Name either a file or --shipped.")
        found = shipped(options["shipped"]) if options["shipped"] else _read(Path(options["file"]))
        source = options["shipped"] or Path(options["file"]).name
        try:
            published = publish_definition(
                study=study, definition=found, by=None, source=source, note=options["note"]
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        items = len(published.definition.form_of_item)
        self.stdout.write(
            f"Published version {published.version} of what {study.code} collects: "
            f"{len(found.events)} events, {len(found.forms)} forms, {items} items."
        )


def _read(path: Path) -> Definition:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"{path} is larger than {MAX_BYTES:,} bytes.")
        return read_definition(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8: save it as UTF-8.") from error
    except FileError as error:
        raise CommandError(f"{path}: {error}") from error
    except NoDefinition as error:
        told = "\n".join(str(say_problem(one)) for one in error.problems)
        raise CommandError(f"{path} is no definition:\n{told}") from error
