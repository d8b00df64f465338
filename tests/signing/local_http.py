"""An HTTP server on this machine that does exactly what a test scripts, down to the single byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[["Asked"], None]


@dataclass
class Asked:
    """One request as it came, and the connection to answer it on."""

    connection: socket.socket
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    stop: threading.Event

    def send(self, data: bytes) -> bool:
        """False where the other side has gone."""
        try:
            self.connection.sendall(data)
        except OSError:
            return False
        return True


@dataclass
class LocalServer:
    """Where it listens, and what it was asked so far."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    scheme: str = "http"

    def url(self, path: str = "/x") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> Answer:
    """A whole answer; header names are given with underscores."""
    fields = {"Content_Length": str(len(body)), "Connection": "close", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items() if value)
    return raw(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


def raw(data: bytes) -> Answer:
    """These bytes, then the end."""
    return lambda asked: (asked.send(data), None)[1]


def drip(data: bytes, pause: float = 0.02) -> Answer:
    """The same byte by byte, and on for ever; never silent for longer than ``pause``."""

    def answer(asked: Asked) -> None:
        while not asked.stop.is_set():
            for position in range(len(data)):
                if not asked.send(data[position : position + 1]) or asked.stop.wait(pause):
                    return

    return answer


def then_drip(head: bytes) -> Answer:
    """``head`` at once, and then a byte now and then, for ever."""

    def answer(asked: Asked) -> None:
        asked.send(head)
        drip(b"x")(asked)

    return answer


def flood(head: bytes, chunk: bytes) -> Answer:
    """``chunk`` without end."""

    def answer(asked: Asked) -> None:
        asked.send(head)
        while not asked.stop.is_set() and asked.send(chunk):
            pass

    return answer


def silence(asked: Asked) -> None:
    """Nothing at all, until the test is over."""
    asked.stop.wait(30)


@contextmanager
def local_server(
    *answers: Answer, routes: dict[str, Answer] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[LocalServer]:
    """Answers the first request with the first of ``answers`` and so on, the last for ever; ``routes`` go by path."""
    stop = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    server = LocalServer(listening.getsockname()[1], scheme="https" if tls else "http")
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
            asked = _read(connection, stop)
            server.asked.append(asked)
            path = asked.path.partition("?")[0]
            answer = (routes or {}).get(path) or answers[min(len(server.asked), len(answers)) - 1]
            answer(asked)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        stop.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
        for thread in threads:
            thread.join()


def _read(connection: socket.socket, stop: threading.Event) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise ValueError("no request")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ")
    return Asked(connection, method, path, headers, body, stop)
