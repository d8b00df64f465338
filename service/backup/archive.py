"""The archive: a plain tar whose entries are of known names, written and read as a stream."""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final

from service.backup.refusals import damaged, not_a_backup, unwritable
from service.storage.blob import PIECE, is_sha256, is_tenant

DUMPS: Final = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
_FILE: Final = re.compile(r"settings\.toml|secret\.key|trust/(?:[\w.@+=-]+/)*[\w.@+=-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry while the archive is read; its content can be read once, before the next one is asked for."""

    name: str
    size: int
    content: Hashing

    @property
    def blob(self) -> tuple[str, str] | None:
        """Tenant and hash, of a blob."""
        return blob_of(self.name)


class Hashing:
    """A stream whose bytes are hashed and counted as they pass."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()
        self.size = 0

    def read(self, length: int = -1) -> bytes:
        """The next bytes."""
        piece = self._file.read(length)
        self._hash.update(piece)
        self.size += len(piece)
        return piece

    def finish(self) -> str:
        """Read what is left; the SHA-256 of everything."""
        while self.read(PIECE):
            pass
        return self._hash.hexdigest()


class Writer:
    """Adds entries to an archive."""

    def __init__(self, file: BinaryIO) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PIECE)  # noqa: SIM115

    def add(self, name: str, content: IO[bytes], size: int) -> str:
        """An entry of ``size`` bytes; the SHA-256 of its content. Raises OSError."""
        about = tarfile.TarInfo(name)
        about.size, about.mode = size, 0o600
        hashing = Hashing(content)
        self._tar.addfile(about, hashing)
        return hashing.finish()

    def close(self) -> None:
        """Write the end. Raises OSError."""
        self._tar.close()


@contextmanager
def entries(path: Path) -> Iterator[Iterator[Entry]]:
    """The entries of an archive in their order.

    Raises InputRefused ``backup.not_a_backup``, ``backup.damaged`` (a link, a name that no backup has, a file that
    ends early), SetupError ``backup.unwritable``.
    """
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|", bufsize=PIECE) as tar:
            yield _entries(tar)
    except tarfile.ReadError:
        raise not_a_backup() from None
    except (tarfile.TarError, EOFError):
        raise damaged(path.name) from None
    except OSError as error:
        raise unwritable(error.strerror or type(error).__name__) from error


def _entries(tar: tarfile.TarFile) -> Iterator[Entry]:
    seen: set[str] = set()
    for member in tar:
        content = tar.extractfile(member) if member.isreg() else None
        known = blob_of(member.name) is not None or is_file(member.name)
        if content is None or not known or member.name in seen:
            raise damaged(member.name[:80])
        if blob_of(member.name) is None:
            # Blobs are many; that one comes twice is seen by their number.
            seen.add(member.name)
        hashing = Hashing(content)
        yield Entry(member.name, member.size, hashing)
        if hashing.finish() and hashing.size != member.size:
            raise damaged(member.name)


def blob_of(name: str) -> tuple[str, str] | None:
    """Tenant and hash of a blob's entry."""
    parts = name.split("/")
    if len(parts) == 3 and parts[0] == "blobs" and is_tenant(parts[1]) and is_sha256(parts[2]):
        return parts[1], parts[2]
    return None


def is_file(name: str) -> bool:
    """Whether a backup has a single file of that name; nothing else is ever written anywhere."""
    if name in (*DUMPS.values(), "manifest.json"):
        return True
    return bool(_FILE.fullmatch(name)) and not any(part.startswith(".") for part in PurePosixPath(name).parts)
