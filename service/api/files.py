"""Stored files as answers: streamed, hashed before the first byte is sent, and harmless in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from service.installation import Installation
from service.storage.blob import PIECE

FILE_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The bytes.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "The client has it."},
}
"""For ``responses=`` of routes that answer with a file."""


def file_answer(
    installation: Installation, tenant: str, sha256: str, *, name: str, media_type: str, if_none_match: str | None
) -> Response:
    """A blob of the tenant under the name it came with. Raises SetupError ``storage.*``."""
    tag = f'"{sha256}"'
    headers = {**_harmless(name), "ETag": tag}
    if if_none_match is not None and tag in if_none_match:
        return Response(status_code=304, headers=headers)
    size = installation.store.size(tenant, sha256)
    file = installation.store.open(tenant, sha256)
    return StreamingResponse(_pieces(file), headers={**headers, "Content-Length": str(size)}, media_type=media_type)


def _harmless(name: str) -> dict[str, str]:
    """Headers under which a stranger's file can be looked at in a browser, and do nothing there."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return {
        # Old clients know the first name only (RFC 6266 §4.3, RFC 8187).
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
        "Cache-Control": "private, no-cache",
    }


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
