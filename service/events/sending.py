"""One POST to somebody else's server: to an address that was looked at, in bounded time, following nobody."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from service.events.addresses import PrivateAddress, Resolve, public_addresses

_LOG = logging.getLogger(__name__)
_READ: Final = 16 * 1024
"""Bytes of an answer that are taken in, so that the other side can finish; what they say does not matter."""


class Undelivered(Exception):
    """No answer; ``word`` says why: ``timeout``, ``connect``, ``tls``, ``name``, ``private_address``, ``protocol``."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def post(
    url: str,
    headers: dict[str, str],
    body: bytes,
    *,
    seconds: float,
    private: bool,
    context: ssl.SSLContext,
    resolve: Resolve,
) -> int:
    """The status of the answer to ``body``, after at most ``seconds`` besides resolving the name. No redirect is
    followed and no proxy asked. Raises Undelivered."""
    backend = _Guarded(time.monotonic() + seconds, resolve, private)
    # httpcore writes the Host of an IPv6 literal without its brackets.
    told = [("Host", urlsplit(url).netloc), *headers.items()]
    status: int | None = None
    try:
        with (
            httpcore.ConnectionPool(context, max_connections=1, network_backend=backend) as pool,
            pool.stream("POST", url, headers=told, content=body, extensions=_timeouts(seconds)) as response,
        ):
            status = response.status
            taken = 0
            for part in response.iter_stream():
                taken += len(part)
                if taken > _READ:
                    break
    except Exception as error:
        if status is None:
            raise Undelivered(_word(error)) from error
    return status


def _timeouts(seconds: float) -> dict[str, Any]:
    return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}


def _word(error: Exception) -> str:
    match error:
        case PrivateAddress():
            return "private_address"
        case httpcore.TimeoutException():
            return "timeout"
        case httpcore.ConnectError():
            return "tls" if isinstance(error.__cause__ or error.__context__, ssl.SSLError) else "connect"
        case httpcore.NetworkError():
            return "connect"
        case OSError() | UnicodeError():
            return "name"
        case httpcore.ProtocolError():
            return "protocol"
    # Whatever it is, it must not keep the others from being told.
    _LOG.error("a webhook's call failed", exc_info=error)
    return "internal"


class _Guarded(httpcore.NetworkBackend):
    """Resolves a name itself, and connects to what it has looked at; the name stays that of TLS and of Host."""

    def __init__(self, deadline: float, resolve: Resolve, private: bool) -> None:
        self._deadline, self._resolve, self._private = deadline, resolve, private
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """To the first of the name's addresses that answers."""
        before = time.monotonic()
        addresses = public_addresses(host, port, self._resolve, private=self._private)
        # How long the resolver takes, nobody can bound; it has bounds of its own.
        self._deadline += time.monotonic() - before
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                share = self._remaining() / left
                stream = self._plain.connect_tcp(address, port, share, local_address, socket_options)
                return _Bounded(stream, self._remaining)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        assert failed is not None
        raise failed

    def _remaining(self) -> float:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise httpcore.ReadTimeout("the time for the whole exchange is over")
        return remaining


class _Bounded(httpcore.NetworkStream):
    """A stream whose reads and writes together have one deadline: a byte a second keeps nobody waiting for ever."""

    def __init__(self, stream: httpcore.NetworkStream, remaining: Callable[[], float]) -> None:
        self._stream, self._remaining = stream, remaining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, self._remaining()), self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
