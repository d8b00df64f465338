"""An end to every request, however its bytes come in.

A time limit on silence is none on a server that sends a byte a second; so at the deadline the connection itself is
cut, and whoever waits for it wakes up. Looking up a host's name is the one thing that cannot be cut.
"""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


class Deadline:
    """So many seconds from the moment it is entered."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = float("inf")
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._end

    def sleep(self, seconds: float) -> None:
        """Wait, but not past the end."""
        time.sleep(max(0.0, min(seconds, self._end - time.monotonic())))

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection at the end. Raises OSError where it is too late to begin."""
        with self._lock:
            if self.over:
                raise OSError("too late")
            # A second handle on the same connection: TLS takes the first one over while it still shakes hands.
            self._sockets.append(connection.dup())

    def __enter__(self) -> Deadline:
        self._end = time.monotonic() + self._seconds
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for handle in self._sockets:
                handle.close()
            self._sockets.clear()

    def _cut(self) -> None:
        with self._lock:
            for handle in self._sockets:
                try:
                    handle.shutdown(socket.SHUT_RDWR)
                except OSError:
                    # The other side was faster.
                    continue


def bounded_session(deadline: Deadline) -> requests.Session:
    """A session whose connections end at the deadline, and that takes nothing from the environment: no proxy, no
    credentials of .netrc, no bundle of TLS roots."""
    session = requests.Session()
    session.trust_env = False
    adapter = _BoundedAdapter(deadline)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class _BoundedAdapter(HTTPAdapter):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests does, with our connections."""
        super().init_poolmanager(*args, **kwargs)
        deadline = self._deadline

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                connection = super()._new_conn()
                deadline.watch(connection)
                return connection

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                connection = super()._new_conn()
                deadline.watch(connection)
                return connection

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
