"""One HTTP request with bounds on everything: time, silence, size, addresses.

No redirects, no proxies or credentials out of the environment, no compressed bodies. What went wrong is raised with a
code; nothing of it is ever half a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, TimeoutError
from urllib3.util.retry import Retry

from certlight import __version__
from certlight.errors import SetupError
from certlight.text import Text
from signing.online.deadline import Deadline, bounded_session

RETRIED_STATUS: Final = (429, 500, 502, 503, 504)
PAUSE: Final = 0.2
"""Seconds before the second try after a failure; doubled from try to try."""
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one request, in seconds and bytes."""

    connect: float = 5.0
    read: float = 10.0
    """Longest silence."""
    total: float = 60.0
    """From the first try to the last byte, retries and pauses included."""
    size: int = 1024 * 1024
    """Largest body."""
    retries: int = 2


class OnlineError(SetupError):
    """A fetch failed; ``code`` is ``online.*``. Exit code 4."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with status 200."""

    content_type: str
    """Media type without parameters, lower case; empty where the server names none."""
    body: bytes = field(repr=False)


def get(url: str, bounds: Bounds, accept: str) -> Reply:
    """The body at ``url``. Raises OnlineError ``online.*``."""
    return _request("GET", url, bounds, {"Accept": accept}, None, None)


def post(
    url: str, body: bytes, content_type: str, accept: str, bounds: Bounds, auth: tuple[str, str] | None = None
) -> Reply:
    """What ``url`` answers to ``body``; ``auth`` is user and password. Raises OnlineError ``online.*``."""
    return _request("POST", url, bounds, {"Content-Type": content_type, "Accept": accept}, body, auth)


def _request(
    method: str, url: str, bounds: Bounds, headers: dict[str, str], body: bytes | None, auth: tuple[str, str] | None
) -> Reply:
    headers = {**headers, "Accept-Encoding": "identity", "User-Agent": f"certlight/{__version__}"}
    retry = Retry(total=bounds.retries, backoff_factor=PAUSE)
    with Deadline(bounds.total) as deadline, bounded_session(deadline) as session:
        while True:
            try:
                return _once(session, requests.Request(method, url, headers, data=body, auth=auth), bounds, deadline)
            except _Passing as passing:
                if deadline.over:
                    raise _timeout(url, bounds) from passing
                # urllib3 would read the whole body of an error's reply before it tries again; so the loop is here.
                try:
                    retry = retry.increment(method, url)
                except MaxRetryError:
                    raise passing.failure from passing
                deadline.sleep(retry.get_backoff_time())


class _Passing(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, failure: OnlineError) -> None:
        super().__init__(failure.code)
        self.failure = failure


def _once(session: requests.Session, request: requests.Request, bounds: Bounds, deadline: Deadline) -> Reply:
    url = str(request.url)
    silence = (min(bounds.connect, bounds.total), min(bounds.read, bounds.total))
    try:
        with session.send(
            session.prepare_request(request), timeout=silence, allow_redirects=False, stream=True
        ) as reply:
            _check_head(url, reply, bounds)
            content = b"".join(_chunks(url, reply, bounds))
            kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    except requests.exceptions.SSLError as error:
        if not deadline.over:
            raise _failure("online.tls", url, "TLS 证书不被信任", "the TLS certificate is not trusted") from error
        raise _timeout(url, bounds) from error
    except (requests.Timeout, TimeoutError) as error:
        raise _Passing(_timeout(url, bounds)) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _Passing(_failure("online.unreachable", url, "连接失败", "the connection failed")) from error
    if deadline.over:
        # A server that ends its reply by hanging up looks the same when it was we who hung up.
        raise _timeout(url, bounds)
    return Reply(kind, content)


def _check_head(url: str, reply: requests.Response, bounds: Bounds) -> None:
    if 300 <= reply.status_code < 400:
        raise _failure(
            "online.redirected", url, "服务器要求跳转到别处，已拒绝", "it redirects elsewhere, which is refused"
        )
    if reply.status_code != 200:
        status = reply.status_code
        failure = _failure("online.status", url, f"服务器返回状态 {status}", f"it answered with status {status}")
        raise _Passing(failure) if status in RETRIED_STATUS else failure
    if reply.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise _failure("online.encoded", url, "服务器返回了压缩内容", "it sent compressed content, unasked")
    length = reply.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > bounds.size:
        raise _too_large(url, bounds)


def _chunks(url: str, reply: requests.Response, bounds: Bounds) -> Iterator[bytes]:
    seen = 0
    while chunk := reply.raw.read1(_CHUNK, decode_content=False):
        seen += len(chunk)
        if seen > bounds.size:
            raise _too_large(url, bounds)
        yield chunk
    length = reply.headers.get("Content-Length", "")
    if length.isdecimal() and seen != int(length):
        raise _Passing(_failure("online.cut_off", url, "内容未传输完整", "the content was cut off"))


def _timeout(url: str, bounds: Bounds) -> OnlineError:
    return _failure("online.timeout", url, "超时", f"it took too long ({bounds.total:g} s at most)")


def _too_large(url: str, bounds: Bounds) -> OnlineError:
    return _failure("online.too_large", url, f"内容超过 {bounds.size} 字节", f"the content exceeds {bounds.size} bytes")


def _failure(code: str, url: str, zh: str, en: str) -> OnlineError:
    return OnlineError(
        code,
        Text(f"访问 {url} 失败：{zh}。", f"Fetching {url} failed: {en}."),
        Text("请检查网络以及信任库中配置的地址。", "Check the network and the address in the store's settings."),
    )
