"""Logs: one JSON object a line on standard error, or readable lines on a terminal; everybody's go the same way.

A line holds identifiers, codes, states and durations; never values, names, login names, file names, bodies, queries,
addresses with passwords. Our own code keeps to it by what it logs. Libraries do not know the rule: of their messages
the text stands as it was written, and of what they put into it only numbers do. Of an exception its type and our
code are told, and at DEBUG where it came from: never its message, which may repeat a value, nor local variables.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from certlight.errors import CertlightError

OURS: Final = ("certlight", "extractors", "verifier", "signing", "pipeline", "service", "samples")
"""Packages whose messages are believed to hold nothing of people."""
_SPEAK_FREELY: Final = frozenset({"uvicorn.error"})
"""Says at which address it listens, and nothing of requests."""
_QUIET: Final = (
    *("uvicorn.access", "httpx", "httpcore"),
    *("PIL", "alembic", "botocore", "fontTools", "pdfminer", "pikepdf", "pyhanko"),
)
"""Told only when something is wrong; the first three repeat addresses with whatever stands in their queries."""
_OWNED: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery", "celery.task", "celery.redirected", "kombu")
"""Loggers whose libraries give them handlers of their own."""
_DEPTH: Final = 40
"""Frames told of an exception."""


def configure_logging(level: str, stream: TextIO | None = None) -> None:
    """Have every logger of this process write to ``stream`` (standard error), from ``level`` up.

    Call it once the process starts, and again after a library took the loggers for itself (Celery: connect
    ``setup_logging`` to it).
    """
    out = stream or sys.stderr
    readable = out.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=True)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=_plain)
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_of_libraries)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _OWNED:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def _of_libraries(record: logging.LogRecord) -> bool:
    """Take out of a library's message whatever it put in, but numbers. Always true: nothing is left out whole."""
    if record.name.partition(".")[0] in OURS or record.name in _SPEAK_FREELY:
        return True
    arguments = record.args
    if isinstance(arguments, Mapping):
        record.args = {key: _harmless(value) for key, value in arguments.items()}
    elif arguments:
        record.args = tuple(_harmless(value) for value in arguments)
    return True


def _harmless(value: object) -> object:
    if isinstance(value, bool | int | float):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else "…"


def _without_values(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception by type, code and, at DEBUG, place."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = _exception(found)
    if error is not None:
        event.update(told_of(error, with_place=logging.getLogger().isEnabledFor(logging.DEBUG)))
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        # The formatter would write the exception with its message a second time.
        record.exc_info, record.exc_text = None, None
    return event


def _exception(found: object) -> BaseException | None:
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    return found if isinstance(found, BaseException) else None


def told_of(error: BaseException, *, with_place: bool) -> dict[str, Any]:
    """What a log line may say of an exception."""
    told: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, CertlightError):
        told["code"] = error.code
    cause = error.__cause__
    if cause is not None:
        told["cause"] = type(cause).__name__
    if with_place:
        frames = traceback.extract_tb(error.__traceback__)[-_DEPTH:]
        # Not the lines of source: a literal may stand in them.
        told["stack"] = [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return told


def _module(path: str) -> str:
    """The last parts of a file's path: where the program is installed is nobody's business."""
    return "/".join(path.replace("\\", "/").split("/")[-3:])


def _plain(value: object) -> str:
    """What JSON has no word for: its type alone."""
    return type(value).__name__
