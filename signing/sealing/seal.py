"""Sealing a document with a key at hand."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from certlight.errors import CertlightError
from signing.keys.file_key import FileKey
from signing.keys.key import SealKey
from signing.sealing.admission import admit
from signing.sealing.completion import complete, require
from signing.sealing.draft import draft
from signing.sealing.endesive_route import fits, seal_by_endesive
from signing.sealing.ground import survey
from signing.sealing.order import Level, SealOrder
from signing.sealing.soundness import keeps_earlier_seals, whole
from signing.sealing.target import aim
from signing.sealing.timestamping import TimestampSource
from signing.trust.material import TrustMaterial

_log: Final = logging.getLogger(__name__)


def seal(
    pdf: bytes,
    key: SealKey,
    order: SealOrder,
    *,
    at: datetime,
    timestamper: TimestampSource | None = None,
    trust: TrustMaterial | None = None,
) -> bytes:
    """The sealed document: ``pdf``, byte for byte, and behind it what the seal adds. PAdES at ``order.level``.

    ``at`` (aware) is the time that the seal claims (/M) and, with ``trust``, the moment its certificate must stand
    good at. RSA keys from files seal through endesive at level B-B, everything else through pyHanko (decision 16); the
    key is used once. The result is read again and checked before it is handed out.

    Raises InputRefused ``seal.pdf_*``, ``seal.earlier_seals``, ``seal.locked``, ``seal.field_*``, ``seal.certify_*``,
    ``seal.other_enterprise``, ``seal.timestamp_*``, ``seal.too_large``, ``certificate.*``, ``key.*``; UsageError
    ``seal.place_*``, ``seal.timestamper_missing``, ``seal.trust_missing``; InternalError ``seal.unsound``.
    """
    if at.utcoffset() is None:
        raise ValueError("at has no time zone")
    require(order.level, timestamper, trust)
    ground = survey(pdf)
    target = aim(ground, order, key.certificate.holder)
    path = admit(key.certificate, key.chain, trust, at, (order.party, target.party))
    if isinstance(key, FileKey) and key.algorithm == "rsa" and order.level is Level.B_B and fits(ground, target):
        try:
            sealed = seal_by_endesive(ground, target, order, key, path, at)
        except CertlightError:
            raise
        except Exception:  # pypdf and endesive, on a document that is only odd: pyHanko is stricter and may do better
            _log.info("endesive failed; sealing by pyHanko", exc_info=True)
        else:
            if keeps_earlier_seals(ground, sealed) and whole(sealed, key.certificate):
                return sealed
            _log.info("what endesive wrote is not sound; sealing by pyHanko")
    made = draft(ground, target, order, path, at)
    return complete(made, key.sign(made.attributes, made.digest_algorithm), timestamper, trust)
