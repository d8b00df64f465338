"""The parent's side: starting, asking and ending a confined process; see ``worker`` for what it may and may not do."""

from __future__ import annotations

import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, Final

from certlight.errors import SetupError
from certlight.text import Text

_ANSWER_BYTES: Final = 16 * 1024 * 1024
"""Largest JSON answer taken: 40,000 characters of text layer with their boxes need 4 MB, an enclosure up to 8 MB."""
_CHUNK: Final = 1024 * 1024
_DYING_SECONDS: Final = 5.0
"""How long a process that closed its stream may take to be gone before it is killed."""
_ROOT: Final = Path(__file__).resolve().parents[2]


class ChildFailed(Exception):
    """The child refused (a ``kind`` of its own, with ``facts``), died (``memory``, ``crash``) or ran out of time
    (``time``)."""

    def __init__(self, kind: str, facts: dict[str, Any] | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts = facts or {}


class ConfinedChild:
    """One running child, the module ``worker``. Every call has a deadline on the monotonic clock; past it the child is
    killed. Raises SetupError ``intake.pdf_reader_broken`` when it cannot be started."""

    def __init__(self, worker: str, memory: int, cpu_seconds: int, deadline: float) -> None:
        # A bare environment, no working directory in the import path, a session of its own: the child inherits nothing
        # but the interpreter. Its complaints about bad PDFs (stderr) are of no use to anybody.
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-P", "-m", worker, str(memory), str(cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
            env={"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            bufsize=0,
        )
        self._stdin, self._stdout = _stream(self._process.stdin), _stream(self._process.stdout)
        try:
            self._receive(deadline, 0)
        except ChildFailed as failed:
            self.kill()
            if failed.kind == "time":
                raise
            raise SetupError(
                "intake.pdf_reader_broken",
                Text("PDF 读取程序无法启动。", "The PDF reader cannot be started."),
                Text("请联系管理员重新安装本系统。", "Have the administrator install this system again."),
            ) from failed

    def ask(self, request: dict[str, Any], data: bytes, deadline: float, most: int) -> tuple[dict[str, Any], bytearray]:
        """Send ``request`` with ``data``; the JSON answer and at most ``most`` payload bytes. Raises ChildFailed."""
        seconds = max(0.0, deadline - time.monotonic())
        head = json.dumps({**request, "payload": len(data), "seconds": seconds}).encode("ascii")
        try:
            self._send(struct.pack(">I", len(head)) + head, deadline)
            self._send(data, deadline)
        except BrokenPipeError as error:
            raise self._death() from error
        return self._receive(deadline, most)

    @property
    def pid(self) -> int:
        """Process number of the child."""
        return self._process.pid

    def kill(self) -> None:
        """End the child at once and reap it."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            stream.close()

    def _receive(self, deadline: float, most: int) -> tuple[dict[str, Any], bytearray]:
        length = int(struct.unpack(">I", self._read(4, deadline))[0])
        if length > _ANSWER_BYTES:
            raise ChildFailed("crash")
        try:
            answer = json.loads(self._read(length, deadline))
        except ValueError as error:
            raise ChildFailed("crash") from error
        payload = answer.pop("payload", None) if isinstance(answer, dict) else None
        if not isinstance(payload, int) or not 0 <= payload <= most:
            raise ChildFailed("crash")
        if "error" in answer:
            raise ChildFailed(str(answer.pop("error")), answer)
        return answer, self._read(payload, deadline)

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdin, selectors.EVENT_WRITE)
            while rest:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise self._timeout()
                rest = rest[os.write(self._stdin.fileno(), rest[:_CHUNK]) :]

    def _read(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        rest = memoryview(data)
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            while rest:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise self._timeout()
                got = os.readv(self._stdout.fileno(), [rest[:_CHUNK]])
                if got == 0:
                    raise self._death()
                rest = rest[got:]
        return data

    def _timeout(self) -> ChildFailed:
        self._process.kill()
        return ChildFailed("time")

    def _death(self) -> ChildFailed:
        """Why the child is gone, from the signal that ended it."""
        try:
            code = self._process.wait(_DYING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return ChildFailed("crash")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return ChildFailed("time")
        # PDFium aborts or traps when it is denied memory; only a bad pointer ends in these two.
        return ChildFailed("crash" if code in (-signal.SIGSEGV, -signal.SIGBUS) else "memory")


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe of the child, in non-blocking mode so that no call outlasts its deadline."""
    if stream is None:
        raise ValueError("the child was started without pipes")
    os.set_blocking(stream.fileno(), False)
    return stream
