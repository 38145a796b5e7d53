"""The web server with visitors who send half a request: real sockets, a real gunicorn with two threads."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from runtime.paths import SOURCE
from runtime.processes import die_with_parent
from runtime.web_worker import LARGEST_BODY, Incoming, Refused

APPLICATION = """
import json

def application(environ, start_response):
    body = environ["wsgi.input"].read()
    told = {"path": environ["PATH_INFO"], "bytes": len(body), "sum": sum(body[:1000])}
    content = json.dumps(told).encode()
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "echo.py").write_text(APPLICATION)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        parent, fd = os.getpid(), listener.fileno()
        options = ["--bind", f"fd://{fd}", "--workers", "1", "--threads", "2"]
        config = ["--config", str(SOURCE / "runtime" / "gunicorn_conf.py"), "--chdir", str(folder)]
        log = folder / "web.log"
        with open(log, "wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *config, *options, "echo:application"],
                env={**os.environ, "PYTHONPATH": str(SOURCE)},
                pass_fds=[fd],
                stdout=output,
                stderr=output,
                preexec_fn=lambda: die_with_parent(parent=parent),
            )
        port = listener.getsockname()[1]
        assert asked(port, "/ready", seconds=60)["path"] == "/ready", log.read_text()
        yield port
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0


def asked(
    port: int, path: str, body: bytes | None = None, seconds: float = 10
) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    connection.request("POST" if body is not None else "GET", path, body)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer  # type: ignore[no-any-return]


HALVES = {
    "nothing": b"",
    "half a line": b"GET / HT",
    "half of the headers": b"GET / HTTP/1.1\r\nHost: here\r\nAccept: te",
    "half of a body": b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nhalf",
    "half of a second request": b"GET / HTTP/1.1\r\nHost: here\r\n\r\nGET / HT",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_forty_half_sent_requests_keep_nobody_waiting(half: bytes, port: int) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            visitor = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            visitor.sendall(half)
        began = time.monotonic()
        for number in range(5):
            assert asked(port, f"/{number}", seconds=3)["path"] == f"/{number}"
        assert time.monotonic() - began < 3


def test_a_request_that_comes_byte_by_byte_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
        for byte in b"POST /slow HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nbody":
            visitor.sendall(bytes([byte]))
            time.sleep(0.002)
        assert b'"path": "/slow", "bytes": 4' in visitor.recv(4096)


def test_requests_behind_one_another_on_a_connection_are_answered_in_turn(port: int) -> None:
    one = b"POST /%d HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
        visitor.sendall(b"".join(one % n for n in range(4)))
        said = b""
        while said.count(b"HTTP/1.1 200") < 4 or not said.endswith(b"}"):
            said += visitor.recv(4096)
    assert [said.index(b'"path": "/%d"' % n) for n in range(4)] == sorted(
        said.index(b'"path": "/%d"' % n) for n in range(4)
    )


def test_a_kept_connection_is_used_again(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for n in range(3):
        connection.request("GET", f"/{n}")
        assert json.loads(connection.getresponse().read())["path"] == f"/{n}"
    connection.close()


def test_a_large_file_arrives_whole(port: int) -> None:
    content = bytes(range(250)) * 40_000  # 10 MB, beyond what is kept in memory
    assert asked(port, "/file", content) == {
        "path": "/file",
        "bytes": len(content),
        "sum": sum(content[:1000]),
    }


def test_who_waits_to_be_told_to_go_on_is_told(port: int) -> None:
    head = b"POST /c HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
        visitor.sendall(head)
        assert visitor.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        visitor.sendall(b"ok")
        assert visitor.recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (LARGEST_BODY + 1), b"413"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000, b"431"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"no request at all\r\n\r\n", b"400"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    request_: bytes, status: bytes, port: int
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
        visitor.sendall(request_)
        said = visitor.recv(4096)
    assert said.startswith(b"HTTP/1.1 " + status)
    assert len(said.partition(b"\r\n\r\n")[2]) > 10


@pytest.fixture
def incoming() -> Iterator[Incoming]:
    incoming = Incoming()
    yield incoming
    incoming.close()


def test_headers_have_to_be_there_soon_however_they_trickle(incoming: Incoming) -> None:
    incoming.take(b"GET / HTTP/1.1\r\n")
    now = time.monotonic()
    assert not incoming.is_late(now + 14)
    incoming.heard = now + 15
    assert incoming.is_late(now + 16)


def test_a_slow_upload_goes_on_for_as_long_as_something_comes(incoming: Incoming) -> None:
    incoming.take(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1")
    now = time.monotonic()
    assert not incoming.is_late(now + 29)
    assert incoming.is_late(now + 31)
    incoming.heard = now + 1000
    assert not incoming.is_late(now + 1029)


def test_a_parser_is_given_one_request_and_then_its_end(incoming: Incoming) -> None:
    incoming.take(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /next")
    assert incoming.is_whole
    assert incoming.behind == b"GET /next"
    assert incoming.recv(20) == b"POST / HTTP/1.1\r\nCon"
    assert incoming.recv(8192) == b"tent-Length: 3\r\n\r\n"
    assert [incoming.recv(2), incoming.recv(2), incoming.recv(2)] == [b"ab", b"c", b""]


def test_headers_without_an_end_are_refused(incoming: Incoming) -> None:
    with pytest.raises(Refused):
        incoming.take(b"x" * 70_000)
