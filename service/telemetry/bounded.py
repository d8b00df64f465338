"""Asking something that may never answer: at most one asks at a time, and nobody waits for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Bounded(Generic[Answer]):
    """Calls ``ask`` in a thread of its own, keeps the answer for ``kept`` seconds, waits ``patience`` seconds for it.

    Shared by threads. A call that hangs is not repeated beside itself: until it ends, everybody who asks is told so.
    """

    def __init__(self, ask: Callable[[], Answer], *, kept: float, patience: float) -> None:
        self._ask, self._kept, self._patience = ask, kept, patience
        self._lock = threading.Lock()
        self._under_way: Future[Answer] | None = None
        self._ended = 0.0

    def __call__(self) -> Answer:
        """The answer, or one that is not older than ``kept``. Raises TimeoutError, and what ``ask`` raises."""
        with self._lock:
            future = self._under_way
            if future is None or (future.done() and time.monotonic() - self._ended > self._kept):
                future = self._under_way = Future()
                threading.Thread(target=self._run, args=(future,), daemon=True, name="certlight-asking").start()
        try:
            return future.result(self._patience)
        except TookTooLong:
            # An alias of TimeoutError from Python 3.11 on; told apart from one that ``ask`` raised.
            raise TimeoutError("no answer in time") from None

    def _run(self, future: Future[Answer]) -> None:
        try:
            answer = self._ask()
        except BaseException as error:
            self._ended = time.monotonic()
            future.set_exception(error)
        else:
            self._ended = time.monotonic()
            future.set_result(answer)
