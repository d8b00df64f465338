"""Files on their way into a document: bounded and looked at while they arrive, kept together once all are good."""

from __future__ import annotations

import threading
import unicodedata
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from pipeline.intake.intake import take
from pipeline.intake.limits import MEBIBYTE, Limits
from pipeline.intake.refusals import refusal as refused_file
from pipeline.intake.wholeness import cut_off
from service.documents.refusals import refusal
from service.storage import BlobStore
from service.storage.blob import Blob
from service.storage.incoming import Incoming

_LOOKERS: Final = threading.BoundedSemaphore(2)
"""Files of one process that are looked at, each in memory as a whole and a PDF in a process of its own besides."""
_PATIENCE: Final = 60.0
"""Seconds a file waits to be looked at."""
_NAME: Final = 200
"""Characters of a file's name that are kept."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a document can still take."""

    files: int
    most_files: int
    """Of the whole document, for the refusal."""
    total_bytes: int
    pages: int
    file_bytes: int
    """Of each file."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that was kept."""

    name: str
    blob: Blob
    pages: int


class Reception:
    """The files of one upload, one after another: ``begin``, ``write`` …, ``end``; then ``keep``.

    Each file is looked at when it ends: what cannot be opened, because it is encrypted or cut off, is refused while the
    person who has a better copy is still there. A PDF is opened by the confined process and by no other; of an
    image only the header is read and the end looked for, as its page count needs no more. Pixels are for workers.
    Leaving the ``with`` block before ``keep`` leaves nothing behind. Not for several threads at once.
    """

    def __init__(self, store: BlobStore, tenant: str, room: Room) -> None:
        self._store, self._tenant, self._room = store, tenant, room
        self._stack = ExitStack()
        self._bytes = self._pages = 0
        self._open: tuple[str, Incoming] | None = None
        self._whole: list[tuple[str, Incoming, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def begin(self, name: str) -> None:
        """The next file. Raises UsageError ``document.too_many_files``, SetupError ``storage.*``."""
        if len(self._whole) >= self._room.files:
            raise refusal("document.too_many_files", limit=self._room.most_files)
        shown = plain_name(name)
        self._open = shown, self._stack.enter_context(self._store.begin(self._tenant, self._room.file_bytes, shown))

    def write(self, piece: bytes) -> None:
        """More of the file. Raises InputRefused ``intake.*``, SetupError ``storage.full`` and its kind."""
        if self._open is None:
            raise ValueError("no file was begun")
        name, incoming = self._open
        self._bytes += len(piece)
        if self._bytes > self._room.total_bytes:
            raise refused_file("intake.document_too_large", name, limit=self._room.total_bytes // MEBIBYTE)
        incoming.write(piece)

    def end(self) -> None:
        """The file is whole. Raises InputRefused ``intake.*``, UsageError ``upload.busy``."""
        if self._open is None:
            raise ValueError("no file was begun")
        name, incoming = self._open
        pages = _looked_at(name, incoming, self._room.file_bytes)
        self._pages += pages
        if self._pages > self._room.pages:
            raise refused_file("intake.too_many_pages", name, limit=Limits().max_pages)
        self._whole.append((name, incoming, pages))
        self._open = None

    def keep(self) -> list[Arrived]:
        """Keep them all: they are on the medium when this returns.

        Raises UsageError ``upload.no_file``, and as ``write`` does.
        """
        if not self._whole or self._open is not None:
            raise refusal("upload.no_file")
        return [Arrived(name, incoming.commit(), pages) for name, incoming, pages in self._whole]


def _looked_at(name: str, incoming: Incoming, most: int) -> int:
    """How many pages the file has."""
    if not _LOOKERS.acquire(timeout=_PATIENCE):
        raise refusal("upload.busy")
    try:
        limits = Limits(max_bytes=most, max_total_bytes=max(most, Limits().max_total_bytes))
        content = incoming.content()
        with take([(name, content)], limits) as document:
            if cut_off(content, document.scans[0].media_type):
                raise refused_file("intake.truncated", name)
            return document.page_count
    finally:
        _LOOKERS.release()


def plain_name(name: str) -> str:
    """A file's own name, without folders and without characters that cannot be shown or kept."""
    own = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(character for character in own if unicodedata.category(character)[0] != "C").strip()
    return shown[-_NAME:] or "scan"
