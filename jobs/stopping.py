"""A worker is asked to stop, and all its processes know it at once: a pipe, made before they are, that can be
read from then on and that nobody reads. (A signal would reach their threads only between two lines of Python.)
"""

import os
import select


class Stop:
    """Whether this worker was asked to stop."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()

    def ask(self) -> None:
        os.write(self._writer, b".")

    def is_asked(self) -> bool:
        return bool(select.select([self.reader], [], [], 0)[0])


STOP = Stop()
