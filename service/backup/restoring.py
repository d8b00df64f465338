"""Restoring an archive into an empty installation. Nothing that exists is ever replaced.

Files first, the database last and in one step: a restore that was broken off leaves no database behind, and whoever
starts the service on it finds it empty.
"""

from __future__ import annotations

import io
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from certlight.errors import SetupError
from certlight.text import Text
from certlight.whole_file import sync_folder, write_whole
from service.backup.archive import DUMPS, Entry, entries
from service.backup.manifest import NAME, Manifest
from service.backup.refusals import damaged, other_database, target_taken, unwritable
from service.backup.snapshot import counted, run_tool
from service.backup.verifying import verify_backup
from service.database.base import open_database, reading
from service.database.failures import translated
from service.database.migrations.upgrade import knows
from service.settings import Settings
from service.settings.keys import FILE_NAME as KEY_FILE
from service.settings.sources import FILE_NAME as SETTINGS_FILE
from service.storage import BlobStore, open_store
from service.storage.blob import PIECE


def restore_backup(file: Path, settings: Settings) -> Manifest:
    """Bring what ``file`` holds into the installation of ``settings``, which must be empty.

    Raises InputRefused ``backup.damaged``, ``backup.not_a_backup`` and UsageError ``backup.target_taken``,
    ``backup.other_database``, SetupError ``database.newer`` before anything is touched; SetupError ``backup.*``,
    ``database.*``, ``storage.*`` where the medium fails, which leaves a target to be emptied.
    """
    manifest = verify_backup(file)
    if not knows(manifest.revision):
        raise SetupError(
            "database.newer",
            Text("备份由更新版本的程序制作。", "A newer program has made this backup."),
            Text("请升级本程序后再恢复。", "Upgrade this program, then restore."),
        )
    engine = open_database(settings.database_url.get_secret_value())
    try:
        kind = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        if kind != manifest.database:
            raise other_database(manifest.database, kind)
        _demand_empty(settings, engine, manifest)
        try:
            _restore(file, settings, engine, manifest)
        except OSError as error:
            raise unwritable(error.strerror or type(error).__name__) from error
    finally:
        engine.dispose()
    return manifest


def _demand_empty(settings: Settings, engine: Engine, manifest: Manifest) -> None:
    if engine.dialect.name == "sqlite":
        if Path(str(engine.url.database)).exists():
            raise target_taken(Text("数据库文件已存在", "there is a database file"))
    else:
        with translated():
            if inspect(engine).get_table_names():
                raise target_taken(Text("数据库中已有数据表", "the database has tables"))
    for name in manifest.files:
        if (settings.data_dir / name).exists():
            raise target_taken(Text(f"已有 {name}", f"there is {name}"))
    if next(iter(open_store(settings).tenants()), None) is not None:
        raise target_taken(Text("文件存储中已有文件", "the storage has files"))


def _restore(file: Path, settings: Settings, engine: Engine, manifest: Manifest) -> None:
    store = open_store(settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".certlight-restore-") as folder:
        dump = Path(folder) / DUMPS[manifest.database]
        with entries(file) as found:
            for entry in found:
                if entry.name == dump.name:
                    _copy(entry, dump)
                elif entry.blob is not None:
                    _put(store, entry)
                elif entry.name != NAME:
                    _place(settings.data_dir, entry)
        if manifest.database == "sqlite":
            _adopt(dump, Path(str(engine.url.database)))
        else:
            _load(dump, engine)
    with reading(engine) as session:
        if counted(session) != manifest.tables:
            raise damaged(dump.name)


def _copy(entry: Entry, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := entry.content.read(PIECE):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def _put(store: BlobStore, entry: Entry) -> None:
    tenant, sha256 = entry.blob or ("", "")
    with store.begin(tenant, entry.size, media_type="application/octet-stream") as incoming:
        while piece := entry.content.read(PIECE):
            incoming.write(piece)
        if incoming.commit().sha256 != sha256:
            raise damaged(sha256)


def _place(folder: Path, entry: Entry) -> None:
    out = io.BytesIO()
    while piece := entry.content.read(PIECE):
        out.write(piece)
    secret = entry.name in (KEY_FILE, SETTINGS_FILE)
    write_whole(folder / entry.name, out.getvalue(), 0o600 if secret else None)


def _adopt(dump: Path, path: Path) -> None:
    with closing(sqlite3.connect(f"file:{dump}?mode=ro&immutable=1", uri=True)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise damaged(dump.name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        # Never replaces a file, as a rename would; a database elsewhere may be on another file system.
        os.link(dump, path)
    except FileExistsError:
        raise target_taken(Text("数据库文件已存在", "there is a database file")) from None
    except OSError:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out, dump.open("rb") as src:
            while piece := src.read(PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    sync_folder(path.parent)


def _load(dump: Path, engine: Engine) -> None:
    with translated(), engine.connect() as connection:
        major = int(str(connection.scalar(text("SHOW server_version_num")))) // 10000
    run_tool(
        "pg_restore", major, engine.url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
        str(dump),
    )  # fmt: skip
