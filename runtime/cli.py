"""The command line: ./yogo up, ./yogo test, ./yogo manage."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime import commands
from runtime.disk import tell_full_disk
from runtime.errors import CannotStart
from runtime.paths import default_data_dir

USAGE = """\
usage: ./yogo up [--port 8000] [--no-demo] [--data-dir DIR]
       ./yogo manage [--data-dir DIR] COMMAND [argument ...]
       ./yogo test [pytest argument ...]

up      starts everything and serves it at http://127.0.0.1:8000/ until Ctrl-C
manage  runs a management command against the same services (./yogo manage help lists them)
test    runs the tests against services of their own in a temporary folder
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code. What stops it is told in one sentence on standard error."""
    command, *rest = (sys.argv[1:] if arguments is None else arguments) or ["help"]
    try:
        return _run(command, rest)
    except CannotStart as trouble:
        print(f"yogo: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(command: str, rest: list[str]) -> int:
    if command == "up":
        return _up(rest)
    if command == "manage":
        return _manage(rest)
    if command == "test":
        return commands.test(rest)
    asked_for_help = command in ("help", "-h", "--help")
    print(USAGE, end="", file=sys.stdout if asked_for_help else sys.stderr)
    return 0 if asked_for_help else 2


def _up(rest: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./yogo up", description="Start everything and serve it.")
    parser.add_argument("--port", type=int, default=commands.DEFAULT_PORT, help="default: 8000")
    parser.add_argument("--no-demo", action="store_true", help="without the demonstration study")
    parser.add_argument("--data-dir", type=Path, help="where the data lie, instead of the default")
    asked = parser.parse_args(rest)
    data = asked.data_dir or default_data_dir(os.environ)
    with tell_full_disk(data):
        return commands.up(data, asked.port, demo=not asked.no_demo)


def _manage(rest: Sequence[str]) -> int:
    """Our one option stands before the command; everything from there on is the command's own."""
    option, *others = rest or [""]
    data = default_data_dir(os.environ)
    command = list(rest)
    if option == "--data-dir" and others:
        data, command = Path(others[0]), others[1:]
    elif option.startswith("--data-dir="):
        data, command = Path(option.partition("=")[2]), others
    if not command:
        raise CannotStart("Say which command to run: ./yogo manage help lists them.")
    with tell_full_disk(data):
        return commands.manage(data, command)
