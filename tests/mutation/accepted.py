"""Faults that change nothing, as docs/testing.md lists them, each with its reason."""

import re
from pathlib import Path

HEADING = re.compile(r"### `(?P<file>[^`]+\.py)`")
ENTRY = re.compile(
    r"- `(?P<where>[^`]*)`, at `(?P<text>[^`]+)`: (?P<change>`[^`]+` -> `[^`]+`)(?P<reason>.*)"
)


def accepted(root: Path) -> set[tuple[str, str, str, str]]:
    """(file, qualified name, line of source, change) of each."""
    path = root / "docs" / "testing.md"
    found = set()
    file = ""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if heading := HEADING.fullmatch(line):
            file = heading["file"]
        elif entry := ENTRY.fullmatch(line):
            found.add((file, entry["where"], entry["text"], entry["change"]))
    return found
