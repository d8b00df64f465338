"""Blobs in an S3-compatible object store: ``<prefix>/<tenant>/<sha256>``.

A blob is first written to a local folder: its key is its hash, and nothing unhashed or refused may reach the bucket.
One request puts objects up to :data:`SINGLE`, with the hash as checksum, so that a store that checks them takes nothing
else; larger ones go in parts. Objects appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import boto3  # type: ignore[import-untyped]
from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]
from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from pydantic import SecretStr

from certlight.errors import SetupError
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
from service.storage.failures import damaged, full, missing, told, unavailable
from service.storage.incoming import Incoming, Readable, sweep

SINGLE: Final = 32 * 1024 * 1024
"""Bytes that one request puts."""
PART: Final = 16 * 1024 * 1024
IN_MEMORY: Final = 8 * 1024 * 1024
"""Bytes of a blob being read that are held in memory; more go to a file without a name."""
_VERIFIED: Final = 4096
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_FULL: Final = frozenset({"507", "QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity", "InsufficientStorage"})


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects are, and how long it may take."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key: SecretStr | None = None
    secret_key: SecretStr | None = None
    """Without both, what boto3 finds: AWS variables, files, instance roles."""
    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    """Longest silence of the store."""
    attempts: int = 4
    """Tries of each request in all, with growing pauses."""


class S3Store:
    """A :class:`service.storage.store.BlobStore` in a bucket."""

    def __init__(self, bucket: Bucket, incoming: Path) -> None:
        """``incoming`` is a local folder for blobs on their way; it is made."""
        self._bucket, self._incoming = bucket, incoming
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._verified: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._guard = threading.Lock()
        with told():
            incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _answers():
            self._client = _client(bucket)

    def begin(self, tenant: str, limit: int, name: str = "", media_type: str | None = None) -> Incoming:
        owner = checked_tenant(tenant)
        return Incoming(self._incoming, limit, name, media_type, lambda path, blob: self._adopt(owner, path, blob))

    def put(self, stream: Readable, limit: int, tenant: str, *, name: str = "", media_type: str | None = None) -> Blob:
        with self.begin(tenant, limit, name, media_type) as incoming:
            while piece := stream.read(PIECE):
                incoming.write(piece)
            return incoming.commit()

    def _adopt(self, tenant: str, path: Path, blob: Blob) -> None:
        key = self._key(tenant, blob.sha256)
        # Whatever asks the bucket directly gets bytes to save, never a page to show.
        kind = {"ContentType": "application/octet-stream"}
        with _answers(), path.open("rb") as file:
            if blob.size <= SINGLE:
                checksum = b64encode(bytes.fromhex(blob.sha256)).decode("ascii")
                self._client.put_object(Bucket=self._bucket.name, Key=key, Body=file, ChecksumSHA256=checksum, **kind)
            else:
                parts = TransferConfig(multipart_threshold=SINGLE, multipart_chunksize=PART, max_concurrency=4)
                self._client.upload_fileobj(
                    file, self._bucket.name, key, ExtraArgs={"ChecksumAlgorithm": "SHA256", **kind}, Config=parts
                )
            if self._head(key).get("ContentLength") != blob.size:
                raise unavailable("the object store did not keep the whole file")

    def open(self, tenant: str, sha256: str) -> BinaryIO:
        file, _ = self._fetch(tenant, sha256)
        return file

    def _fetch(self, tenant: str, sha256: str) -> tuple[BinaryIO, str]:
        """The verified blob, and the tag under which the store has it."""
        key = self._key(tenant, sha256)
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(self._incoming))  # noqa: SIM115  handed out
        digest = hashlib.sha256()
        try:
            with told(), _answers(sha256):
                answer = self._client.get_object(Bucket=self._bucket.name, Key=key)
                with closing(answer["Body"]) as body:
                    for piece in body.iter_chunks(PIECE):
                        digest.update(piece)
                        file.write(piece)
            if digest.hexdigest() != sha256:
                raise damaged(sha256)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return cast(BinaryIO, file), str(answer["ETag"])

    def read_range(self, tenant: str, sha256: str, start: int, length: int) -> bytes:
        checked_range(start, length)
        key = self._key(tenant, sha256)
        with _answers(sha256):
            head = self._head(key)
        with self._guard:
            known = (key, str(head["ETag"])) in self._verified
        if not known:
            file, tag = self._fetch(tenant, sha256)
            with self._guard:
                self._verified[key, tag] = None
                if len(self._verified) > _VERIFIED:
                    self._verified.popitem(last=False)
            with file:
                file.seek(start)
                return file.read(length)
        length = min(length, int(head["ContentLength"]) - start)
        if length <= 0:
            return b""
        with _answers(sha256):
            answer = self._client.get_object(
                Bucket=self._bucket.name, Key=key, Range=f"bytes={start}-{start + length - 1}", IfMatch=head["ETag"]
            )
            with closing(answer["Body"]) as body:
                found: bytes = body.read()
        return found

    def size(self, tenant: str, sha256: str) -> int | None:
        try:
            with _answers(sha256):
                return int(self._head(self._key(tenant, sha256))["ContentLength"])
        except SetupError as error:
            if error.code == "storage.missing":
                return None
            raise

    def exists(self, tenant: str, sha256: str) -> bool:
        return self.size(tenant, sha256) is not None

    def stored(self, tenant: str) -> Iterator[Stored]:
        prefix = f"{self._prefix}{checked_tenant(tenant)}/"
        for page in self._pages(Prefix=prefix):
            for item in page.get("Contents", ()):
                name = str(item["Key"]).removeprefix(prefix)
                if is_sha256(name):
                    yield Stored(name, int(item["Size"]), item["LastModified"].astimezone(UTC))

    def tenants(self) -> Iterator[str]:
        for page in self._pages(Prefix=self._prefix, Delimiter="/"):
            for item in page.get("CommonPrefixes", ()):
                name = str(item["Prefix"]).removeprefix(self._prefix).rstrip("/")
                if is_tenant(name):
                    yield name

    def discard(self, tenant: str, sha256: str, before: datetime) -> bool:
        key = self._key(tenant, sha256)
        try:
            with _answers(sha256):
                head = self._head(key)
                if head["LastModified"] >= before:
                    return False
                # In a bucket with versions, a put between looking and removing is another version and stays.
                version = {"VersionId": head["VersionId"]} if head.get("VersionId") else {}
                self._client.delete_object(Bucket=self._bucket.name, Key=key, **version)
        except SetupError as error:
            if error.code == "storage.missing":
                return False
            raise
        return True

    def sweep_incoming(self, before: datetime) -> int:
        with told():
            count = sweep(self._incoming, before.timestamp())
        with _answers():
            uploads = self._client.list_multipart_uploads(Bucket=self._bucket.name, Prefix=self._prefix)
            for upload in uploads.get("Uploads", ()):
                if upload["Initiated"] < before:
                    place = {"Bucket": self._bucket.name, "Key": upload["Key"], "UploadId": upload["UploadId"]}
                    self._client.abort_multipart_upload(**place)
                    count += 1
        return count

    def _key(self, tenant: str, sha256: str) -> str:
        return f"{self._prefix}{checked_tenant(tenant)}/{checked_sha256(sha256)}"

    def _head(self, key: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.head_object(Bucket=self._bucket.name, Key=key)
        return answer

    def _pages(self, **what: str) -> Iterator[dict[str, Any]]:
        pages = iter(self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket.name, **what))
        while True:
            with _answers():
                page = next(pages, None)
            if page is None:
                return
            yield page


def _client(bucket: Bucket) -> Any:
    keys: dict[str, str] = {}
    if bucket.access_key and bucket.secret_key:
        keys["aws_access_key_id"] = bucket.access_key.get_secret_value()
        keys["aws_secret_access_key"] = bucket.secret_key.get_secret_value()
    config = Config(
        connect_timeout=bucket.connect_seconds,
        read_timeout=bucket.read_seconds,
        retries={"total_max_attempts": bucket.attempts, "mode": "standard"},
        # Other stores than Amazon's often know no buckets as host names, and no checksums in trailers.
        s3={"addressing_style": "path" if bucket.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    # A session of our own: boto3's default one is not for several threads.
    session = boto3.session.Session(**keys, region_name=bucket.region or ("us-east-1" if bucket.endpoint else None))
    return session.client("s3", endpoint_url=bucket.endpoint, config=config)


@contextmanager
def _answers(sha256: str | None = None) -> Iterator[None]:
    """The store's refusals and silences as errors of ours; where a blob is named, what is not there is that blob."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if sha256 is not None and code in _ABSENT:
            raise missing(sha256) from None
        raise (full() if code in _FULL else unavailable(code or "no reason given")) from error
    except (BotoCoreError, Boto3Error) as error:
        # Its text may hold the address of the store, never the credentials; the kind is enough for a message.
        raise unavailable(type(error).__name__) from error
