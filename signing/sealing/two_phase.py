"""Sealing in two phases: this side prepares, a token far away signs, this side finishes.

Between both lies only what :class:`Prepared` holds: the document with its hole, and a small state for the database.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.sealing.admission import admit
from signing.sealing.completion import complete
from signing.sealing.draft import Draft, draft
from signing.sealing.ground import survey
from signing.sealing.order import Level, SealOrder
from signing.sealing.refusals import refusal
from signing.sealing.target import aim
from signing.sealing.timestamping import TimestampSource
from signing.trust.material import TrustMaterial

MAX_STATE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the first phase leaves."""

    pdf: bytes = field(repr=False)
    """The document with field and appearance, its seal unsigned."""
    signed_attributes: bytes
    """What the token signs: the bytes themselves for a token that hashes, else their digest (DER, 100 to 300 bytes)."""
    digest_algorithm: str
    """``sha256``, ``sha384`` or ``sha512``: the digest of the signature over ``signed_attributes``."""
    state: bytes = field(repr=False)
    """For :func:`finish`; holds no secret. A few kilobytes of JSON, most of them certificates."""


class _State(BaseModel):
    """``state`` as written. Versioned: a document may wait for its token over an update of this program."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["certlight.seal-state/1"] = Field("certlight.seal-state/1", alias="schema")
    pdf_sha256: str
    hole: tuple[int, int]
    attributes: Base64Bytes
    digest: Literal["sha256", "sha384", "sha512"]
    level: Level
    path: tuple[Base64Bytes, ...] = Field(min_length=1, max_length=32)


def prepare(
    pdf: bytes,
    certificate: Certificate,
    chain: Sequence[Certificate],
    order: SealOrder,
    *,
    at: datetime,
    trust: TrustMaterial | None = None,
) -> Prepared:
    """The first phase: everything but the signature. ``at`` (aware) is the time that the seal will claim.

    Raises what :func:`signing.sealing.seal.seal` raises before it signs.
    """
    if at.utcoffset() is None:
        raise ValueError("at has no time zone")
    ground = survey(pdf)
    target = aim(ground, order, certificate.holder)
    path = admit(certificate, chain, trust, at, (order.party, target.party))
    made = draft(ground, target, order, path, at)
    state = _State(
        schema="certlight.seal-state/1",
        pdf_sha256=hashlib.sha256(made.pdf).hexdigest(),
        hole=made.hole,
        attributes=b64encode(made.attributes),
        digest=made.digest_algorithm,  # type: ignore[arg-type]
        level=made.level,
        path=tuple(b64encode(certificate.der) for certificate in made.path),
    )
    return Prepared(made.pdf, made.attributes, made.digest_algorithm, state.model_dump_json(by_alias=True).encode())


def finish(
    pdf: bytes,
    state: bytes,
    signature: bytes,
    *,
    timestamper: TimestampSource | None = None,
    trust: TrustMaterial | None = None,
) -> bytes:
    """The second phase: the sealed document. ``pdf`` and ``state`` are those of :class:`Prepared`.

    ``signature`` is the token's: PKCS #1 v1.5, or ECDSA-Sig-Value in DER. It is checked against the certificate before
    anything is written, so a wrong token or a mixed-up answer costs nothing but another try.
    Raises InputRefused ``seal.state_malformed``, ``seal.state_other_file``, ``seal.signature_wrong``,
    ``seal.timestamp_*``, ``certificate.*``; UsageError ``seal.timestamper_missing``, ``seal.trust_missing``.
    """
    kept = _read(state)
    if hashlib.sha256(pdf).hexdigest() != kept.pdf_sha256:
        raise refusal("seal.state_other_file")
    try:
        path = tuple(Certificate(der) for der in kept.path)
    except InputRefused as error:
        raise refusal("seal.state_malformed") from error
    made = Draft(pdf, kept.hole, kept.attributes, kept.digest, path, kept.level)
    return complete(made, signature, timestamper, trust)


def _read(state: bytes) -> _State:
    try:
        if len(state) > MAX_STATE_BYTES:
            raise ValueError("too large")
        return _State.model_validate_json(state)
    except (ValidationError, ValueError) as error:
        raise refusal("seal.state_malformed") from error
