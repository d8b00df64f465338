"""Faults of an object store: wrong keys, no bucket, silence, a server that dies; large blobs; buckets with versions."""

from __future__ import annotations

import hashlib
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from pydantic import SecretStr

from certlight.errors import SetupError
from service.storage.opening import store_at
from service.storage.s3 import SINGLE, Bucket, S3Store
from tests.components import require
from tests.service.object_store import ACCESS, SECRET, ObjectStore, object_store
from tests.service.storages import MEBIBYTE, PDF, TENANT, scan


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(require("swift"), tmp_path_factory.mktemp("swift")) as running:
        yield running


@pytest.fixture(scope="module")
def client(swift: ObjectStore) -> Any:
    made = boto3.client(
        "s3",
        endpoint_url=swift.endpoint,
        region_name="us-east-1",
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
    )
    made.create_bucket(Bucket="scans")
    return made


def fails(code: str, store: S3Store) -> SetupError:
    with pytest.raises(SetupError) as caught:
        store.put(io.BytesIO(scan(1)), MEBIBYTE, TENANT)
    assert caught.value.code == code
    assert SECRET not in str(caught.value)
    return caught.value


def test_a_large_blob_goes_in_parts_and_comes_back(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(swift.bucket(prefix="large"), tmp_path)
    content = PDF + bytes(range(256)) * (SINGLE // 256 + 1)
    blob = store.put(io.BytesIO(content), 2 * SINGLE, TENANT)
    head = client.head_object(Bucket="scans", Key=f"large/{TENANT}/{blob.sha256}")
    assert head["ETag"].strip('"').endswith("-3"), "not in parts"
    assert store.read_range(TENANT, blob.sha256, SINGLE - 5, 10) == content[SINGLE - 5 : SINGLE + 5]
    assert store.read_range(TENANT, blob.sha256, 5, 10) == content[5:15]
    with store.open(TENANT, blob.sha256) as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == blob.sha256  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_many_blobs_are_listed_over_several_pages(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(swift.bucket(prefix="many"), tmp_path)
    store._client.meta.events.register(
        "before-parameter-build.s3.ListObjectsV2", lambda params, **_: params.update(MaxKeys=3)
    )
    put = {store.put(io.BytesIO(scan(number)), MEBIBYTE, TENANT).sha256 for number in range(8)}
    assert {blob.sha256 for blob in store.stored(TENANT)} == put


def test_nobody_is_served_a_page(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(swift.bucket(prefix="kind"), tmp_path)
    blob = store.put(io.BytesIO(b"<script>"), MEBIBYTE, TENANT, media_type="text/html")
    head = client.head_object(Bucket="scans", Key=f"kind/{TENANT}/{blob.sha256}")
    assert head["ContentType"] == "application/octet-stream"


def test_wrong_keys_are_told(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    wrong = S3Store(swift.bucket(secret="wrong"), tmp_path)
    assert "SignatureDoesNotMatch" in fails("storage.unavailable", wrong).message.en
    with pytest.raises(SetupError, match=r"storage\.unavailable"):
        wrong.open(TENANT, "0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_that_is_not_there_is_no_missing_blob(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(swift.bucket("nowhere"), tmp_path)
    assert "NoSuchBucket" in fails("storage.unavailable", store).message.en
    with pytest.raises(SetupError, match=r"storage\.unavailable"):
        list(store.stored(TENANT))


@contextmanager
def silent_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


def test_a_store_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with silent_server() as port:
        bucket = Bucket(
            "scans", "", f"http://127.0.0.1:{port}", None, SecretStr("a"), SecretStr("b"), read_seconds=0.3, attempts=2
        )
        assert "ReadTimeout" in fails("storage.unavailable", S3Store(bucket, tmp_path)).message.en
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_dies_and_comes_back(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(replace(swift.bucket(prefix="dies"), attempts=1), tmp_path)
    kept = store.put(io.BytesIO(scan(2)), MEBIBYTE, TENANT)
    swift.stop()
    try:
        fails("storage.unavailable", store)
        with pytest.raises(SetupError, match=r"storage\.unavailable"):
            store.open(TENANT, kept.sha256)
        with pytest.raises(SetupError, match=r"storage\.unavailable"):
            store.exists(TENANT, kept.sha256)
    finally:
        swift.start()
    assert list(tmp_path.iterdir()) == []
    with store.open(TENANT, kept.sha256) as file:
        assert file.read() == scan(2)
    assert [blob.sha256 for blob in store.stored(TENANT)] == [kept.sha256]


def test_uploads_in_parts_that_nobody_ended_are_swept(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    store = S3Store(swift.bucket(prefix="parts"), tmp_path)
    client.create_multipart_upload(Bucket="scans", Key=f"parts/{TENANT}/{'0' * 64}")
    client.create_multipart_upload(Bucket="scans", Key=f"others/{TENANT}/{'0' * 64}")
    now = datetime.now(UTC)
    assert store.sweep_incoming(now - timedelta(hours=1)) == 0
    assert store.sweep_incoming(now + timedelta(hours=1)) == 1
    assert len(client.list_multipart_uploads(Bucket="scans", Prefix="others/")["Uploads"]) == 1


def test_in_a_bucket_with_versions_a_put_during_a_collection_is_safe(
    swift: ObjectStore, client: Any, tmp_path: Path
) -> None:
    client.create_bucket(Bucket="versions")
    client.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    store, other = (S3Store(swift.bucket("versions"), tmp_path) for _ in range(2))
    sha256 = store.put(io.BytesIO(scan(5)), MEBIBYTE, TENANT).sha256
    again: list[str] = []

    def put_between(**_: object) -> None:
        again.append(other.put(io.BytesIO(scan(5)), MEBIBYTE, TENANT).sha256)

    store._client.meta.events.register("before-call.s3.DeleteObject", put_between)
    assert store.discard(TENANT, sha256, datetime.now(UTC) + timedelta(hours=1))
    assert again == [sha256]
    with store.open(TENANT, sha256) as file:
        assert file.read() == scan(5)


def test_two_installations_in_one_bucket(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    one, two = (S3Store(swift.bucket(prefix=prefix), tmp_path) for prefix in ("a", "a/b"))
    sha256 = two.put(io.BytesIO(scan(3)), MEBIBYTE, TENANT).sha256
    assert list(two.tenants()) == [TENANT]
    assert not one.exists(TENANT, sha256)
    assert list(one.stored(TENANT)) == []


def test_settings_name_the_bucket(swift: ObjectStore, client: Any, tmp_path: Path) -> None:
    url = f"s3://scans/deep/er?endpoint={swift.endpoint}&region=us-east-1"
    store = store_at(url, tmp_path, SecretStr(ACCESS), SecretStr(SECRET))
    blob = store.put(io.BytesIO(scan(4)), MEBIBYTE, TENANT)
    assert client.head_object(Bucket="scans", Key=f"deep/er/{TENANT}/{blob.sha256}")["ContentLength"] == 5000
