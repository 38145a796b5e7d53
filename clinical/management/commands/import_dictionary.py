"""./yogo manage import_dictionary FILE.csv --study CODE [--arms F] [--events F] [--event-forms F] [--repeating F] [--dry-run]"""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.dictionary.redcap import Brought, NoDictionary, Project, read_project
from clinical.selectors.definitions import collects_already
from clinical.services.definitions import publish_if_changed
from imports.management.import_command import read_bytes
from studies.management.arguments import find_study
from studies.models import Study
from studies.refusals import Refused
from tabular.source import FileSource

BESIDE = {
    "arms": "the arms, as REDCap exports them",
    "events": "the events, with unique_event_name",
    "event_forms": "which form is filled at which event",
    "repeating": "which forms and events repeat",
}

NOT_YET = "Nothing was published: leave --dry-run out to publish it."


class Command(BaseCommand):
    help = (
        "Publish what a REDCap project collects, from its data dictionary and the files of its arms and events: all or "
        "nothing. What is not understood, or is otherwise here, is told; docs/dictionary.md says how it is read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the data dictionary, as CSV")
        parser.add_argument("--study", required=True, metavar="CODE")
        for name, what in BESIDE.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=Path, metavar="F", help=what)
        parser.add_argument(
            "--missing-codes",
            default="",
            metavar="CODES",
            help="missing-data codes of the project: UNK, unknown | ND, not done",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be published")

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        try:
            brought = _read(options, study.code)
            for line in _describe(brought):
                self.stdout.write(line)
            if options["dry_run"]:
                same = collects_already(study, brought.definition)
                self.stdout.write(_say_same(study) if same else NOT_YET)
                return
            published = publish_if_changed(
                study=study, definition=brought.definition, by=None, source=options["file"].name
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _say_same(study)
            if published is None
            else f"Published version {published.version} of what {study.code} collects."
        )


def _say_same(study: Study) -> str:
    return f"{study.code} collects this already: nothing is to publish."


def _read(options: dict[str, Any], code: str) -> Brought:
    project = Project(
        dictionary=_open(options["file"]),
        **{name: _open(options[name]) for name in BESIDE if options[name] is not None},
        missing_codes=options["missing_codes"],
        name=code,
    )
    try:
        return read_project(project)
    except NoDictionary as error:
        told = "\n".join(str(one) for one in error.problems)
        raise CommandError(f"This is no project of REDCap:\n{told}") from error


def _open(path: Path) -> FileSource:
    return FileSource(read_bytes(path), path.name)


def _describe(brought: Brought) -> list[str]:
    definition, rules = brought.definition, brought.rules
    kinds = Counter(str(i.type) for form in definition.forms for i in form.items)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    return [
        f"Events: {len(definition.events)}. Forms: {len(definition.forms)}. "
        f"Items: {sum(kinds.values())} ({told}).",
        f"Logic: {len(rules.translated)} translated, {len(rules.refused)} kept as text.",
        *(f"- {remark}" for remark in brought.remarks),
    ]
