"""A kind of work that takes as long as a test wants; a worker knows it when started with `--include`.

Payload: `steps` of a tenth of a second each; `silent`: without a word of progress.
"""

import os
import time
from typing import Any

from jobs.work import Asked, Progress, Work, register

SLOW = "test.slow"


def compute(asked: Asked, progress: Progress) -> int:
    steps = asked.payload["steps"]
    for step in range(steps):
        if not asked.payload.get("silent"):
            progress(100 * step // steps, f"step {step}")
        time.sleep(0.1)
    return os.getpid()


def store(asked: Asked, outcome: int) -> dict[str, Any]:
    return {"by": outcome}


register(SLOW, Work(compute=compute, store=store))
