"""endesive as its documentation uses it: sealing and verifying, nothing of ours around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Final

from signing.endesive_compat import endesive_pdf
from tests.signing import pki
from tests.signing.bare_pyhanko import ROOM

RESERVED: Final = 16384
"""Bytes kept free for the CMS, so that endesive signs once."""


def seal(
    pdf: bytes,
    label: str = "company",
    *,
    of: str = "test",
    field: str = "Seal1",
    box: tuple[float, float, float, float] | None = (380, 80, 500, 200),
    words: str = "SEAL",
    certify: int | None = None,
    prepared: bool = False,
    digest: str = "sha256",
    pss: bool = False,
    tsa: str | None = None,
    page: int = 0,
) -> bytes:
    """The PDF with one more revision that seals it. ``certify`` is the DocMDP level P."""
    options: dict[str, Any] = {
        "aligned": RESERVED,
        "sigflags": certify or 3,
        "sigandcertify": certify is not None,
        "sigpage": page,
        "sigfield": field,
        "signform": prepared,
        "contact": "",
        "location": "",
        "reason": ROOM,
        "signingdate": pki.NOW.strftime("D:%Y%m%d%H%M%S+00'00'"),
        "pss": pss,
    }
    if box is not None:
        options |= {"signaturebox": box, "signature": words}
    chain = [pki.cert(name, of).crypto for name in ("interm", "root")]
    return pdf + bytes(
        endesive_pdf().cms.sign(
            pdf, options, pki.private_key(label, of), pki.cert(label, of).crypto, chain, digest, None, tsa
        )
    )


def verify(pdf: bytes, roots: list[bytes]) -> tuple[Any, Any]:
    """Flags of the last signature, and what lies behind its ByteRange (None: nothing)."""
    result, remaining = endesive_pdf().verify(pdf, roots)
    return result, remaining


@contextmanager
def time_stamping_authority(label: str = "tsa", of: str = "test", at: Any = pki.NOW) -> Iterator[str]:
    """The address of an RFC 3161 service on this machine: endesive asks for timestamps over HTTP only."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            answer = pki.timestamp_response(request, at, label, of)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
