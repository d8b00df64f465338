"""Blobs in a folder: ``blobs/<tenant>/<2 digits>/<2 digits>/<sha256>``, files 0600, folders 0700.

A blob appears by renaming a whole, synced file, so that whatever happens there is all of it or nothing. One file system
must hold the whole folder. Putting what is there already replaces it: that renews its age, and heals it if damaged.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from service.storage.blob import (
    PIECE,
    Blob,
    Stored,
    checked_range,
    checked_sha256,
    checked_tenant,
    is_sha256,
    is_tenant,
)
from service.storage.failures import damaged, missing, told
from service.storage.incoming import Incoming, Readable, sweep

_VERIFIED: Final = 1024
"""Files that are remembered as verified, for ranges."""
_Identity = tuple[int, int, int, int, int]


class FolderStore:
    """A :class:`service.storage.store.BlobStore` in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        """Makes the folder. Raises SetupError ``storage.unavailable`` or ``storage.full``."""
        self._blobs, self._incoming, self._lock = root / "blobs", root / "incoming", root / "lock"
        self._verified: OrderedDict[_Identity, str] = OrderedDict()
        self._guard = threading.Lock()
        with told():
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._blobs.mkdir(mode=0o700, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)
            os.close(os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def begin(self, tenant: str, limit: int, name: str = "", media_type: str | None = None) -> Incoming:
        place = self._blobs / checked_tenant(tenant)
        return Incoming(self._incoming, limit, name, media_type, lambda path, blob: self._adopt(place, path, blob))

    def put(self, stream: Readable, limit: int, tenant: str, *, name: str = "", media_type: str | None = None) -> Blob:
        with self.begin(tenant, limit, name, media_type) as incoming:
            while piece := stream.read(PIECE):
                incoming.write(piece)
            return incoming.commit()

    def _adopt(self, place: Path, path: Path, blob: Blob) -> None:
        target = _below(place, blob.sha256)
        with self._locked(fcntl.LOCK_SH):
            _make_folder(target.parent, self._blobs)
            path.replace(target)
            _sync(target.parent)

    def open(self, tenant: str, sha256: str) -> BinaryIO:
        file = self._file(tenant, sha256)
        try:
            with told():
                self._verify(file, sha256)
                file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def read_range(self, tenant: str, sha256: str, start: int, length: int) -> bytes:
        checked_range(start, length)
        with self._file(tenant, sha256) as file, told():
            identity = _identity(file)
            with self._guard:
                known = self._verified.get(identity) == sha256
            if not known:
                self._verify(file, sha256)
                with self._guard:
                    self._verified[identity] = sha256
                    if len(self._verified) > _VERIFIED:
                        self._verified.popitem(last=False)
            file.seek(start)
            return file.read(length)

    def size(self, tenant: str, sha256: str) -> int | None:
        path = self._path(tenant, sha256)
        with told():
            try:
                return path.stat().st_size
            except FileNotFoundError:
                return None

    def exists(self, tenant: str, sha256: str) -> bool:
        return self.size(tenant, sha256) is not None

    def stored(self, tenant: str) -> Iterator[Stored]:
        for path in (self._blobs / checked_tenant(tenant)).glob("??/??/*"):
            if not is_sha256(path.name):
                continue
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield Stored(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def tenants(self) -> Iterator[str]:
        return (path.name for path in self._blobs.iterdir() if is_tenant(path.name))

    def discard(self, tenant: str, sha256: str, before: datetime) -> bool:
        path = self._path(tenant, sha256)
        # No put may come between looking and removing: it would be told that its blob is safe.
        with told(), self._locked(fcntl.LOCK_EX):
            try:
                if path.stat().st_mtime >= before.timestamp():
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
            _sync(path.parent)
            return True

    def sweep_incoming(self, before: datetime) -> int:
        with told():
            return sweep(self._incoming, before.timestamp())

    def _path(self, tenant: str, sha256: str) -> Path:
        return _below(self._blobs / checked_tenant(tenant), checked_sha256(sha256))

    def _file(self, tenant: str, sha256: str) -> BufferedReader:
        path = self._path(tenant, sha256)
        with told():
            try:
                return open(path, "rb", opener=_no_link)
            except FileNotFoundError:
                raise missing(sha256) from None

    def _verify(self, file: BufferedReader, sha256: str) -> None:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise damaged(sha256)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        # A description of its own each time: locks of one process would otherwise be one lock.
        number = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(number, how)
            yield
        finally:
            os.close(number)


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)


def _below(place: Path, sha256: str) -> Path:
    return place / sha256[:2] / sha256[2:4] / sha256


def _identity(file: BinaryIO) -> _Identity:
    """What changes whenever the file's content does, as far as the file system tells."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _make_folder(folder: Path, root: Path) -> None:
    """``folder`` and what leads to it from ``root``, each synced: a rename into a folder that a crash loses is lost."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)
