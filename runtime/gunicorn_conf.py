"""How the web server runs, under ./yogo up and in production alike (--bind and --workers are given
by whoever starts it)."""

import os
import signal

from runtime.processes import die_with_parent

worker_class = "runtime.web_worker.WholeRequestWorker"
threads = 4  # of whole requests; any number may be arriving meanwhile
timeout = 120
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True
# A page's arithmetic is small, and other visitors wait beside it.
raw_env = ["YOGO_THREADS=1"]
accesslog = None
errorlog = "-"
loglevel = "info"


def post_fork(server: object, worker: object) -> None:
    """No worker outlives the server that started it."""
    die_with_parent(signal.SIGKILL)
