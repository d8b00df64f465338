"""The confined process that parses PDFs for sealing and validating, kept from one piece of work to the next."""

from __future__ import annotations

import math
import time
from types import TracebackType
from typing import Any, Final

from pipeline.confined.child import ChildFailed, ConfinedChild
from pipeline.seals.limits import SealLimits

_WORKER: Final = "pipeline.seals.worker"
_TASKS_A_CHILD: Final = 2000
"""Pieces of work after which the process is replaced, whatever its libraries kept."""


class SealProcess:
    """Started on first use, and again after a failure. Belongs to one thread; leaving a ``with`` block ends it."""

    def __init__(self, limits: SealLimits | None = None) -> None:
        self.limits = limits or SealLimits()
        self._child: ConfinedChild | None = None
        self._done = 0

    def ask(self, request: dict[str, Any], pdf: bytes, seconds: float, most: int = 0) -> tuple[dict[str, Any], bytes]:
        """Facts and at most ``most`` bytes of product. Raises ChildFailed, SetupError."""
        if self._done >= _TASKS_A_CHILD:
            self.close()
        if self._child is None:
            processor = math.ceil(self.limits.start_seconds + seconds * _TASKS_A_CHILD)
            ready = time.monotonic() + self.limits.start_seconds
            self._child = ConfinedChild(_WORKER, self.limits.memory, processor, ready)
            self._done = 0
        self._done += 1
        try:
            facts, product = self._child.ask(request, pdf, time.monotonic() + seconds, most)
        except ChildFailed as failed:
            if failed.kind != "refused":
                self.close()
            raise
        return facts, bytes(product)

    @property
    def pid(self) -> int | None:
        """Of the process as it runs now; None while there is none."""
        return self._child.pid if self._child is not None else None

    def close(self) -> None:
        """End the process; the next piece of work starts another."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> SealProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
