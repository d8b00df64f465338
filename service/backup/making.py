"""Making an archive while the service goes on.

The database first, as one state; then the files, which are put before any row refers to them and never change. So
every file that the state refers to is there, provided that nothing is collected meanwhile: the collection of garbage
is held off for as long as a backup may take.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from certlight import __version__
from certlight.errors import SetupError
from certlight.whole_file import sync_folder
from service.backup.archive import Writer, is_file
from service.backup.manifest import NAME, Manifest
from service.backup.refusals import file_taken, unwritable
from service.backup.snapshot import Snapshot, snapshot
from service.database.base import transaction
from service.database.jobs import Chore
from service.database.subjects import Subject
from service.settings import Settings
from service.settings.keys import FILE_NAME as KEY_FILE
from service.settings.sources import FILE_NAME as SETTINGS_FILE
from service.settings.sources import holds_secret, keys
from service.storage import BlobStore
from service.storage_references import owned_files

GARBAGE: Final = "collect garbage"
"""The chore's name in :mod:`service.worker.chores`."""
_HOLD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    manifest: Manifest
    bytes: int
    settings_left_out: bool
    """The settings file holds secrets, and none were asked for."""


def make_backup(
    settings: Settings, engine: Engine, store: BlobStore, file: Path, at: datetime, *, with_secrets: bool = False
) -> Made:
    """Write the installation to ``file``, whole or not at all, readable by its owner only.

    ``with_secrets`` takes the key file along; with it and the archive, anybody is the platform. Raises UsageError
    ``backup.file_taken``, SetupError ``backup.*``, ``database.*``, ``storage.unavailable``.
    """
    if file.exists():
        raise file_taken()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Beside the archive: there has to be room for both, and a dump is as private as the archive.
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".certlight-backup-") as folder, _held(engine, at):
            place = Path(folder) / "archive"
            with snapshot(engine, Path(folder)) as state, _private(place) as out:
                made = _written(settings, store, state, out, at, with_secrets)
            os.link(place, file)
        sync_folder(file.parent)
    except FileExistsError:
        raise file_taken() from None
    except OSError as error:
        raise unwritable(error.strerror or type(error).__name__) from error
    return made


def _written(
    settings: Settings, store: BlobStore, state: Snapshot, out: BinaryIO, at: datetime, with_secrets: bool
) -> Made:
    writer = Writer(out)
    with state.dump.open("rb") as dump:
        dump_sha256 = writer.add(state.dump.name, dump, state.dump.stat().st_size)
    blobs = _Blobs(writer, store)
    for tenant in sorted({*store.tenants(), *state.session.scalars(select(Subject.id))}):
        blobs.add(tenant, owned_files(state.session, tenant))
    files, left_out = {}, False
    for name, path in _files(settings, with_secrets):
        if name == SETTINGS_FILE and not with_secrets and _has_secrets(path):
            left_out = True
            continue
        content = path.read_bytes()
        files[name] = writer.add(name, io.BytesIO(content), len(content))
    manifest = Manifest(
        program=__version__,
        made_at=at.astimezone(UTC).isoformat(),
        database=state.kind,
        revision=state.revision,
        dump_sha256=dump_sha256,
        tables=state.tables,
        blobs=blobs.count,
        blob_bytes=blobs.size,
        blobs_sha256=blobs.digest.hexdigest(),
        files=files,
        secrets=KEY_FILE in files,
        left_out=blobs.left_out,
    )
    told = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1).encode()
    writer.add(NAME, io.BytesIO(told), len(told))
    writer.close()
    out.flush()
    os.fsync(out.fileno())
    return Made(manifest, out.tell(), left_out)


class _Blobs:
    """Adds the files of tenants, and keeps count."""

    def __init__(self, writer: Writer, store: BlobStore) -> None:
        self._writer, self._store = writer, store
        self.count = self.size = 0
        self.digest = hashlib.sha256()
        self.left_out: dict[str, str] = {}

    def add(self, tenant: str, owned: set[str]) -> None:
        """Every file of the tenant that the storage has; ``owned`` are those it must have."""
        there = {blob.sha256 for blob in self._store.stored(tenant)}
        for sha256 in sorted(there | owned):
            try:
                size = self._store.size(tenant, sha256)
                # Hashed before its first byte is handed out.
                with self._store.open(tenant, sha256) as content:
                    self._writer.add(f"blobs/{tenant}/{sha256}", content, size or 0)
            except SetupError as error:
                if error.code not in ("storage.missing", "storage.damaged"):
                    raise
                if sha256 in owned:
                    self.left_out[f"{tenant}/{sha256}"] = error.code
                continue
            self.count, self.size = self.count + 1, self.size + (size or 0)
            self.digest.update(f"{tenant} {sha256} {size}\n".encode())


def _files(settings: Settings, with_secrets: bool) -> Iterator[tuple[str, Path]]:
    folder = settings.data_dir
    names = [SETTINGS_FILE, *([KEY_FILE] if with_secrets else [])]
    names += sorted(str(path.relative_to(folder)) for path in (folder / "trust").rglob("*") if path.is_file())
    for name in names:
        if (folder / name).is_file() and is_file(name):
            yield name, folder / name


def _has_secrets(path: Path) -> bool:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    for key, field in keys(Settings):
        value: object = written
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None and holds_secret(field):
            return True
    return False


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file


@contextmanager
def _held(engine: Engine, at: datetime) -> Iterator[None]:
    """No garbage is collected as long as the block lasts, and not for long if its process dies."""
    with transaction(engine) as session:
        due = _set_due(session, at + _HOLD)
    try:
        yield
    finally:
        with transaction(engine) as session:
            _set_due(session, due)


def _set_due(session: Session, due: datetime) -> datetime:
    """The moment that stood there."""
    row = session.get(Chore, GARBAGE, with_for_update=True)
    if row is None:
        session.add(Chore(name=GARBAGE, due_at=due))
        return due - _HOLD
    before = row.due_at
    session.execute(update(Chore).where(Chore.name == GARBAGE).values(due_at=due))
    return before
