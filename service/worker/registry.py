"""Which function does which kind of job; each is imported when its first job comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from service.domain.jobs import JobKind
from service.jobs.task import Handler

Handlers = Callable[[JobKind], Handler]
"""Finds the handler of a kind."""

HANDLERS: Final[Mapping[JobKind, str]] = {
    JobKind.READ: "service.handlers.reading:handle",
    JobKind.CHECK: "service.handlers.checking:handle",
    JobKind.SEAL: "service.handlers.sealing:handle",
    JobKind.VALIDATE: "service.handlers.validating:handle",
    JobKind.REPORT: "service.handlers.reporting:handle",
    JobKind.BATCH: "service.handlers.batching:handle",
}


def handler_of(kind: JobKind) -> Handler:
    """The handler of ``kind``."""
    module, _, name = HANDLERS[kind].partition(":")
    found: Handler = getattr(import_module(module), name)
    return found
