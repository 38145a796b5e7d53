"""What the import commands share: reading files, printing a preview, leaving with a sentence."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imports.models import ImportBatch
from imports.services import batches as services
from imports.tables import check_size
from studies.management.arguments import find_study
from studies.refusals import Refused

ROWS_PRINTED = 20


class ImportCommand(BaseCommand):
    """FILE --study CODE --mapping MAP.yaml [--dry-run] [--json] for one kind of import."""

    kind = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV, TSV, XLSX, XLS or Parquet")
        parser.add_argument("--study", required=True, metavar="CODE")
        parser.add_argument(
            "--mapping",
            required=services.needs_mapping(self.kind),
            type=Path,
            metavar="MAP.yaml",
        )
        parser.add_argument(
            "--sheet", default="", help="of a workbook with several sheets with rows"
        )
        parser.add_argument("--dry-run", action="store_true", help="show what a commit would do")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def samples(self, options: dict[str, Any]) -> tuple[str, bytes] | None:
        """The second file of an import that has one: name and bytes."""
        return None

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batch = self.preview_files(options)
            if batch.preview is None or batch.preview.get("sheets"):
                raise CommandError(str(batch.message))
            if not options["json"]:
                self._print_preview(batch, rows=options["dry_run"])
            if batch.state == ImportBatch.State.REFUSED:
                raise CommandError(str(batch.message))
            if not options["dry_run"]:
                batch = services.commit_import(batch=batch, by=None)
            self._print_result(batch, options)
        except Refused as error:
            raise CommandError(str(error.in_lines())) from error

    def preview_files(self, options: dict[str, Any]) -> ImportBatch:
        """The files, received and previewed."""
        batch = services.receive_file(
            study=find_study(options["study"]),
            name=options["file"].name,
            content=read_bytes(options["file"]),
            kind=self.kind,
            mapping_text=read_text(options["mapping"]) if options["mapping"] else "",
            samples=self.samples(options),
            sheet=options["sheet"],
            samples_sheet=options.get("samples_sheet") or "",
            by=None,
        )
        return services.preview_import(batch=batch, by=None)

    def _print_preview(self, batch: ImportBatch, *, rows: bool) -> None:
        preview = batch.preview or {}
        for note in preview["notes"]:
            self.stdout.write(str(note))
        if preview["not_taken"]:
            self.stdout.write(f"Columns not taken: {', '.join(preview['not_taken'])}")
        for one in preview.get("doubts", []):
            state = "accepted" if one["by_mapping"] else "to confirm"
            rows_told = f" Rows {one['rows']}." if one["rows"] else ""
            self.stdout.write(
                f"Warning ({state}): {one['code']}, column “{one['column']}”: {one['why']}{rows_told}"
            )
        if rows:
            for row in preview["rows"][:ROWS_PRINTED]:
                self.stdout.write(describe_row(row))
            left = preview["rows_in_all"] - ROWS_PRINTED
            if left > 0:
                self.stdout.write(f"... and {left} more rows")

    def _print_result(self, batch: ImportBatch, options: dict[str, Any]) -> None:
        preview = batch.preview or {}
        if options["json"]:
            result = {
                "import": batch.pk,
                "state": batch.state,
                "sha256": batch.source.sha256,
                "rows": preview["counts"],
                "writes": preview["writes"],
                "warnings": [
                    {key: one[key] for key in ("code", "column", "why", "rows")}
                    for one in preview.get("doubts", [])
                ],
                "accepted": batch.accepted,
            }
            self.stdout.write(json.dumps(result, default=str))
            return
        counts = ", ".join(f"{n} {verdict}" for verdict, n in preview["counts"].items())
        self.stdout.write(f"Rows: {counts}")
        writes = ", ".join(f"{what} {n}" for what, n in preview["writes"].items())
        done = "Would write" if options["dry_run"] else "Wrote"
        self.stdout.write(f"{done}: {writes or 'nothing, all of it is already there'}")
        if not options["dry_run"]:
            self.stdout.write(f"Import {batch.pk} committed to {batch.study.code}.")


def describe_row(row: dict[str, Any]) -> str:
    """One row of a preview as a line of text."""
    changes = "; ".join(
        f"{name}: {new}" if old is None else f"{name}: {old} -> {new}"
        for name, old, new in row["changes"]
    )
    told = [*row["problems"], *row.get("notes", [])]
    sentences = "; ".join(f"{column} “{value}”: {why}" for column, value, why in told)
    parts = "; ".join(part for part in (sentences, "" if row["problems"] else changes) if part)
    return f"row {row['row']:>6}  {row['verdict']:<9}  {row['subject']:<16}  {parts}"


def read_bytes(path: Path) -> bytes:
    """A file's bytes; its size is judged before it is read."""
    try:
        check_size(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"The file {path} cannot be read: {error.strerror}.") from error


def read_text(path: Path) -> str:
    """A mapping's text."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"The mapping {path} is not UTF-8 text.") from error
    except Refused as error:
        raise CommandError(str(error)) from error
