"""How a digital certificate stands at a moment: derived whenever somebody asks, and kept nowhere."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from certlight.china import day
from certlight.light import Light
from certlight.text import Text
from service.database.documents import DocumentVersion
from service.database.evidence import DigitalCertificate
from service.domain.documents import IN_LIBRARY


class Standing(StrEnum):
    """What holds of a certificate; the first in this order that does."""

    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    """A later version, or the document that renewed this one, has entered the library."""
    EXPIRED = "expired"
    """The last day of the document's own validity has passed in China."""
    VALID = "valid"


NAMES: Final = {
    Standing.REVOKED: Text("已注销", "revoked"),
    Standing.SUPERSEDED: Text("已被替代", "superseded"),
    Standing.EXPIRED: Text("已过期", "expired"),
    Standing.VALID: Text("有效", "valid"),
}
LIGHTS: Final = {
    Standing.REVOKED: Light.RED,
    Standing.SUPERSEDED: Light.YELLOW,
    Standing.EXPIRED: Light.RED,
    Standing.VALID: Light.GREEN,
}
"""For pages: may one rely on it?"""


def standing(made: DigitalCertificate, version: DocumentVersion, at: datetime) -> Standing:
    """How ``made``, of ``version``, stands at ``at``. What regulators' domains decided plays no part (decision 036)."""
    if made.revoked_at is not None:
        return Standing.REVOKED
    if version.state not in IN_LIBRARY:
        return Standing.SUPERSEDED
    if version.valid_until is not None and version.valid_until.isoformat() < day(at):
        return Standing.EXPIRED
    return Standing.VALID
