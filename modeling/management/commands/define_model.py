"""define_model NAME --study CODE --spec SPEC.yaml | --template preCIRI14"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciri import TEMPLATES, template
from imports.management.import_command import read_text
from modeling.services.models import define_model
from studies.management.arguments import find_study
from studies.refusals import Refused
from tabular.checked_yaml import YamlError, read_yaml


def specification_body(path: str | None, name: str | None) -> dict[str, Any]:
    """The specification from a YAML file or a shipped template."""
    if name is not None:
        return template(name)
    try:
        body = read_yaml(read_text(Path(path or "")))
    except YamlError as error:
        raise CommandError(f"{path}: {error}") from error
    if not isinstance(body, dict):
        raise CommandError(f"{path} must hold keys such as endpoint, timepoint and analytes.")
    return body


class Command(BaseCommand):
    help = "State what a model is meant to be; a changed statement is its next specification."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--study", required=True, metavar="CODE")
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--spec", metavar="SPEC.yaml")
        source.add_argument("--template", choices=sorted(TEMPLATES))

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        body = specification_body(options["spec"], options["template"])
        try:
            stated = define_model(study=study, name=options["name"], body=body, by=None)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps(
                {
                    "model": stated.model.name,
                    "specification": stated.number,
                    "sha256": stated.content_hash,
                }
            )
        )
