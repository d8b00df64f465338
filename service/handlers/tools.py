"""What a worker process has loaded once: the engine, and the confined process for PDFs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from certlight.paths import models_dir
from extractors.engines.protocol import OcrEngine
from pipeline.flow import Desk
from pipeline.intake.document import Document
from pipeline.pages import StraightPages
from pipeline.reading import Progress
from pipeline.seals.process import SealProcess
from service.checking.snapshot import Snapshot, pages_of
from service.jobs.task import Task
from service.readings.memory import Memory
from service.readings.page_images import Drawn, drawn
from service.storage import BlobStore


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tools of a process; :mod:`service.jobs.task` says what they are for. Not for several threads at once."""

    engine: OcrEngine
    seals: SealProcess = field(default_factory=SealProcess)

    def close(self) -> None:
        """End the confined process."""
        self.seals.close()


MOST_THREADS: Final = 4
"""Reading with more of them is hardly faster: another worker process makes better use of the processors."""


def open_tools(threads: int) -> Workshop:
    """The tools of a worker whose share of the machine is ``threads`` processors; no model is loaded before it is
    needed."""
    # The engine brings half a second of libraries along, which workers that only validate do without.
    import cv2

    from extractors.engines.paddle import PaddleEngine

    # Otherwise as many as the machine has processors, whoever else works on it.
    cv2.setNumThreads(threads)
    return Workshop(PaddleEngine(models_dir(), min(threads, MOST_THREADS)))


@dataclass(frozen=True, slots=True)
class Bench:
    """A version's document on the desk: its pages, and the engine that remembers them."""

    document: Document
    pages: StraightPages
    memory: Memory
    store: BlobStore
    tenant: str
    images: list[Drawn] = field(default_factory=list)
    """Pages whose images were put into the storage on the way."""

    def desk(self, progress: Progress) -> Desk:
        """For :mod:`pipeline.flow`."""
        return Desk(self.memory.engine, progress=progress)

    def drawing_desk(self, progress: Progress) -> Desk:
        """The same, and every page that is read is drawn for people, too."""

        def drawing(stage: str, done: int, total: int) -> None:
            if stage == "read":
                # While its bitmap is held: a long document would otherwise be straightened twice.
                self.images.append(drawn(self.pages[done - 1], self.store, self.tenant))
            progress(stage, done, total)

        return Desk(self.memory.engine, progress=drawing)


@contextmanager
def laid_out(task: Task, taken: Snapshot) -> Iterator[Bench]:
    """The document of a version, until the block ends. Raises as :func:`service.checking.snapshot.pages_of`."""
    installation = task.installation
    memory = Memory(installation, task.tools.engine, taken.subject_id, taken.hashes)
    with pages_of(installation, taken) as document:
        yield Bench(document, StraightPages(document, memory.engine), memory, installation.store, taken.subject_id)
