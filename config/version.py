"""Which Yogo this is."""

import tomllib
from pathlib import Path


def read_version(root: Path) -> str:
    """The version as pyproject.toml tells it: it stands nowhere else."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
