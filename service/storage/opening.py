"""The store that an address names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from service.settings import Settings
from service.storage.folder import FolderStore
from service.storage.store import BlobStore


def open_store(settings: Settings) -> BlobStore:
    """The installation's store. Raises SetupError ``storage.unavailable``."""
    return store_at(
        settings.storage_url,
        settings.data_dir / "incoming",
        settings.storage_access_key,
        settings.storage_secret_key,
    )


def store_at(
    url: str, incoming: Path, access_key: SecretStr | None = None, secret_key: SecretStr | None = None
) -> BlobStore:
    """The store of an address as ``Settings.storage_url`` takes it; ``incoming`` is a local folder that S3 needs."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderStore(Path(unquote(parts.path)))
    # boto3 takes half a second to load: only for those who use it.
    from service.storage.s3 import Bucket, S3Store

    options = parse_qs(parts.query)
    bucket = Bucket(
        parts.netloc,
        unquote(parts.path).strip("/"),
        endpoint=options.get("endpoint", [None])[0],
        region=options.get("region", [None])[0],
        access_key=access_key,
        secret_key=secret_key,
    )
    return S3Store(bucket, incoming)
