"""How a trust store itself stands, as values and as JSON; :mod:`signing.trust.inspection` finds it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.fetch_log import FetchRecord


class Level(StrEnum):
    """How bad; in ascending order."""

    OK = "ok"
    WARNING = "warning"
    """Works today; somebody should look."""
    BAD = "bad"
    """Good seals are not accepted."""


_ORDER: Final = (Level.OK, Level.WARNING, Level.BAD)


class Freshness(StrEnum):
    """What a revocation list is worth at the moment asked about."""

    FRESH = "fresh"
    STALE = "stale"
    NOT_YET = "not-yet"
    """Made after the moment asked about."""
    UNVERIFIABLE = "unverifiable"
    """Its issuer is in the store, but the signature is not the issuer's, or by too weak an algorithm."""
    UNKNOWN_ISSUER = "unknown-issuer"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing worth knowing. ``code`` is stable."""

    level: Level
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class AuthorityStatus:
    """An anchor or helping certificate."""

    role: str
    """``anchor`` or ``intermediate``."""
    file: str
    certificate: Certificate
    purposes: tuple[str, ...]
    """Empty for helping certificates: theirs are those of the anchor above."""
    demonstration: bool
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class CrlStatus:
    """A revocation list of the cache."""

    file: str
    issuer: str
    """Distinguished name, for people."""
    this_update: datetime
    next_update: datetime | None
    freshness: Freshness
    entries: int
    delta: bool
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A configured address of a revocation list."""

    url: str
    file: str
    last: FetchRecord | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The store at the moment ``at``."""

    at: datetime
    authorities: tuple[AuthorityStatus, ...]
    crls: tuple[CrlStatus, ...]
    sources: tuple[SourceStatus, ...]
    notices: tuple[Notice, ...]
    """Of the store as a whole."""

    @property
    def all_notices(self) -> tuple[Notice, ...]:
        """Those of the whole and of every part."""
        parts = (
            [a.notices for a in self.authorities] + [c.notices for c in self.crls] + [s.notices for s in self.sources]
        )
        return (*self.notices, *(notice for notices in parts for notice in notices))

    @property
    def level(self) -> Level:
        """The worst of all notices."""
        return max((notice.level for notice in self.all_notices), key=_ORDER.index, default=Level.OK)

    @property
    def text(self) -> Text:
        """The level in a sentence."""
        return _LEVEL_TEXTS[self.level]

    def to_json(self) -> dict[str, Any]:
        """``certlight.pki_status/1``."""
        return {
            "schema": "certlight.pki_status/1",
            "at": self.at.isoformat(),
            "level": self.level.value,
            "text": _text_json(self.text),
            "notices": _notices_json(self.notices),
            "authorities": [
                {
                    "role": a.role,
                    "file": a.file,
                    "holder": a.certificate.holder.label,
                    "subject": a.certificate.subject,
                    "issuer": a.certificate.issuer,
                    "sha256": a.certificate.sha256,
                    "valid_from": a.certificate.asn1.not_valid_before.isoformat(),
                    "valid_to": a.certificate.asn1.not_valid_after.isoformat(),
                    "purposes": list(a.purposes),
                    "demonstration": a.demonstration,
                    "notices": _notices_json(a.notices),
                }
                for a in self.authorities
            ],
            "crls": [
                {
                    "file": c.file,
                    "issuer": c.issuer,
                    "this_update": c.this_update.isoformat(),
                    "next_update": c.next_update.isoformat() if c.next_update else None,
                    "freshness": c.freshness.value,
                    "entries": c.entries,
                    "delta": c.delta,
                    "notices": _notices_json(c.notices),
                }
                for c in self.crls
            ],
            "sources": [
                {
                    "url": s.url,
                    "file": s.file,
                    "last": s.last.model_dump(mode="json") if s.last else None,
                    "notices": _notices_json(s.notices),
                }
                for s in self.sources
            ],
        }


def _notices_json(notices: tuple[Notice, ...]) -> list[dict[str, Any]]:
    return [{"level": n.level.value, "code": n.code, "text": _text_json(n.text)} for n in notices]


def _text_json(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


_LEVEL_TEXTS: Final = {
    Level.OK: Text("信任库状态正常。", "The trust store is in order."),
    Level.WARNING: Text("信任库可用，但有需要留意的事项。", "The trust store works; something deserves attention."),
    Level.BAD: Text(
        "信任库有问题：部分或全部印章无法通过验证。",
        "The trust store has a defect: some or all seals cannot be accepted.",
    ),
}
