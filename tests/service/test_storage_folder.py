"""Faults of a folder: full disks, killed writers, racing collections, what a file system can spring on us."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certlight.errors import SetupError
from service.settings import load
from service.storage import open_store
from service.storage.folder import FolderStore
from service.storage.opening import store_at
from tests.components import require
from tests.service.storages import MEBIBYTE, PDF, TENANT, scan


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    mount = str(require("tmpfs"))
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], check=True, timeout=30)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True, timeout=30)


def test_a_full_disk_loses_nothing_and_keeps_no_half(small_disk: Path) -> None:
    store = FolderStore(small_disk / "files")
    kept = store.put(io.BytesIO(scan(1, 300_000)), MEBIBYTE * 4, TENANT)
    for number in range(3):
        with pytest.raises(SetupError) as caught:
            store.put(io.BytesIO(scan(2 + number, 900_000)), MEBIBYTE * 4, TENANT)
        assert caught.value.code == "storage.full"
    assert list((small_disk / "files" / "incoming").iterdir()) == []
    assert [blob.sha256 for blob in store.stored(TENANT)] == [kept.sha256]
    with store.open(TENANT, kept.sha256) as file:
        assert file.read() == scan(1, 300_000)
    later = store.put(io.BytesIO(scan(9, 300_000)), MEBIBYTE * 4, TENANT)
    assert store.size(TENANT, later.sha256) == 300_000


LIMITED = """
import io, resource, sys
from pathlib import Path
from certlight.errors import SetupError
from service.storage.folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.put(io.BytesIO(b"%PDF-1.7" + bytes(200_000)), 1_000_000, "t")
except SetupError as error:
    print(error.code, list(store.stored("t")), list((Path(sys.argv[1]) / "incoming").iterdir()))
"""


def test_a_quota_is_a_full_disk(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "storage.full [] []"


WRITER = """
import sys
from pathlib import Path
from service.storage.folder import FolderStore
incoming = FolderStore(Path(sys.argv[1])).begin("t", 1 << 30)
incoming.write(b"%PDF-1.7" + bytes(500_000))
print("written", flush=True)
sys.stdin.read()
"""


def test_a_writer_killed_halfway_leaves_what_the_sweeper_takes(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        soon = datetime.now(UTC) + timedelta(hours=1)
        assert store.sweep_incoming(soon) == 0, "it lives"
        writer.send_signal(signal.SIGKILL)
    assert list(store.tenants()) == []
    (half,) = (tmp_path / "incoming").iterdir()
    assert store.sweep_incoming(datetime.now(UTC) - timedelta(hours=1)) == 0, "too young"
    assert store.sweep_incoming(soon) == 1
    assert not half.exists()


PUTTER = """
import io, itertools, sys
from pathlib import Path
from service.storage.folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
for number in itertools.count():
    blob = store.put(io.BytesIO(b"%PDF-1.7" + str(number).encode() * 20_000), 1 << 30, "t")
    print(blob.sha256, flush=True)
"""


def test_whatever_was_acknowledged_before_a_kill_is_whole(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PUTTER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as putter:
        assert putter.stdout is not None
        told = [putter.stdout.readline().strip() for _ in range(20)]
        putter.send_signal(signal.SIGKILL)
        told += putter.stdout.read().split("\n")[:-1]
    store = FolderStore(tmp_path)
    for sha256 in told:
        store.open("t", sha256.strip()).close()
    # What was kept but not yet acknowledged is whole as well.
    for blob in store.stored("t"):
        store.open("t", blob.sha256).close()


def test_a_put_during_a_collection_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blob is put again after the collector has looked at it, and before it removes it."""
    store, content = FolderStore(tmp_path), scan(4)
    sha256 = store.put(io.BytesIO(content), MEBIBYTE, TENANT).sha256
    unlink = Path.unlink
    putters: list[threading.Thread] = []

    def put_between(path: Path, missing_ok: bool = False) -> None:
        if path.name == sha256 and not putters:
            putters.append(threading.Thread(target=store.put, args=(io.BytesIO(content), MEBIBYTE, TENANT)))
            putters[0].start()
            # Without a lock it is through by now; with it, it waits for the removal.
            putters[0].join(0.5)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", put_between)
    assert store.discard(TENANT, sha256, datetime.now(UTC) + timedelta(hours=1))
    putters[0].join()
    store.open(TENANT, sha256).close()


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put(io.BytesIO(scan(5)), MEBIBYTE, TENANT).sha256
    with store.open(TENANT, sha256) as file:
        assert store.discard(TENANT, sha256, datetime.now(UTC) + timedelta(hours=1))
        assert file.read() == scan(5)


def test_everything_is_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = FolderStore(tmp_path / "files")
        store.put(io.BytesIO(scan(6)), MEBIBYTE, TENANT)
    finally:
        os.umask(before)
    for path in [tmp_path / "files", *(tmp_path / "files").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put(io.BytesIO(scan(7)), MEBIBYTE, TENANT).sha256
    path = tmp_path / "blobs" / TENANT / sha256[:2] / sha256[2:4] / sha256
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match=r"storage\.unavailable"):
        store.open(TENANT, sha256)


def test_strange_files_in_the_folder_are_no_blobs(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put(io.BytesIO(scan(8)), MEBIBYTE, TENANT).sha256
    folder = tmp_path / "blobs" / TENANT / sha256[:2] / sha256[2:4]
    (folder / "notes.txt").write_bytes(PDF)
    (tmp_path / "blobs" / ".snapshot").mkdir()
    assert [blob.sha256 for blob in store.stored(TENANT)] == [sha256]
    assert list(store.tenants()) == [TENANT]


def test_a_folder_that_went_away_is_told(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    (tmp_path / "files").rename(tmp_path / "moved")
    with pytest.raises(SetupError, match=r"storage\.unavailable"):
        store.put(io.BytesIO(scan(9)), MEBIBYTE, TENANT)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")
    with pytest.raises(SetupError, match=r"storage\.unavailable"):
        FolderStore(tmp_path / "files")


def test_the_settings_name_the_folder(tmp_path: Path) -> None:
    store = open_store(load(tmp_path / "data"))
    store.put(io.BytesIO(scan(10)), MEBIBYTE, TENANT)
    assert (tmp_path / "data" / "files" / "blobs" / TENANT).is_dir()
    there = store_at(f"file://{tmp_path}/%E6%96%87%E4%BB%B6", tmp_path)
    assert isinstance(there, FolderStore)
    assert (tmp_path / "文件" / "incoming").is_dir()
