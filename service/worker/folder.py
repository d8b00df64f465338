"""A broker that is a folder: wake-ups between processes of one machine, without a server.

A message is a file, written beside the queue and renamed into it, so nobody ever reads half of one; taking it is
another rename, which one process wins. kombu's own folder transport writes in place (a reader can take an empty file),
takes messages by way of the system's ``/tmp``, and orders them by a clock that starts anew with the machine; its
SQLite transport takes the write lock with every look and never deletes a row.

Whatever is lost here (a process killed between taking and reading, files not synced when the power fails) costs time
alone: rows are the truth about work.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, Final
from uuid import uuid4

from kombu.transport import virtual

OPTION: Final = "folder"
"""Transport option: where the queues lie."""
SECONDS: Final = 0.1
"""Between two looks of an idle reader."""
_LEFT_BEHIND: Final = 3600
"""Seconds after which a file half written or half taken is nobody's any more."""
_count: Final = itertools.count()


class Channel(virtual.Channel):
    """Queues as folders. Raises OSError where the disk does."""

    do_restore = False

    def __init__(self, connection: Any, **options: Any) -> None:
        super().__init__(connection, **options)  # type: ignore[no-untyped-call]
        self._root = Path(connection.client.transport_options[OPTION])
        self._passing = self._root / "passing"
        # The mode is for the last folder of a path alone.
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._passing.mkdir(mode=0o700, exist_ok=True)
        for path in self._passing.iterdir():
            # Most are gone again before they are looked at.
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _LEFT_BEHIND:
                    path.unlink()

    def _folder(self, queue: str) -> Path:
        return self._root / f"queue.{queue}"

    def _new_queue(self, queue: str, **_: Any) -> None:
        self._folder(queue).mkdir(mode=0o700, exist_ok=True)

    def _has_queue(self, queue: str, **_: Any) -> bool:
        return self._folder(queue).is_dir()

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        # In order of their coming; the count keeps those of one process in order whose clock stands still.
        name = f"{time.time_ns():020d}-{next(_count):06d}-{uuid4().hex}"
        written = self._passing / name
        with os.fdopen(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(message))
        try:
            written.rename(self._folder(queue) / name)
        except FileNotFoundError:
            self._new_queue(queue)
            written.rename(self._folder(queue) / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in self._names(queue):
            taken = self._passing / f"{name}.taken"
            try:
                (self._folder(queue) / name).rename(taken)
                text = taken.read_text(encoding="utf-8")
                taken.unlink()
            except FileNotFoundError:
                # Somebody else was faster; or cleared away what had waited so long that it looked left behind.
                continue
            return json.loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._names(queue))

    def _purge(self, queue: str) -> int:
        names = self._names(queue)
        for name in names:
            (self._folder(queue) / name).unlink(missing_ok=True)
        return len(names)

    def _names(self, queue: str) -> list[str]:
        try:
            return sorted(os.listdir(self._folder(queue)))
        except FileNotFoundError:
            return []


class Transport(virtual.Transport):
    """``certlight-folder://``; the folder is the transport option :data:`OPTION`."""

    Channel = Channel
    polling_interval = SECONDS
    driver_type = "folder"
    driver_name = "folder"

    def driver_version(self) -> str:
        """There is no driver."""
        return "1"
