"""Backup and restore: what was written comes back, while others write, on both databases; damage is refused."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

from certlight.errors import CertlightError
from service.audit.chain import verify
from service.backup import make_backup, restore_backup, verify_backup
from service.backup.making import GARBAGE
from service.backup.manifest import Manifest
from service.database.base import open_database, reading, transaction
from service.database.evidence import Scan
from service.database.jobs import Chore
from service.settings import Settings
from service.settings.keys import make_secret
from service.storage import BlobStore, open_store
from service.worker.chores import TIDYING
from tests.components import require
from tests.service.object_store import ACCESS, SECRET, object_store
from tests.service.rows import a_domain, a_draft, a_subject, add_scan, clerk_of

AT = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


def settings_of(folder: Path, url: str, **more: Any) -> Settings:
    return Settings(data_dir=folder, database_url=SecretStr(url), **more)


def add_document(engine: Engine, store: BlobStore, number: int) -> None:
    """An enterprise with a document of one scan, as the service keeps it: the file first."""
    content = f"scan {number} " * 50
    with transaction(engine) as session:
        subject = a_subject(session, number)
        store.put(io.BytesIO(content.encode()), 1 << 20, subject.id, media_type="image/jpeg")
        add_scan(session, a_draft(session, subject, clerk_of(subject)), content)


class Origin:
    """An installation with some documents."""

    def __init__(self, folder: Path, url: str) -> None:
        self.settings = settings_of(folder / "data", url)
        self.engine = open_database(url)
        self.store = open_store(self.settings)
        for number in range(3):
            add_document(self.engine, self.store, number)
        with transaction(self.engine) as session:
            a_domain(session)
        anchors = self.settings.data_dir / "trust" / "anchors"
        anchors.mkdir(parents=True)
        (anchors / "root.pem").write_text("a certificate")
        (self.settings.data_dir / "settings.toml").write_text("workers = 3\n")
        make_secret(self.settings.data_dir)

    def backup(self, file: Path, **more: Any) -> Manifest:
        return make_backup(self.settings, self.engine, self.store, file, AT, **more).manifest


@pytest.fixture
def origin(database_url: str, tmp_path: Path) -> Iterator[Origin]:
    made = Origin(tmp_path / "origin", database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Origin]:
    """One on SQLite, for what does not depend on the database."""
    from service.database.migrations.upgrade import migrate

    url = f"sqlite:///{tmp_path}/origin.db"
    engine = open_database(url)
    migrate(engine)
    engine.dispose()
    made = Origin(tmp_path / "origin", url)
    yield made
    made.engine.dispose()


def rows(engine: Engine) -> dict[str, list[str]]:
    """Everything in every table."""
    with reading(engine) as session:
        connection = session.connection()
        metadata, found = MetaData(), {}
        for name in inspect(connection).get_table_names():
            table = Table(name, metadata, autoload_with=connection)
            found[name] = sorted(json.dumps(list(row), default=str) for row in connection.execute(select(table)))
    return found


def blobs(store: BlobStore) -> dict[tuple[str, str], bytes]:
    found = {}
    for tenant in store.tenants():
        for blob in store.stored(tenant):
            with store.open(tenant, blob.sha256) as content:
                found[tenant, blob.sha256] = content.read()
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_everything_comes_back(origin: Origin, empty_url: str, tmp_path: Path) -> None:
    manifest = origin.backup(tmp_path / "backup.tar", with_secrets=True)
    target = settings_of(tmp_path / "target", empty_url)
    assert restore_backup(tmp_path / "backup.tar", target) == manifest
    restored = open_database(empty_url)
    try:
        before, after = rows(origin.engine), rows(restored)
        # The hold on the collection of garbage is over here, and was not when the state was taken.
        before.pop("chores")
        after.pop("chores")
        assert after == before
        assert len(after["scans"]) == 3
        with reading(restored) as session:
            assert verify(session).broken is None
        with transaction(restored) as session, pytest.raises(IntegrityError):
            session.connection().exec_driver_sql("DELETE FROM operation_log")
    finally:
        restored.dispose()
    assert blobs(open_store(target)) == blobs(origin.store)
    wanted = files(origin.settings.data_dir)
    assert {name: wanted[name] for name in ("trust/anchors/root.pem", "settings.toml", "secret.key")}.items() <= (
        files(target.data_dir).items()
    )
    assert (target.data_dir / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_backup_while_others_write_is_one_state_with_all_its_files(
    origin: Origin, empty_url: str, tmp_path: Path
) -> None:
    stop, written = threading.Event(), threading.Event()

    def write() -> None:
        number = 100
        while not stop.is_set():
            add_document(origin.engine, origin.store, number)
            number += 1
            if number > 105:
                written.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert written.wait(60)
        manifest = origin.backup(tmp_path / "backup.tar")
    finally:
        stop.set()
        writer.join()
    assert manifest.left_out == {}
    target = settings_of(tmp_path / "target", empty_url)
    restore_backup(tmp_path / "backup.tar", target)
    restored, store = open_database(empty_url), open_store(target)
    try:
        with reading(restored) as session:
            scans = session.scalars(select(Scan)).all()
            assert len(scans) == manifest.tables["scans"] > 8
            assert [scan.sha256 for scan in scans if not store.exists(scan.subject_id, scan.sha256)] == []
            assert verify(session).broken is None
    finally:
        restored.dispose()


def test_no_garbage_is_collected_meanwhile(origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert GARBAGE in {chore.name for chore in TIDYING}
    due = datetime(2026, 10, 31, tzinfo=UTC)
    with transaction(origin.engine) as session:
        session.add(Chore(name=GARBAGE, due_at=due))
    seen = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            with reading(origin.engine) as session:
                seen.append(session.get_one(Chore, GARBAGE).due_at)
            return getattr(origin.store, name)

    watched: Any = Watched()
    make_backup(origin.settings, origin.engine, watched, tmp_path / "backup.tar", AT)
    assert seen
    assert min(seen) > AT
    with reading(origin.engine) as session:
        assert session.get_one(Chore, GARBAGE).due_at == due


def test_missing_and_damaged_files_are_told_and_do_not_hinder(small: Origin, tmp_path: Path) -> None:
    first, second, _ = sorted((small.settings.data_dir / "files" / "blobs").glob("*/??/??/*"))
    first.unlink()
    second.write_bytes(b"something else")
    manifest = small.backup(tmp_path / "backup.tar")
    assert {key.partition("/")[2]: code for key, code in manifest.left_out.items()} == {
        first.name: "storage.missing",
        second.name: "storage.damaged",
    }
    assert manifest.blobs == 1
    assert verify_backup(tmp_path / "backup.tar") == manifest


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9, 0.99])
def test_a_changed_byte_is_found_before_anything_is_touched(small: Origin, tmp_path: Path, share: float) -> None:
    small.backup(tmp_path / "backup.tar", with_secrets=True)
    content = bytearray((tmp_path / "backup.tar").read_bytes())
    with tarfile.open(tmp_path / "backup.tar") as tar:
        last = tar.getmembers()[-1]
    # Within what the archive means; the padding after entries means nothing.
    end = last.offset_data + last.size
    place = int(share * end)
    while content[place] == 0:
        place -= 1
    content[place] ^= 0x01
    (tmp_path / "damaged.tar").write_bytes(content)
    target = settings_of(tmp_path / "target", f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(CertlightError) as refused:
        restore_backup(tmp_path / "damaged.tar", target)
    assert refused.value.code in ("backup.damaged", "backup.not_a_backup")
    assert not target.data_dir.exists()
    assert not (tmp_path / "target.db").exists()


@pytest.mark.parametrize("kept", [0.0, 0.6, 0.95])
def test_a_file_that_ends_early_is_refused(small: Origin, tmp_path: Path, kept: float) -> None:
    small.backup(tmp_path / "backup.tar")
    content = (tmp_path / "backup.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(content[: int(kept * len(content))])
    with pytest.raises(CertlightError) as refused:
        verify_backup(tmp_path / "short.tar")
    assert refused.value.code in ("backup.damaged", "backup.not_a_backup")


@pytest.mark.parametrize(
    "name", ["../outside", "trust/../../outside", "/etc/outside", "trust/.hidden", "blobs/x/../y", "else.txt"]
)
def test_names_that_no_backup_has_are_refused(small: Origin, tmp_path: Path, name: str) -> None:
    small.backup(tmp_path / "backup.tar")
    shutil.copy(tmp_path / "backup.tar", tmp_path / "more.tar")
    with tarfile.open(tmp_path / "more.tar", "a") as tar:
        about = tarfile.TarInfo(name)
        about.size = 1
        tar.addfile(about, io.BytesIO(b"x"))
    with pytest.raises(CertlightError) as refused:
        verify_backup(tmp_path / "more.tar")
    assert refused.value.code == "backup.damaged"


def test_links_are_refused(small: Origin, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "links.tar", "w") as tar:
        about = tarfile.TarInfo("secret.key")
        about.type, about.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(about)
    with pytest.raises(CertlightError) as refused:
        verify_backup(tmp_path / "links.tar")
    assert refused.value.code == "backup.damaged"


def test_an_archive_of_a_newer_program_is_refused(small: Origin, tmp_path: Path) -> None:
    with transaction(small.engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    small.backup(tmp_path / "backup.tar")
    with pytest.raises(CertlightError) as refused:
        restore_backup(tmp_path / "backup.tar", settings_of(tmp_path / "t", f"sqlite:///{tmp_path}/t.db"))
    assert refused.value.code == "database.newer"
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("taken", ["database", "files", "trust"])
def test_nothing_is_ever_replaced(small: Origin, tmp_path: Path, taken: str) -> None:
    small.backup(tmp_path / "backup.tar")
    target = settings_of(tmp_path / "target", f"sqlite:///{tmp_path}/target.db")
    if taken == "database":
        sqlite3.connect(tmp_path / "target.db").close()
        (tmp_path / "target.db").touch()
    elif taken == "files":
        open_store(target).put(io.BytesIO(b"there"), 100, "tenant", media_type="text/plain")
    else:
        (target.data_dir / "trust" / "anchors").mkdir(parents=True)
        (target.data_dir / "trust" / "anchors" / "root.pem").write_text("another")
    before = files(tmp_path)
    with pytest.raises(CertlightError) as refused:
        restore_backup(tmp_path / "backup.tar", target)
    assert refused.value.code == "backup.target_taken"
    unchanged = {name: content for name, content in files(tmp_path).items() if not name.endswith("/lock")}
    assert unchanged == {name: content for name, content in before.items() if not name.endswith("/lock")}


def test_a_database_with_tables_is_not_a_target(origin: Origin, database_url: str, tmp_path: Path) -> None:
    origin.backup(tmp_path / "backup.tar")
    with pytest.raises(CertlightError) as refused:
        restore_backup(tmp_path / "backup.tar", settings_of(tmp_path / "target", database_url))
    assert refused.value.code == "backup.target_taken"


def test_a_dump_goes_into_its_own_kind_of_database(origin: Origin, database_kind: str, tmp_path: Path) -> None:
    origin.backup(tmp_path / "backup.tar")
    other = "postgresql://nobody@127.0.0.1:1/none" if database_kind == "sqlite" else f"sqlite:///{tmp_path}/t.db"
    with pytest.raises(CertlightError) as refused:
        restore_backup(tmp_path / "backup.tar", settings_of(tmp_path / "target", other))
    assert refused.value.code == "backup.other_database"


def test_an_archive_is_private_and_never_overwritten(small: Origin, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    small.backup(file)
    assert file.stat().st_mode & 0o777 == 0o600
    content = file.read_bytes()
    with pytest.raises(CertlightError) as refused:
        small.backup(file)
    assert refused.value.code == "backup.file_taken"
    assert file.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir() if "certlight-backup" in path.name) == []


def test_secrets_go_along_only_when_asked_for(small: Origin, tmp_path: Path) -> None:
    path = small.settings.data_dir / "settings.toml"
    path.write_text('storage_secret_key = "a-secret-word"\n')
    path.chmod(0o600)
    secret = (small.settings.data_dir / "secret.key").read_text().strip()
    made = make_backup(small.settings, small.engine, small.store, tmp_path / "without.tar", AT)
    assert made.settings_left_out
    assert not made.manifest.secrets
    content = (tmp_path / "without.tar").read_bytes()
    assert secret.encode() not in content
    assert b"a-secret-word" not in content
    assert small.backup(tmp_path / "with.tar", with_secrets=True).secrets
    assert secret.encode() in (tmp_path / "with.tar").read_bytes()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_without_the_databases_own_program_the_remedy_is_told(
    origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    for path in (str(tmp_path / "nothing"), str(old)):
        monkeypatch.setenv("PATH", path)
        with pytest.raises(CertlightError) as refused:
            origin.backup(tmp_path / "backup.tar")
        assert refused.value.code == "backup.tool_missing"
        assert "postgresql-client-" in refused.value.remedy.en
        assert not (tmp_path / "backup.tar").exists()


def test_one_word_of_the_manifest_is_missed(small: Origin, tmp_path: Path) -> None:
    manifest = small.backup(tmp_path / "backup.tar")
    told = manifest.to_json()
    told["tables"]["scans"] += 1
    with pytest.raises(CertlightError):
        Manifest.of_bytes(json.dumps(told).encode())
    assert Manifest.of_bytes(json.dumps(manifest.to_json()).encode()) == manifest


def test_files_move_between_a_folder_and_a_bucket(small: Origin, tmp_path: Path) -> None:
    with object_store(require("swift"), tmp_path / "swift") as running:
        made = boto3.client(
            "s3",
            endpoint_url=running.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS,
            aws_secret_access_key=SECRET,
        )
        made.create_bucket(Bucket="scans")
        bucket = {
            "storage_url": f"s3://scans/here?endpoint={running.endpoint}&region=us-east-1",
            "storage_access_key": SecretStr(ACCESS),
            "storage_secret_key": SecretStr(SECRET),
        }
        small.backup(tmp_path / "first.tar")
        there = settings_of(tmp_path / "there", f"sqlite:///{tmp_path}/there.db", **bucket)
        restore_backup(tmp_path / "first.tar", there)
        assert blobs(open_store(there)) == blobs(small.store)
        engine = open_database(f"sqlite:///{tmp_path}/there.db")
        manifest = make_backup(there, engine, open_store(there), tmp_path / "second.tar", AT).manifest
        engine.dispose()
    assert (manifest.blobs, manifest.left_out) == (3, {})
    back = settings_of(tmp_path / "back", f"sqlite:///{tmp_path}/back.db")
    restore_backup(tmp_path / "second.tar", back)
    assert blobs(open_store(back)) == blobs(small.store)
