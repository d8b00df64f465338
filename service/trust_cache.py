"""The installation's trust store, read again only when a file of it changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from certlight.errors import SetupError
from certlight.text import Text
from signing.trust.store import TrustStore

Print = tuple[tuple[str, int, int, int, int], ...]
"""Of every file: path, inode, size, time of change of content and of the inode (ns)."""
SETTLED: Final = timedelta(seconds=2)
"""A file changed again within one tick of the file system's clock looks unchanged; so what is young is read again."""


class CachedTrust:
    """Call it for the store as its folder stands now; shared by threads.

    Asking the file system costs well below a millisecond; reading a store with large lists, up to seconds.
    """

    def __init__(self, folder: Path, settled: timedelta = SETTLED) -> None:
        self._folder = folder
        self._settled = settled
        self._lock = threading.Lock()
        self._kept: tuple[Print, TrustStore] | None = None

    def __call__(self) -> TrustStore:
        """The store. Raises SetupError ``trust.none`` without a folder, UsageError ``trust.*`` naming a file."""
        with self._lock:
            # Taken before reading: what changes meanwhile has another print the next time.
            present = tuple(_prints(self._folder))
            if self._kept and self._kept[0] == present:
                return self._kept[1]
            if not self._folder.is_dir():
                raise _none()
            store = TrustStore.load(self._folder)
            self._kept = (present, store) if _age(present) > self._settled else None
            return store


def _prints(folder: Path) -> Iterator[tuple[str, int, int, int, int]]:
    for path in sorted(folder.rglob("*")):
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        yield str(path), about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def _age(present: Print) -> timedelta:
    newest = max((changed for *_, changed in present), default=0)
    # By the clock of the machine, like the files' own times; the installation's may be another.
    return timedelta(seconds=time.time() - newest / 1e9)


def _none() -> SetupError:
    return SetupError(
        "trust.none",
        Text("系统尚未配置信任库，无法签章或验证印章。", "No trust store is set up: nothing is sealed or validated."),
        Text(
            "请管理员将 CA 根证书放入数据目录的 trust/anchors 文件夹；试用可运行 certlight serve --demo。",
            "Have the authorities' roots put into trust/anchors of the data directory; to try it out, "
            "run certlight serve --demo.",
        ),
    )
