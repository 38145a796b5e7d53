"""export --study CODE [--format csv] [--timepoint VISIT] [--endpoint OS] [--events-until DAY] [--known-at MOMENT]
export --study CODE --dataset MODEL[:NUMBER] [--format csv]
export --study CODE --forms [--known-at MOMENT] [--format csv]
export --study CODE --codebook [--timepoint VISIT] [--format csv]
all with [--output FILE]"""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical.selectors.outcomes import ENDPOINTS
from exports.models import Export
from exports.selectors.frozen import find_version
from exports.services.analysis_dataset import Recipe, export_analysis_dataset
from exports.services.codebook import Codebook, make_codebook
from exports.services.download import Download
from exports.services.forms import export_forms
from exports.services.frozen_dataset import export_frozen_dataset
from exports.services.moments import read_moment
from studies.management.arguments import find_study
from studies.models import Study
from studies.refusals import Refused

OF_THE_ANALYSIS_DATASET = ("timepoint", "endpoint", "events_until", "known_at")


def day(text: str) -> date:
    """A day as people type it on a command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--events-until {text!r} is not a day; write it as YYYY-MM-DD."
        ) from error


def refuse_as_of(text: str) -> str:
    """What --as-of is answered."""
    raise CommandError(
        "There is no --as-of any more, for it said one thing and did another: write --events-until DAY for "
        "events up to a day, or --known-at MOMENT for the database as it was known at a moment."
    )


class Command(BaseCommand):
    help = (
        "Write the analysis dataset of a study, one row per patient, with --forms all forms, one row per answer, "
        "with --codebook what their columns and items are, or with --dataset the frozen dataset of a version, as "
        "the API gives them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument("--format", choices=Export.Format.values, default="csv")
        parser.add_argument(
            "--timepoint", metavar="VISIT", help="name of a visit; the study's first, unless given"
        )
        parser.add_argument("--endpoint", choices=ENDPOINTS, help="both, unless one is given")
        parser.add_argument(
            "--events-until", type=day, metavar="YYYY-MM-DD", help="today, unless given"
        )
        parser.add_argument(
            "--known-at",
            metavar="MOMENT",
            help="the database as it was known then, e.g. 2026-11-26T17:00:00+09:00; now, unless given",
        )
        parser.add_argument("--as-of", type=refuse_as_of, help="is no more: see the two above")
        other = parser.add_mutually_exclusive_group()
        other.add_argument("--forms", action="store_true", help="all forms, a row for each answer")
        other.add_argument("--codebook", action="store_true", help="what each column and item is")
        other.add_argument(
            "--dataset",
            metavar="MODEL[:NUMBER]",
            help="the frozen dataset of this version; without a number, of the one in use",
        )
        parser.add_argument(
            "--output", default="-", metavar="FILE", help="where to; - is standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        try:
            dataset = _asked_for(options)(study, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        try:
            _write(dataset, options["output"])
        except OSError as error:
            raise CommandError(
                f"{options['output']} cannot be written ({error.strerror}). Choose another --output."
            ) from error
        if isinstance(dataset, Download):
            self.stderr.write(_tell(dataset.export))


def _tell(export: Export) -> str:
    known = f", known at {export.known_at.isoformat()}" if export.known_at else ""
    what = "answers" if export.holds_forms else "patients"
    return f"{export.row_count} {what}, {export.size} bytes, SHA-256 {export.sha256}{known}"


def _asked_for(options: dict[str, Any]) -> Callable[[Study, dict[str, Any]], Download | Codebook]:
    if options["dataset"]:
        return _export_frozen
    if options["forms"]:
        return _forms
    return _codebook if options["codebook"] else _analysis


def _forms(study: Study, options: dict[str, Any]) -> Download:
    _refuse(options, [name for name in OF_THE_ANALYSIS_DATASET if name != "known_at"], "All forms are all of them")  # fmt: skip
    known_at = options["known_at"]
    return export_forms(
        study=study,
        format=options["format"],
        known_at=read_moment(known_at, study) if known_at else None,
        via=Export.Via.COMMAND,
        by=None,
    )


def _codebook(study: Study, options: dict[str, Any]) -> Codebook:
    _refuse(options, [name for name in OF_THE_ANALYSIS_DATASET if name != "timepoint"], "A codebook is of no patient")  # fmt: skip
    return make_codebook(
        study=study, by=None, format=options["format"], timepoint=options["timepoint"]
    )


def _refuse(options: dict[str, Any], names: Iterable[str], why: str) -> None:
    if given := [name for name in names if options[name] is not None]:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise CommandError(f"{why}: leave out {flags}.")


def _analysis(study: Study, options: dict[str, Any]) -> Download:
    known_at = options["known_at"]
    recipe = Recipe(
        format=options["format"],
        timepoint=options["timepoint"],
        endpoint=options["endpoint"],
        events_until=options["events_until"],
        known_at=read_moment(known_at, study) if known_at else None,
    )
    return export_analysis_dataset(study=study, recipe=recipe, via=Export.Via.COMMAND, by=None)


def _export_frozen(study: Study, options: dict[str, Any]) -> Download:
    _refuse(options, OF_THE_ANALYSIS_DATASET, "A frozen dataset is what it is")
    version = find_version(study, options["dataset"])
    if version is None:
        known = study.models.values_list("name", flat=True)
        raise CommandError(
            f"There is no version {options['dataset']!r}; write MODEL:NUMBER, or MODEL for its version in use. "
            f"Models of the study: {', '.join(known) or 'none yet'}."
        )
    return export_frozen_dataset(
        version=version, format=options["format"], via=Export.Via.COMMAND, by=None
    )


def _write(dataset: Download | Codebook, output: str) -> None:
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


def _copy(dataset: Download | Codebook, file: BinaryIO) -> None:
    for chunk in dataset.chunks():
        file.write(chunk)
    file.flush()
