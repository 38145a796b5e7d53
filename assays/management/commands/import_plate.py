"""./yogo manage import_plate FILE --study CODE [--layout FILE2] [--mapping MAP.yaml] [--accept-names] [--dry-run]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from assays.imports.plates.names import questions_of
from assays.services.naming import accept_names
from imports.management.import_command import ImportCommand, read_bytes
from imports.models import ImportBatch
from imports.services.batches import preview_import


class Command(ImportCommand):
    help = "Load a plate as its instrument wrote it, all or nothing."
    kind = "plate"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--layout",
            type=Path,
            help="a table of subject, timepoint, and well or sample",
        )

        parser.add_argument(
            "--layout-sheet",
            default="",
            dest="samples_sheet",
            help="the sheet of the layout, where its workbook has several",
        )

        parser.add_argument(
            "--accept-names",
            action="store_true",
            help="add analytes that the file names without doubt (symbol and UniProt) to the catalogue",
        )

    def preview_files(self, options: dict[str, Any]) -> ImportBatch:
        batch = super().preview_files(options)
        clear = [one for one in questions_of(batch.preview) if one["is_clear"]]
        if not (options["accept_names"] and clear):
            return batch
        self.stdout.write(f"Added to the catalogue: {len(clear)} analytes.")
        return preview_import(batch=accept_names(batch=batch, by=None), by=None)

    def samples(self, options: dict[str, Any]) -> tuple[str, bytes] | None:
        path = options["layout"]
        return None if path is None else (path.name, read_bytes(path))
