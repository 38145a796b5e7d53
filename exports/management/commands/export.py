"""export --study CODE [--format csv] [--timepoint pre] [--endpoint OS] [--as-of DAY] [--output FILE]"""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from exports.models import Export
from exports.services.analysis_dataset import AnalysisDataset, Recipe, export_analysis_dataset
from studies.models import Study
from studies.models.patient import Timepoint
from studies.refusals import Refused
from studies.selectors.outcomes import ENDPOINTS


def day(text: str) -> date:
    """A day as people type it on a command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--as-of {text!r} is not a day; write it as YYYY-MM-DD.") from error


class Command(BaseCommand):
    help = "Write the analysis dataset of a study: one row per patient, as the API gives it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument("--format", choices=Export.Format.values, default="csv")
        parser.add_argument("--timepoint", choices=Timepoint.values, default="pre")
        parser.add_argument("--endpoint", choices=ENDPOINTS, help="both, unless one is given")
        parser.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="today, unless given")
        parser.add_argument(
            "--output", default="-", metavar="FILE", help="where to; - is standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        recipe = Recipe(
            format=options["format"],
            timepoint=options["timepoint"],
            endpoint=options["endpoint"],
            as_of=options["as_of"],
        )
        try:
            dataset = export_analysis_dataset(
                study=_study(options["study"]), recipe=recipe, via=Export.Via.COMMAND, by=None
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            _write(dataset, options["output"])
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written ({error.strerror}). Choose another --output."
            ) from error
        export = dataset.export
        self.stderr.write(
            f"{export.row_count} patients, {export.size} bytes, SHA-256 {export.sha256}"
        )


def _study(code: str) -> Study:
    study = Study.objects.filter(code=code).first()
    if study is None:
        known = ", ".join(Study.objects.values_list("code", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no study {code!r}. Known studies: {known}.")
    return study


def _write(dataset: AnalysisDataset, output: str) -> None:
    """To standard output, or to a file that appears under its name only when it is whole."""
    if output == "-":
        _copy(dataset, sys.stdout.buffer)
        return
    target = Path(output)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(partial, "wb") as file:
            _copy(dataset, file)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(dataset: AnalysisDataset, file: BinaryIO) -> None:
    for chunk in dataset.chunks():
        file.write(chunk)
    file.flush()
