"""Clients that ask a service as fast as it answers, each over one kept connection; how long every answer took."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

CLIENTS: Final = 32
_BOUNDARY: Final = "bench-7f1c2a3b4d5e6f70"


@dataclass
class Latencies:
    """Milliseconds of every answer, and what was not as it should be."""

    what: str
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    """Of the whole run."""

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers stayed within."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0


class Caller:
    """One client: a connection, an API token, random numbers of its own."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}"}
        self.random = Random(seed)

    def call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, bytes]:
        """Status and body."""
        headers = {**self._headers, **({"Content-Type": kind} if kind else {})}
        self._connection.request(method, f"/api/v1{path}", body, headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._connection.close()


Request = Callable[[Caller], tuple[int, bytes]]


def listing(caller: Caller) -> tuple[int, bytes]:
    """A page of the list, in one of the ways people look at it."""
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"sort": "submitted"},
        {"light": "yellow", "sort": "changed"},
        {"state": "submitted_green", "doc_type": "contract"},
        {"expired": "true", "sort": "valid_until", "direction": "asc"},
        {"q": f"第{caller.random.randrange(1000)}"},
    )
    return caller.call("GET", f"/documents?{urlencode(caller.random.choice(ways))}")


def viewing(ids: list[str]) -> Request:
    """A document with all that its page shows."""
    return lambda caller: caller.call("GET", f"/documents/{caller.random.choice(ids)}")


def uploading(ids: list[str], picture: bytes) -> Request:
    """A picture that the tenant has not seen, into one of ``ids``."""

    def request(caller: Caller) -> tuple[int, bytes]:
        data = distinct(picture, caller.random.randbytes(16))
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        return caller.call(
            "POST", f"/documents/{caller.random.choice(ids)}/scans", body, f"multipart/form-data; boundary={_BOUNDARY}"
        )

    return request


def distinct(picture: bytes, mark: bytes) -> bytes:
    """The same JPEG with a comment (ISO 10918-1 §B.2.4.5) that makes its bytes others; its pixels stay."""
    return picture[:2] + b"\xff\xfe" + (len(mark) + 2).to_bytes(2, "big") + mark + picture[2:]


def measured(what: str, url: str, token: str, request: Request, good: int, seconds: float, clients: int) -> Latencies:
    """``clients`` at once, each asking again as soon as it was answered."""
    found, lock = Latencies(what), threading.Lock()
    gate = threading.Barrier(clients + 1)
    until = 0.0

    def run(number: int) -> None:
        caller = Caller(url, token, number)
        own: list[float] = []
        wrong: list[str] = []
        try:
            request(caller)
            gate.wait()
            while (began := time.perf_counter()) < until:
                status, body = request(caller)
                own.append(1000 * (time.perf_counter() - began))
                if status != good:
                    wrong.append(f"{status} {_code(body)}")
        except OSError as error:
            wrong.append(type(error).__name__)
            gate.abort()
        finally:
            caller.close()
        with lock:
            found.milliseconds += own
            found.wrong += wrong

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    until = time.perf_counter() + 3600
    gate.wait()
    began = time.perf_counter()
    until = began + seconds
    for thread in threads:
        thread.join()
    found.seconds = time.perf_counter() - began
    return found


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body).get("code", ""))
    except (ValueError, AttributeError):
        return ""
