"""./yogo manage import_clinical FILE --study CODE --mapping MAP.yaml [--dry-run]"""

from imports.management.import_command import ImportCommand


class Command(ImportCommand):
    help = "Load patients, baseline factors and follow-up from a file, all or nothing."
    kind = "clinical"
