"""./yogo manage import_assay FILE --study CODE --mapping MAP.yaml [--samples FILE2] [--dry-run]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from assays.imports.mapping import samples_file
from imports.management.import_command import ImportCommand, read_bytes, read_text


class Command(ImportCommand):
    help = "Load measurements from a file, all or nothing."
    kind = "assay"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--samples",
            type=Path,
            help="the table that says which sample is whose; else the path in the mapping, "
            "seen from the mapping, or a file of that name beside FILE",
        )

        parser.add_argument(
            "--samples-sheet", default="", help="the sheet of that table, where it has several"
        )

    def samples(self, options: dict[str, Any]) -> tuple[str, bytes] | None:
        path = options["samples"]
        if path is None:
            named = samples_file(read_text(options["mapping"]))
            if named is None:
                return None
            beside_mapping = options["mapping"].parent / named
            beside_file = options["file"].parent / Path(named).name
            path = (
                beside_file
                if not beside_mapping.exists() and beside_file.exists()
                else beside_mapping
            )
        return path.name, read_bytes(path)
