"""A subscriber of webhooks on this machine: takes what it is told, and verifies its signature (Standard Webhooks)."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Receiver:
    """Listens at ``url`` until the ``with`` block ends; ``secret`` is what the service showed when it was told."""

    def __init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._changed:
                    receiver.told.append((dict(self.headers.items()), body))
                    receiver._changed.notify_all()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.told: list[tuple[dict[str, str], bytes]] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def events(self, secret: str) -> list[dict[str, Any]]:
        """What was told so far, each held against its signature and its time. Raises AssertionError."""
        return [_verified(secret, headers, body) for headers, body in list(self.told)]

    def wait_for(self, secret: str, names: set[str], seconds: float) -> list[dict[str, Any]]:
        """As soon as all of ``names`` were told. Raises AssertionError when they were not in time."""
        until = time.monotonic() + seconds
        with self._changed:
            while True:
                found = self.events(secret)
                missing = names - {event["event"] for event in found}
                left = until - time.monotonic()
                if not missing:
                    return found
                if left <= 0:
                    raise AssertionError(f"never told of {sorted(missing)}")
                self._changed.wait(left)


def _verified(secret: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    given = {name.lower(): value for name, value in headers.items()}
    number, at = given["webhook-id"], given["webhook-timestamp"]
    key = b64decode(secret.removeprefix("whsec_"))
    expected = b64encode(hmac.new(key, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    signatures = [part.partition(",")[2] for part in given["webhook-signature"].split()]
    if not any(hmac.compare_digest(expected, signature) for signature in signatures):
        raise AssertionError("a webhook with a wrong signature")
    if abs(time.time() - int(at)) > 300:
        raise AssertionError("a webhook of another time")
    told: dict[str, Any] = json.loads(body)
    return told
