"""Writing increments with pyHanko, without its side effects."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import BaseStampStyle

T = TypeVar("T")


class IncrementWriter(IncrementalPdfFileWriter):
    """pyHanko's writer, but for its habit of writing its name and the machine's clock into /Info and XMP.

    A seal changes no metadata: in PDF/A the two must agree, dates there would be taken for proof, and times come in as
    arguments.
    """

    def _update_meta(self) -> None:
        """Leave /Info and /Metadata as they are."""


def increment_over(reader: PdfFileReader) -> Any:
    """A writer of one increment over ``reader``, whose objects it changes in place: a reader serves one writer only.

    Typed loosely: half of pyHanko's writer is not typed at all.
    """
    return IncrementWriter.from_reader(reader)


class NoAppearance(BaseStampStyle):
    """For a field that is to show nothing, where pyHanko would by default write who signed."""

    def create_stamp(self, writer: Any, box: Any, text_params: Any) -> None:
        """No stamp: the field's own appearance stays."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of one of pyHanko's coroutines, from inside an event loop as well as from outside."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _in_new_loop(work)
    done: Future[T] = Future()

    def elsewhere() -> None:
        try:
            done.set_result(_in_new_loop(work))
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=elsewhere, name="certlight-seal").start()
    return done.result()


def _in_new_loop(work: Coroutine[Any, Any, T]) -> T:
    # Not asyncio.run: its signal handler prints the task with all its ASN.1 into a message nobody reads, 10 ms a time.
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()
