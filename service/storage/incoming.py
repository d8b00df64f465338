"""A blob on its way in: hashed, measured and sniffed while it is written, and gone without a trace unless committed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from pipeline.intake.limits import MEBIBYTE
from pipeline.intake.refusals import refusal
from pipeline.intake.sniff import HEAD_BYTES, sniff
from service.storage.blob import Blob
from service.storage.failures import full, told

SUFFIX: Final = ".part"


class Readable(Protocol):
    """Anything that gives bytes: a file, a socket's file, the file of an HTTP form."""

    def read(self, size: int, /) -> bytes: ...


class Incoming:
    """Bytes go to a file of their own in ``folder``, mode 0600, until ``adopt`` moves it to its place.

    The file is locked as long as its writer lives, so that whoever clears up can tell a slow upload from a dead one.
    Leaving the ``with`` block without ``commit`` removes it. Not for several threads at once.
    """

    def __init__(
        self, folder: Path, limit: int, name: str, media_type: str | None, adopt: Callable[[Path, Blob], None]
    ) -> None:
        self._limit, self._name, self._media_type, self._adopt = limit, name, media_type, adopt
        self._hash, self._size, self._head = hashlib.sha256(), 0, b""
        self._sniffed = media_type is not None
        with told():
            number, path = tempfile.mkstemp(suffix=SUFFIX, dir=folder)
            self._path = Path(path)
            self._file = os.fdopen(number, "wb", buffering=0)
            fcntl.flock(number, fcntl.LOCK_EX)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def write(self, piece: bytes) -> None:
        """More of it.

        Raises InputRefused ``intake.too_large``, ``intake.not_a_scan``, SetupError ``storage.full`` or
        ``storage.unavailable``; nothing is kept then.
        """
        try:
            self._take(piece)
        except BaseException:
            self.abort()
            raise

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise refusal("intake.too_large", self._name, limit=self._limit // MEBIBYTE)
        if not self._sniffed:
            self._head += piece[: HEAD_BYTES - len(self._head)]
            if len(self._head) == HEAD_BYTES:
                self._sniff()
        self._hash.update(piece)
        rest = memoryview(piece)
        with told():
            while rest:
                written = self._file.write(rest)
                if not written:
                    raise full()
                rest = rest[written:]

    def content(self) -> bytes:
        """What was written so far, for whoever has to look at it before it is kept.

        Raises SetupError ``storage.unavailable``.
        """
        with told():
            return self._path.read_bytes()

    def commit(self) -> Blob:
        """Keep it: when this returns, it is on the medium under its hash. Raises as :meth:`write`, or
        InputRefused ``intake.empty``; nothing is kept then."""
        try:
            if self._size == 0:
                raise refusal("intake.empty", self._name)
            if not self._sniffed:
                self._sniff()
            with told():
                os.fsync(self._file.fileno())
            blob = Blob(self._hash.hexdigest(), self._size, str(self._media_type))
            with told():
                self._adopt(self._path, blob)
            return blob
        finally:
            self.abort()

    def abort(self) -> None:
        """Forget it; harmless after a commit."""
        self._path.unlink(missing_ok=True)
        self._file.close()

    def _sniff(self) -> None:
        self._media_type = sniff(self._head, self._name)
        self._sniffed = True


def sweep(folder: Path, before: float) -> int:
    """Remove files of ``Incoming`` whose writer is dead, last written before ``before`` (seconds of the epoch)."""
    removed = 0
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_mtime < before:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
                    removed += 1
        except (FileNotFoundError, BlockingIOError):
            continue
    return removed
