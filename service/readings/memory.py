"""The memory of a tenant: which answers it has about a document's scans, and how new ones are added.

Answers are looked up by scan and told apart by pixels. Nothing of one tenant is ever looked at for another: by
a reading that took no time somebody would learn who else has the same certificate.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from certlight.errors import SetupError
from extractors.engines.protocol import OcrEngine
from service.database.base import Base, new_id
from service.database.readings import ReadingPart
from service.installation import Installation
from service.readings.answers import Answer, packed, unpacked
from service.readings.engine import RememberingEngine, identity

LARGEST: Final = 64 << 20
"""Bytes of the answers about one document; 300 pages take about 4 MB."""
_PARTS: Final = 64
"""Parts that are loaded at most, newest first."""
_TOUCHED: Final = timedelta(days=1)
"""How exactly it is known when answers were used last."""
_MEDIA_TYPE: Final = "application/octet-stream"
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """New answers that lie in the storage, and old ones that were used, to be written down with the job's end."""

    subject_id: str
    engine: str
    scans: tuple[str, ...]
    used: tuple[str, ...]
    sha256: str | None = None
    """The storage's key of the new answers; None where there are none."""
    size: int = 0


class Memory:
    """What a tenant knows of some scans, while a document is worked on."""

    def __init__(self, installation: Installation, engine: OcrEngine, subject_id: str, scans: Sequence[str]) -> None:
        """``scans``: hashes of the uploaded files. Raises SetupError ``database.*``, ``storage.unavailable``."""
        self._installation = installation
        self._subject_id = subject_id
        self._scans = tuple(dict.fromkeys(scans))
        self._identity = identity(engine)
        known, self._used = self._recalled()
        self.engine = RememberingEngine(engine, known)

    def kept(self) -> Kept:
        """Put new answers into the storage; call it when the work is done, before its effect.

        Raises SetupError ``storage.*``.
        """
        fresh = self.engine.fresh
        if not fresh or not self._scans:
            return Kept(self._subject_id, self._identity, self._scans, self._used)
        try:
            data = packed(fresh)
        except ValueError:
            # An engine with evidence of another kind: it works, without a memory.
            return Kept(self._subject_id, self._identity, self._scans, self._used)
        blob = self._installation.store.put(io.BytesIO(data), LARGEST, self._subject_id, media_type=_MEDIA_TYPE)
        return Kept(self._subject_id, self._identity, self._scans, self._used, blob.sha256, blob.size)

    def _recalled(self) -> tuple[dict[str, Answer], tuple[str, ...]]:
        """Answers, and the storage's keys of those that were found."""
        if not self._scans:
            return {}, ()
        with self._installation.reading() as session:
            rows = session.execute(
                select(ReadingPart.sha256, ReadingPart.size)
                .where(
                    ReadingPart.subject_id == self._subject_id,
                    ReadingPart.engine == self._identity,
                    ReadingPart.scan.in_(self._scans),
                )
                .order_by(ReadingPart.id.desc())
                .limit(_PARTS)
            ).all()
        found: dict[str, Answer] = {}
        used, room = [], LARGEST
        for sha256, size in dict.fromkeys((row.sha256, row.size) for row in rows):
            room -= size
            if room < 0:
                break
            try:
                with self._installation.store.open(self._subject_id, sha256) as file:
                    found.update(unpacked(file.read()))
            except (SetupError, ValueError) as error:
                if isinstance(error, SetupError) and error.code not in ("storage.missing", "storage.damaged"):
                    raise
                # A memory may have gaps: what is not known is read again.
                _LOG.warning("kept readings are unreadable", extra={"sha256": sha256})
                continue
            used.append(sha256)
        return found, tuple(used)


def write_down(session: Session, kept: Kept, at: datetime) -> None:
    """Remember ``kept``; part of a job's effect."""
    if kept.used:
        session.execute(
            update(ReadingPart)
            .where(
                ReadingPart.subject_id == kept.subject_id,
                ReadingPart.sha256.in_(kept.used),
                ReadingPart.used_at < at - _TOUCHED,
            )
            .values(used_at=at)
            .execution_options(synchronize_session=False)
        )
    if kept.sha256 is None:
        return
    insert_new(
        session,
        ReadingPart,
        [
            {
                "id": new_id(),
                "subject_id": kept.subject_id,
                "engine": kept.engine,
                "scan": scan,
                "sha256": kept.sha256,
                "size": kept.size,
                "created_at": at,
                "used_at": at,
            }
            for scan in kept.scans
        ],
    )


def insert_new(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert those that are not there; two jobs on the same scans may come to the same end in the same moment."""
    if rows:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(table).values(list(rows)).on_conflict_do_nothing())


def scans_digest(scans: Sequence[str]) -> str:
    """One hash for the scans of a document, in their order."""
    return hashlib.sha256("\n".join(scans).encode()).hexdigest()
