"""One PDF of the public on its way in: bounded, and gone without a trace unless it is kept."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from pipeline.intake.sniff import HEAD_BYTES, sniff
from service.sealing.refusals import refusal
from service.sealing.validating import PUBLIC
from service.storage import BlobStore
from service.storage.blob import Blob
from service.storage.incoming import Incoming

_PDF: Final = "application/pdf"


class PublicFile:
    """Takes exactly one file, a PDF by its content. Its name is not kept: it may say more than the file.

    What is none never reaches the storage: it would lie there for hours without a row that anybody counts. Leaving the
    ``with`` block before ``keep`` leaves nothing behind. Not for several threads at once.
    """

    def __init__(self, store: BlobStore, most: int) -> None:
        """``most`` in bytes."""
        self._store, self._most = store, most
        self._stack = ExitStack()
        self._incoming: Incoming | None = None
        self._head, self._known, self._whole = b"", False, False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def begin(self, name: str) -> None:
        """The file. Raises InputRefused ``validate.one_file`` for a second one, SetupError ``storage.*``."""
        if self._incoming is not None:
            raise refusal("validate.one_file")
        self._incoming = self._stack.enter_context(self._store.begin(PUBLIC, self._most))

    def write(self, piece: bytes) -> None:
        """More of it.

        Raises InputRefused ``intake.too_large``, ``intake.not_a_scan``, ``validate.not_a_pdf``, SetupError
        ``storage.*``.
        """
        if self._incoming is None:
            raise ValueError("no file was begun")
        self._incoming.write(piece)
        self._head += piece[: HEAD_BYTES - len(self._head)]
        if len(self._head) == HEAD_BYTES:
            self._demand_pdf()

    def end(self) -> None:
        """It is whole. Raises InputRefused ``intake.not_a_scan``, ``validate.not_a_pdf``."""
        if self._head:
            self._demand_pdf()
        self._whole = True

    def keep(self) -> Blob:
        """Keep it. Raises InputRefused ``validate.one_file`` where none came, ``intake.empty``, SetupError."""
        if self._incoming is None or not self._whole:
            raise refusal("validate.one_file")
        return self._incoming.commit()

    def _demand_pdf(self) -> None:
        if not self._known and sniff(self._head, "") != _PDF:
            raise refusal("validate.not_a_pdf")
        self._known = True
