"""The child's side: limits set before the first byte is parsed, then questions and answers over the standard streams.

Frames are four bytes of length, that many bytes of JSON, then ``payload`` raw bytes. JSON and plain bytes are all the
parent ever takes, so that a hijacked child can lie about its document and nothing more. No file can be written, no
program started, no connection opened. Only the standard library is imported here.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO, Final

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "pty.")
_ALLOWED: Final = frozenset({"socket.__new__"})
"""asyncio, on which pyHanko runs, wakes itself through a socket pair; connecting, binding, looking up stay refused."""

Answer = tuple[dict[str, Any], memoryview | bytes]
"""JSON facts and a payload."""


class Refused(Exception):
    """Answered to the parent as ``{"error": kind}``, with ``facts`` beside it."""

    def __init__(self, kind: str, **facts: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts = facts


def serve(answer: Callable[[dict[str, Any], bytes], Answer], load: Callable[[], None]) -> None:
    """Confine this process, ``load`` its libraries, then answer requests until the stream closes.

    Arguments of the process: bytes of address space, seconds of processor time. ``answer`` may raise Refused.
    """
    memory, cpu_seconds = int(sys.argv[1]), int(sys.argv[2])
    confine(memory, cpu_seconds)
    load()
    forbid_side_effects()
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    write_frame(stdout, {"ready": True})
    while (frame := read_frame(stdin)) is not None:
        request, payload = frame
        allowance = int(time.process_time() + request["seconds"]) + 2
        resource.setrlimit(resource.RLIMIT_CPU, (min(allowance, cpu_seconds), cpu_seconds))
        try:
            facts, product = answer(request, payload)
        except Refused as refused:
            write_frame(stdout, {**refused.facts, "error": refused.kind})
        except MemoryError:
            write_frame(stdout, {"error": "memory"})
        else:
            write_frame(stdout, facts, product)


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """One request of the parent, or None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    request: dict[str, Any] = json.loads(stream.read(struct.unpack(">I", head)[0]))
    return request, stream.read(request.get("payload", 0))


def write_frame(stream: BinaryIO, answer: dict[str, Any], payload: memoryview | bytes = b"") -> None:
    head = json.dumps({**answer, "payload": len(payload)}).encode("ascii")
    stream.write(struct.pack(">I", len(head)) + head)
    stream.write(payload)
    stream.flush()


def confine(memory: int, cpu_seconds: int) -> None:
    """Bound address space and processor time, forbid files to grow and core dumps, and leave the network."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        # A network namespace of its own holds no interface. Kernels and containers may deny it; the audit hook stays.
        ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    except (OSError, AttributeError):
        return


def forbid_side_effects() -> None:
    """Have the interpreter refuse sockets, child processes and writable files from here on; it cannot be undone."""

    def guard(event: str, args: tuple[Any, ...]) -> None:
        if event in _ALLOWED:
            return
        if event.startswith(_FORBIDDEN) or (event == "open" and isinstance(args[2], int) and args[2] & _WRITING):
            raise PermissionError(f"not allowed while reading a file: {event}")

    sys.addaudithook(guard)
