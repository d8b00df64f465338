"""From a signed draft to a finished seal: CMS, timestamp, evidence, document timestamp."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest

from signing.certificate import Certificate
from signing.sealing.digests import signature_holds
from signing.sealing.draft import Draft, external_signer
from signing.sealing.longterm import add_document_timestamp, add_evidence
from signing.sealing.order import Level
from signing.sealing.pdf_writer import run
from signing.sealing.refusals import refusal
from signing.sealing.soundness import whole
from signing.sealing.timestamping import CheckedTimeStamper, Timestamp, TimestampSource
from signing.trust.material import Purpose, TrustMaterial
from signing.trust.standing import standing


def complete(draft: Draft, signature: bytes, timestamper: TimestampSource | None, trust: TrustMaterial | None) -> bytes:
    """The sealed document. ``signature`` is over ``draft.attributes``.

    Nothing is handed out unless all of it succeeded. Raises InputRefused ``seal.signature_wrong``,
    ``seal.state_other_file`` (the draft's parts do not belong together), ``seal.too_large``, ``seal.timestamp_*``,
    ``certificate.*`` (where the certificate no longer stands good at the timestamp's time); UsageError
    ``seal.timestamper_missing``, ``seal.trust_missing``; InternalError ``seal.unsound``.
    """
    require(draft.level, timestamper, trust)
    _belong_together(draft)
    if not signature_holds(draft.certificate, signature, draft.attributes):
        raise refusal("seal.signature_wrong")
    sealed = _sealed(draft, signature, timestamper, trust)
    if not whole(sealed, draft.certificate):
        raise refusal("seal.unsound")
    return sealed


def _sealed(draft: Draft, signature: bytes, timestamper: TimestampSource | None, trust: TrustMaterial | None) -> bytes:
    stamper = CheckedTimeStamper(timestamper, trust) if timestamper and draft.level.timestamped else None
    container = run(
        external_signer(draft.path, signature).async_sign_prescribed_attributes(
            draft.digest_algorithm, cms.CMSAttributes.load(draft.attributes), timestamper=stamper
        )
    )
    sealed = _fill(draft, container.dump())
    if stamper is None:
        return sealed
    proved = stamper.obtained[0]
    path = _still_good(draft.path, trust, proved.time) if trust else draft.path
    if trust is None or not draft.level.with_evidence:
        return sealed
    sealed = add_evidence(sealed, [path, *_paths(stamper.obtained)], trust, proved.time)
    if draft.level is Level.B_LTA:
        sealed = add_document_timestamp(sealed, stamper, draft.digest_algorithm)
        sealed = add_evidence(sealed, _paths(stamper.obtained[1:]), trust, stamper.obtained[-1].time)
    return sealed


def require(level: Level, timestamper: TimestampSource | None, trust: TrustMaterial | None) -> None:
    """Whether what the level needs is there. Raises UsageError ``seal.timestamper_missing``, ``seal.trust_missing``."""
    if level.timestamped and timestamper is None:
        raise refusal("seal.timestamper_missing")
    if level.with_evidence and trust is None:
        raise refusal("seal.trust_missing")


def _belong_together(draft: Draft) -> None:
    """Document, hole, attributes and certificate of a draft that may have lain in a database."""
    start, end = draft.hole
    pdf = memoryview(draft.pdf)
    if not (0 < start < end - 1 < len(pdf) - 1 and pdf[start] == ord("<") and pdf[end - 1] == ord(">")):
        raise refusal("seal.state_other_file")
    state = hashlib.new(draft.digest_algorithm)
    state.update(pdf[:start])
    state.update(pdf[end:])
    try:
        attributes = {item["type"].native: item["values"][0] for item in cms.CMSAttributes.load(draft.attributes)}
        bound = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
        right = (
            attributes["message_digest"].native == state.digest()
            and bound == hashlib.sha256(draft.certificate.der).digest()
        )
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise refusal("seal.state_malformed") from error
    if not right:
        raise refusal("seal.state_other_file")


def _fill(draft: Draft, container: bytes) -> bytes:
    out = io.BytesIO(draft.pdf)
    hole = PreparedByteRangeDigest(b"", *draft.hole)
    try:
        hole.fill_with_cms(out, container)
    except SigningError as error:
        raise refusal("seal.too_large") from error
    return out.getvalue()


def _still_good(path: Sequence[Certificate], trust: TrustMaterial, time: datetime) -> tuple[Certificate, ...]:
    """The path again, at the time that the timestamp proves: between preparing and finishing days may lie."""
    judged = standing(path[0], path[1:], trust, time, Purpose.SEAL)
    judged.demand()
    return judged.path


def _paths(timestamps: Sequence[Timestamp]) -> list[tuple[Certificate, ...]]:
    return [timestamp.standing.path for timestamp in timestamps if timestamp.standing is not None]
