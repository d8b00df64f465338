"""The contract of every store, held by a folder and by a real S3 server alike."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certlight.errors import InputRefused, SetupError
from service.storage import BlobStore
from service.storage.folder import FolderStore
from service.storage.garbage import Collected, collect, damaged_blobs
from service.storage.incoming import Readable
from service.storage.s3 import S3Store
from tests.components import require
from tests.service.object_store import ACCESS, SECRET, ObjectStore, object_store
from tests.service.storages import MEBIBYTE, PDF, TENANT, Rig, Trickle, scan

NUMBERS = itertools.count()
LIMIT = 4 * MEBIBYTE
GRACE = timedelta(hours=2)


@dataclass
class FolderRig(Rig):
    root: Path

    def spoil(self, tenant: str, sha256: str, content: bytes) -> None:
        (self.root / "blobs" / tenant / sha256[:2] / sha256[2:4] / sha256).write_bytes(content)


@dataclass
class S3Rig(Rig):
    client: Any
    bucket: str
    prefix: str

    def spoil(self, tenant: str, sha256: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"{self.prefix}/{tenant}/{sha256}", Body=content)


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(require("swift"), tmp_path_factory.mktemp("swift")) as running:
        client_of(running.endpoint).create_bucket(Bucket="scans")
        yield running


@cache
def client_of(endpoint: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
    )


@pytest.fixture(params=["folder", "s3"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Rig:
    if request.param == "folder":
        return FolderRig(FolderStore(tmp_path / "files"), tmp_path / "files" / "incoming", tmp_path / "files")
    running: ObjectStore = request.getfixturevalue("swift")
    prefix = f"test-{next(NUMBERS)}"
    store = S3Store(running.bucket(prefix=prefix), tmp_path / "incoming")
    return S3Rig(store, tmp_path / "incoming", client_of(running.endpoint), "scans", prefix)


@pytest.fixture
def store(rig: Rig) -> BlobStore:
    return rig.store


def put(store: BlobStore, content: bytes, tenant: str = TENANT) -> str:
    return store.put(io.BytesIO(content), LIMIT, tenant).sha256


def content_of(store: BlobStore, sha256: str, tenant: str = TENANT) -> bytes:
    with store.open(tenant, sha256) as file:
        return file.read()


def names(store: BlobStore, tenant: str = TENANT) -> set[str]:
    return {blob.sha256 for blob in store.stored(tenant)}


def now() -> datetime:
    return datetime.now(UTC)


def test_what_is_put_comes_back_byte_for_byte(rig: Rig) -> None:
    content = scan(1, 2 * MEBIBYTE + 17)
    blob = rig.store.put(io.BytesIO(content), LIMIT, TENANT, name="执照.pdf")
    assert (blob.size, blob.media_type) == (len(content), "application/pdf")
    assert blob.sha256 == hashlib.sha256(content).hexdigest()
    assert content_of(rig.store, blob.sha256) == content
    assert rig.store.size(TENANT, blob.sha256) == len(content)
    assert rig.halfway() == []


def test_an_opened_blob_is_seekable(store: BlobStore) -> None:
    content = scan(2)
    with store.open(TENANT, put(store, content)) as file:
        file.seek(100)
        assert file.read(10) == content[100:110]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=4000), cuts=st.lists(st.integers(1, 1500), min_size=1, max_size=8))
def test_any_bytes_in_any_pieces_are_the_same_blob(rig: Rig, body: bytes, cuts: list[int]) -> None:
    content = PDF + body
    sizes = itertools.cycle(cuts)

    def pieces() -> Iterator[bytes]:
        rest = content
        while rest:
            size = next(sizes)
            yield rest[:size]
            rest = rest[size:]

    whole = rig.store.put(io.BytesIO(content), LIMIT, TENANT)
    assert rig.store.put(Trickle(pieces()), LIMIT, TENANT) == whole
    assert whole.sha256 == hashlib.sha256(content).hexdigest()
    assert content_of(rig.store, whole.sha256) == content


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(len(PDF), 3000), limit=st.integers(1, 3000))
def test_the_limit_is_exact(rig: Rig, size: int, limit: int) -> None:
    content = scan(3, size)
    if size <= limit:
        assert rig.store.put(io.BytesIO(content), limit, TENANT).size == size
    else:
        with pytest.raises(InputRefused) as caught:
            rig.store.put(io.BytesIO(content), limit, TENANT)
        assert caught.value.code == "intake.too_large"
    assert rig.halfway() == []


def test_reading_stops_at_the_limit(rig: Rig) -> None:
    endless = Trickle(itertools.chain([PDF], itertools.repeat(b"x" * 1000)))
    with pytest.raises(InputRefused):
        rig.store.put(endless, 10_000, TENANT)
    assert endless.given <= 12
    assert rig.halfway() == []
    assert names(rig.store) == set()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "intake.empty"), (b"hello", "intake.not_a_scan"), (b"PK\x03\x04" * 900, "intake.not_a_scan")],
)
def test_what_is_no_scan_is_not_kept(rig: Rig, content: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        rig.store.put(io.BytesIO(content), LIMIT, TENANT, name="附件.docx")
    assert caught.value.code == code
    assert rig.halfway() == []
    assert list(rig.store.tenants()) == []


def test_an_upload_that_is_no_scan_is_refused_at_its_head(store: BlobStore) -> None:
    endless = Trickle(itertools.repeat(b"x" * 1024))
    with pytest.raises(InputRefused, match="not_a_scan"):
        store.put(endless, LIMIT, TENANT)
    assert endless.given == 1


def test_the_products_of_the_service_say_what_they_are(store: BlobStore) -> None:
    blob = store.put(io.BytesIO(b'{"light": "green"}'), LIMIT, TENANT, media_type="application/json")
    assert blob.media_type == "application/json"
    assert content_of(store, blob.sha256) == b'{"light": "green"}'


def test_the_same_bytes_are_kept_once(store: BlobStore) -> None:
    assert put(store, scan(4)) == put(store, scan(4))
    assert len(list(store.stored(TENANT))) == 1


def test_concurrent_puts_of_the_same_and_of_other_bytes(rig: Rig) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: put(rig.store, scan(number % 4, 300_000)), range(24)))
    assert len(set(found)) == 4
    assert names(rig.store) == set(found)
    for number in range(4):
        assert content_of(rig.store, found[number]) == scan(number, 300_000)
    assert rig.halfway() == []


def test_tenants_know_nothing_of_each_other(store: BlobStore) -> None:
    sha256 = put(store, scan(5), "one")
    assert not store.exists("two", sha256)
    assert names(store, "two") == set()
    with pytest.raises(SetupError, match="missing"):
        store.open("two", sha256)
    assert put(store, scan(5), "two") == sha256
    assert sorted(store.tenants()) == ["one", "two"]
    assert store.discard("one", sha256, now() + timedelta(hours=1))
    assert content_of(store, sha256, "two") == scan(5)


BAD_NAMES = ["", ".", "..", "../x", "a/b", "/etc", "a\x00", "A" * 65, "租户", "-a", "a\n", "a b", "%2e%2e"]


@pytest.mark.parametrize("tenant", BAD_NAMES)
def test_no_tenant_is_a_path(store: BlobStore, tenant: str) -> None:
    for call in (
        lambda: store.begin(tenant, LIMIT),
        lambda: store.open(tenant, "0" * 64),
        lambda: store.read_range(tenant, "0" * 64, 0, 1),
        lambda: store.exists(tenant, "0" * 64),
        lambda: store.discard(tenant, "0" * 64, now()),
        lambda: list(store.stored(tenant)),
    ):
        with pytest.raises(ValueError, match="tenant"):
            call()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(max_size=70).filter(lambda word: not re.fullmatch("[0-9a-f]{64}", word)))
def test_no_hash_is_a_path(store: BlobStore, word: str) -> None:
    for call in (store.open, store.exists):
        with pytest.raises(ValueError, match="SHA-256"):
            call(TENANT, word)


@pytest.mark.parametrize("word", ["../" * 20 + "abcd", "0" * 63 + "A", "0" * 65, "0" * 64 + "\n", "/" + "0" * 63])
def test_nearly_a_hash_is_none(store: BlobStore, word: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.open(TENANT, word)


@pytest.mark.parametrize("how", ["changed", "cut", "longer", "emptied"])
def test_a_damaged_blob_is_named_and_never_served_until_it_is_put_again(rig: Rig, how: str) -> None:
    good = scan(6)
    sha256, other = put(rig.store, good), put(rig.store, scan(7))
    spoilt = {"changed": b"#" + good[1:], "cut": good[:-1], "longer": good + b"x", "emptied": b""}[how]
    rig.spoil(TENANT, sha256, spoilt)
    for read in (lambda: rig.store.open(TENANT, sha256), lambda: rig.store.read_range(TENANT, sha256, 0, 10)):
        with pytest.raises(SetupError) as caught:
            read()
        assert caught.value.code == "storage.damaged"
        assert sha256 in caught.value.message.zh
    assert list(damaged_blobs(rig.store, TENANT)) == [sha256]
    assert content_of(rig.store, other) == scan(7)
    put(rig.store, good)
    assert content_of(rig.store, sha256) == good


def test_ranges(store: BlobStore) -> None:
    content = scan(8, 10_000)
    sha256 = put(store, content)
    for start, length in ((0, 1), (0, 10_000), (9_990, 100), (10_000, 5), (20_000, 5), (5, 0), (3, 4000), (0, 99_999)):
        assert store.read_range(TENANT, sha256, start, length) == content[start : start + length]
    for start, length in ((-1, 5), (0, -1)):
        with pytest.raises(ValueError, match="range"):
            store.read_range(TENANT, sha256, start, length)


def test_a_blob_damaged_after_its_first_range_is_noticed(rig: Rig) -> None:
    sha256 = put(rig.store, scan(9))
    assert rig.store.read_range(TENANT, sha256, 0, 4) == PDF[:4]
    rig.spoil(TENANT, sha256, b"#" * 5000)
    with pytest.raises(SetupError, match="damaged"):
        rig.store.read_range(TENANT, sha256, 4, 4)


def test_what_is_not_there(store: BlobStore) -> None:
    assert store.size(TENANT, "0" * 64) is None
    assert not store.discard(TENANT, "0" * 64, now())
    for read in (lambda: store.open(TENANT, "0" * 64), lambda: store.read_range(TENANT, "0" * 64, 0, 1)):
        with pytest.raises(SetupError) as caught:
            read()
        assert caught.value.code == "storage.missing"


def test_garbage_is_what_nothing_refers_to_and_is_old(store: BlobStore) -> None:
    kept, gone = put(store, scan(10)), put(store, scan(11))
    elsewhere = put(store, scan(12), "other")
    moment = now() + timedelta(hours=3)
    assert collect(store, TENANT, {kept}, now(), GRACE) == Collected(0, 0), "both are young"
    assert collect(store, TENANT, {kept}, moment, GRACE) == Collected(1, 5000)
    assert names(store) == {kept}
    assert not store.exists(TENANT, gone)
    assert names(store, "other") == {elsewhere}


def test_what_is_put_again_is_young_again(rig: Rig) -> None:
    sha256 = put(rig.store, scan(13))
    (first,) = rig.store.stored(TENANT)
    put(rig.store, scan(13))
    (second,) = rig.store.stored(TENANT)
    assert second.stored_at >= first.stored_at
    assert not rig.store.discard(TENANT, sha256, before=first.stored_at)


@pytest.mark.parametrize(
    ("moment", "grace"), [(datetime(2026, 1, 1), GRACE), (datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=59))]
)
def test_a_collection_that_cannot_be_meant(store: BlobStore, moment: datetime, grace: timedelta) -> None:
    with pytest.raises(ValueError, match=r"grace|time zone"):
        collect(store, TENANT, set(), moment, grace)


def test_a_stream_that_breaks_leaves_nothing(rig: Rig) -> None:
    class Broken:
        reads = 0

        def read(self, size: int, /) -> bytes:
            self.reads += 1
            if self.reads == 3:
                raise ConnectionResetError
            return PDF * 100

    broken: Readable = Broken()
    with pytest.raises(ConnectionResetError):
        rig.store.put(broken, LIMIT, TENANT)
    assert rig.halfway() == []
    assert list(rig.store.tenants()) == []


def test_an_upload_piece_by_piece(rig: Rig) -> None:
    with rig.store.begin(TENANT, LIMIT, name="a.pdf") as incoming:
        for start in range(0, 5000, 700):
            incoming.write(scan(14)[start : start + 700])
        blob = incoming.commit()
    assert content_of(rig.store, blob.sha256) == scan(14)


def test_an_upload_that_is_given_up_leaves_nothing(rig: Rig) -> None:
    with rig.store.begin(TENANT, LIMIT) as incoming:
        incoming.write(scan(15))
        assert len(rig.halfway()) == 1
    assert rig.halfway() == []
    assert list(rig.store.tenants()) == []


def test_uploads_under_way_survive_the_sweeper(rig: Rig) -> None:
    with rig.store.begin(TENANT, LIMIT) as incoming:
        incoming.write(scan(16)[:2000])
        assert rig.store.sweep_incoming(now() + timedelta(hours=1)) == 0
        incoming.write(scan(16)[2000:])
        assert content_of(rig.store, incoming.commit().sha256) == scan(16)


def test_nothing_that_others_could_read(rig: Rig) -> None:
    with rig.store.begin(TENANT, LIMIT) as incoming:
        incoming.write(PDF)
        assert [path.stat().st_mode & 0o777 for path in rig.halfway()] == [0o600]
    assert rig.incoming.stat().st_mode & 0o777 == 0o700
