"""Clearing up: blobs that nothing refers to any more, and what is damaged.

Mark and sweep. The caller marks, with one look at the database, every hash of a tenant that any row refers to. A blob
is put before its row is committed, so what is young is kept whether marked or not: the grace period must be longer than
any transaction that refers to a fresh blob. A blob put again counts as young from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from certlight.errors import SetupError
from service.storage.store import BlobStore

SHORTEST_GRACE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection did."""

    blobs: int
    bytes: int


def collect(store: BlobStore, tenant: str, referenced: Set[str], now: datetime, grace: timedelta) -> Collected:
    """Remove the tenant's blobs that are not in ``referenced`` and were last put more than ``grace`` before ``now``.

    ``referenced`` must have been looked up not earlier than ``grace`` before ``now``. Raises ValueError for a grace
    below an hour or a naive ``now``.
    """
    if grace < SHORTEST_GRACE:
        raise ValueError(f"the grace period is at least {SHORTEST_GRACE}")
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    before = now - grace
    count = size = 0
    for blob in store.stored(tenant):
        gone = blob.sha256 not in referenced and blob.stored_at < before
        if gone and store.discard(tenant, blob.sha256, before):
            count += 1
            size += blob.size
    return Collected(count, size)


def damaged_blobs(store: BlobStore, tenant: str) -> Iterator[str]:
    """Hashes of the tenant's blobs whose bytes are no longer those that were put; reads everything."""
    for blob in store.stored(tenant):
        try:
            store.open(tenant, blob.sha256).close()
        except SetupError as error:
            if error.code == "storage.damaged":
                yield blob.sha256
            elif error.code != "storage.missing":
                raise
