"""Files in the body of a request, handed on piece by piece as they arrive: nothing is spooled or whole in memory.

A body is a form (``multipart/form-data``, RFC 7578) whose parts named ``files`` are the files, or one file as it is.
"""

from __future__ import annotations

from typing import Any, Final, Protocol
from urllib.parse import unquote

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from service.documents.refusals import refusal
from service.storage.blob import PIECE

PART: Final = "files"
_SINGLE: Final = (b"application/pdf", b"application/octet-stream", b"image/")
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_FORM: Final = {
    "type": "object",
    "required": [PART],
    "additionalProperties": False,
    "properties": {PART: {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
}

UPLOAD_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _FORM},
            "application/pdf": _FILE,
            "application/octet-stream": _FILE,
            "image/*": _FILE,
        },
    }
}
"""For ``openapi_extra`` of routes that take files."""


class Receiver(Protocol):
    """Takes files one after another: :class:`service.documents.reception.Reception`, or another."""

    def begin(self, name: str) -> None:
        """The next file."""
        ...

    def write(self, piece: bytes) -> None:
        """More of it."""
        ...

    def end(self) -> None:
        """It is whole."""
        ...


class _Sink(Protocol):
    def write(self, piece: bytes) -> None: ...

    def close(self) -> None: ...


async def receive_files(request: Request, reception: Receiver, name: str | None = None) -> None:
    """Hand the files of the body to ``reception``; ``name`` is that of a file sent by itself.

    Raises what ``reception`` raises, UsageError ``upload.malformed``, ``upload.interrupted``.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    sink: _Sink
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        sink = _Form(reception, options[b"boundary"])
    elif kind.startswith(_SINGLE):
        sink = _Single(reception, name or "")
    else:
        raise refusal("upload.malformed")
    held = bytearray()
    try:
        async for piece in request.stream():
            held += piece
            if len(held) >= PIECE:
                # Writing waits for the disk, which must not hold up the other requests of this process.
                await run_in_threadpool(sink.write, bytes(held))
                held.clear()
    except ClientDisconnect:
        raise refusal("upload.interrupted") from None
    await run_in_threadpool(sink.write, bytes(held))
    await run_in_threadpool(sink.close)


class _Single:
    """The body is the file."""

    def __init__(self, reception: Receiver, name: str) -> None:
        self._reception, self._name, self._begun = reception, name, False

    def write(self, piece: bytes) -> None:
        if not self._begun:
            self._reception.begin(self._name)
            self._begun = True
        self._reception.write(piece)

    def close(self) -> None:
        self._reception.end()


class _Form:
    """The body is a form."""

    def __init__(self, reception: Receiver, boundary: bytes) -> None:
        self._reception = reception
        self._field, self._value, self._disposition = bytearray(), bytearray(), b""
        self._complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._header,
                    "on_headers_finished": self._headers,
                    "on_part_data": lambda data, start, end: reception.write(data[start:end]),
                    "on_part_end": reception.end,
                    "on_end": self._end,
                },
            )
        except FormParserError:
            raise refusal("upload.malformed") from None

    def write(self, piece: bytes) -> None:
        try:
            self._parser.write(piece)
        except FormParserError:
            raise refusal("upload.malformed") from None

    def close(self) -> None:
        if not self._complete:
            raise refusal("upload.malformed")

    def _begin(self) -> None:
        self._disposition = b""

    def _header(self) -> None:
        if self._field.strip().lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        # Nothing but files belongs in the form; what else is there was meant for something else.
        if options.get(b"name") != PART.encode() or b"filename" not in options:
            raise refusal("upload.malformed")
        # Browsers write quotes and line ends as %22, %0D and %0A, and everything else as UTF-8 (RFC 7578 §4.2, HTML).
        self._reception.begin(unquote(options[b"filename"].decode("utf-8", "replace")))

    def _end(self) -> None:
        self._complete = True
