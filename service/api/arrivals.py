"""Files of strangers on their way in: how many at once, of one network and of all, and for how long.

Whoever signs in is known and can be stopped. Of anybody else a request costs the disk as much as it is let write, long
before it is a row that could be counted.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import anyio
from starlette.exceptions import HTTPException

from certlight.errors import UsageError
from certlight.text import Text

AT_ONCE: Final = 16
"""Of one process."""
FROM_ONE: Final = 2
"""Of one network."""
SECONDS: Final = 300.0
"""A hundred megabytes over a slow line; a byte a second is somebody who holds a place."""


class Arrivals:
    """One a process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._present: Counter[str] = Counter()

    @contextmanager
    def of(self, network: str) -> Iterator[None]:
        """A place, and the time to use it; around what receives a body.

        Raises UsageError ``request.too_many``, HTTPException 408.
        """
        with self._lock:
            if self._present[network] >= FROM_ONE or self._present.total() >= AT_ONCE:
                raise too_many()
            self._present[network] += 1
        try:
            with anyio.fail_after(SECONDS):
                yield
        except TimeoutError:
            raise HTTPException(408) from None
        finally:
            with self._lock:
                self._present -= Counter([network])


def too_many() -> UsageError:
    """Whoever asks is to wait."""
    return UsageError(
        "request.too_many",
        Text("请求过于频繁。", "Too many requests."),
        Text("请稍候再试。", "Try again in a moment."),
    )
