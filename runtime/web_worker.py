"""gunicorn's threaded worker, but a request takes a thread only once it has arrived whole.

gunicorn gives a thread to a connection that has sent its first byte, and the thread then waits for the rest:
a dozen half-sent requests (a phone in a tunnel, a slow uplink, somebody's script) hold all threads, and nobody
else is answered. Here the loop that accepts connections also reads them, into memory and beyond a megabyte into
a temporary file, and waits for none.
"""

import contextlib
import re
import selectors
import socket
import struct
import tempfile
import time
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 1024**3  # as deploy/Caddyfile; the page itself says what an import may hold
IN_MEMORY = 1024**2
PIECE = 256 * 1024
SECONDS_FOR_A_HEAD = 15.0
SECONDS_OF_SILENCE = 30  # of who sends, and of who does not take the answer
TIMEVAL = struct.pack("@ll", SECONDS_OF_SILENCE, 0)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)


class Refused(Exception):
    """The request is not taken; the arguments are its status and a sentence."""


class Incoming:
    """The bytes of one request as they arrive, and of what was sent behind it."""

    def __init__(self) -> None:
        self.began = self.heard = time.monotonic()
        self.head: bytes | None = None
        self.wanted = 0
        self.arrived = 0
        self.wants_to_be_told = False
        self._before = bytearray()
        self._body: Any = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - read later

    def take(self, data: bytes) -> None:
        """Keep what has arrived; raises Refused."""
        self.heard = time.monotonic()
        self._before += data
        if self.head is None:
            self._find_head()
        if self.head is not None:
            piece = bytes(self._before[: self.wanted - self.arrived])
            del self._before[: len(piece)]
            self._body.write(piece)
            self.arrived += len(piece)

    def _find_head(self) -> None:
        end = self._before.find(b"\r\n\r\n")
        if end < 0 and len(self._before) <= LARGEST_HEAD:
            return
        if end < 0 or end > LARGEST_HEAD:
            raise Refused(
                "431 Request Header Fields Too Large", "The request's headers are too long."
            )
        head = bytes(self._before[: end + 4])
        del self._before[: end + 4]
        if CHUNKED.search(head):
            raise Refused("411 Length Required", "Say with Content-Length how long the request is.")
        lengths = LENGTH.findall(head)
        self.wanted = int(lengths[0]) if len(lengths) == 1 else 0  # the parser refuses other counts
        if self.wanted > LARGEST_BODY:
            raise Refused("413 Content Too Large", "The request is larger than 1 GB.")
        self.head = EXPECT.sub(b"", head)
        self.wants_to_be_told = self.head != head and self.wanted > 0

    @property
    def is_whole(self) -> bool:
        return self.head is not None and self.arrived == self.wanted

    @property
    def behind(self) -> bytes:
        """What came after the end of the request."""
        return bytes(self._before)

    def is_late(self, now: float) -> bool:
        """Whether its sender has stopped, or will not come to the end of the headers."""
        if self.head is None and now - self.began > SECONDS_FOR_A_HEAD:
            return True
        return now - self.heard > SECONDS_OF_SILENCE

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come: a connection opened in advance."""
        return self.head is None and not self._before

    def recv(self, size: int) -> bytes:
        """What the parser reads from instead of a socket; at the end it is told so, and waits for nothing."""
        if self.head:
            piece, self.head = self.head[:size], self.head[size:]
            if not self.head:
                self._body.seek(0)
            return piece
        return bytes(self._body.read(size))

    def close(self) -> None:
        self._body.close()


class WholeRequestWorker(ThreadWorker):
    """What is new: between the socket and a thread, a connection is in `arriving`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, Incoming] = {}

    def enqueue_req(self, conn: TConn) -> None:
        """A connection is new, or may send its next request: read it first."""
        behind = conn.incoming.behind if hasattr(conn, "incoming") else b""
        incoming = self.arriving[conn] = Incoming()
        conn.sock.setblocking(False)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, TIMEVAL)
        self.poller.register(conn.sock, selectors.EVENT_READ, lambda _: self._read(conn))
        if behind:
            self._take(conn, incoming, behind)

    def _read(self, conn: TConn) -> None:
        try:
            data = conn.sock.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._take(conn, self.arriving[conn], data)
        else:
            self._drop(conn)

    def _take(self, conn: TConn, incoming: Incoming, data: bytes) -> None:
        try:
            incoming.take(data)
        except Refused as refusal:
            self._drop(conn, *refusal.args)
            return
        except OSError:  # there is no room for it
            self._drop(conn, "507 Insufficient Storage", "There is no room for the request now.")
            return
        if incoming.is_whole:
            self._leave(conn)
            conn.incoming = incoming
            conn.parser = http.get_parser(self.cfg, incoming, conn.client)
            conn.initialized = conn.data_ready = True
            super().enqueue_req(conn)
        elif incoming.wants_to_be_told:
            incoming.wants_to_be_told = False
            _send(conn, CONTINUE)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """A thread is done with a connection; what was sent behind the request is the next one's beginning."""
        conn.incoming.close()
        kept = not fs.cancelled() and fs.exception() is None and fs.result() is True
        if kept and self.alive and conn.incoming.behind:
            self.enqueue_req(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Called every second: close what is late."""
        super().murder_pending()
        now = time.monotonic()
        for conn, incoming in list(self.arriving.items()):
            if incoming.is_late(now) and incoming.is_silent:
                self._drop(conn)
            elif incoming.is_late(now):
                self._drop(conn, "408 Request Timeout", "The request did not arrive in time.")

    def _leave(self, conn: TConn) -> Incoming:
        self.poller.unregister(conn.sock)
        return self.arriving.pop(conn)

    def _drop(self, conn: TConn, status: str = "", sentence: str = "") -> None:
        self._leave(conn).close()
        if status:
            _send(conn, _answer(status, sentence))
        self.nr_conns -= 1
        conn.close()


def _answer(status: str, sentence: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        "Connection: close",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(sentence)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + sentence).encode()


def _send(conn: TConn, answer: bytes) -> None:
    """A few bytes, which the kernel takes at once; who has gone does not get them."""
    with contextlib.suppress(OSError):
        conn.sock.send(answer)
