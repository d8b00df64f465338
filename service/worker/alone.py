"""One embedded service a data directory: two would each supervise workers and chores of the other's."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from certlight.errors import SetupError
from certlight.text import Text

_NAME: Final = "serve.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data directory until the block, or the process, ends. Raises SetupError ``serve.running``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = os.open(folder / _NAME, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(
                "serve.running",
                Text("该数据目录的服务已在运行。", "The service of this data directory is running already."),
                Text(
                    "请使用已启动的服务，或用 CERTLIGHT_DATA_DIR 指定另一个数据目录。",
                    "Use the one that runs, or name another data directory with CERTLIGHT_DATA_DIR.",
                ),
            ) from None
        yield
    finally:
        os.close(number)
