"""What a version's seal is worth to its light."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from certlight.light import Light
from service.database.documents import DocumentVersion
from service.database.evidence import Seal

_LIGHTS: Final = {light.word: light for light in Light}


def newest_seal(session: Session, version: DocumentVersion) -> Seal | None:
    """The version's last seal, stale or not."""
    found = select(Seal).where(Seal.subject_id == version.subject_id, Seal.version_id == version.id)
    return session.scalars(found.order_by(Seal.id.desc()).limit(1)).first()


def seal_light(session: Session, version: DocumentVersion) -> Light:
    """Of the signatures of the newest seal, as they were found when it was taken in.

    Red where the version is not sealed as it is; yellow where nothing was written down of the signatures.
    """
    seal = newest_seal(session, version)
    if seal is None or seal.covers != version.coverage():
        return Light.RED
    words = [signature["light"] for signature in seal.report.get("signatures", [])]
    return Light.worst(_LIGHTS[word] for word in words) if words else Light.YELLOW
