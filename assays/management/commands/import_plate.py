"""./yogo manage import_plate FILE --study CODE [--layout FILE2] [--mapping MAP.yaml] [--dry-run]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from studies.management.import_command import ImportCommand, read_bytes


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

    def samples(self, options: dict[str, Any]) -> tuple[str, bytes] | None:
        path = options["layout"]
        return None if path is None else (path.name, read_bytes(path))
