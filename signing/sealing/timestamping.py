"""Timestamps of RFC 3161: asking an authority, and believing nothing of its answer that was not checked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from asn1crypto import algos, cms, core, tsp
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.sealing.refusals import refusal
from signing.trust.material import Purpose, TrustMaterial
from signing.trust.standing import Standing, standing

_GRANTED: Final = frozenset({"granted", "granted_with_mods"})


class TimestampSource(Protocol):
    """A time-stamping authority, wherever it is."""

    def timestamp(self, request_der: bytes) -> bytes:
        """The TimeStampResp (DER) to a TimeStampReq (DER). Raises CertlightError where no answer can be had."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A token that was checked against what was asked for."""

    token: cms.ContentInfo
    time: datetime
    authority: Certificate
    standing: Standing | None
    """How the authority's certificate stands at ``time``; None: there was no trust material to judge it by."""


class CheckedTimeStamper(TimeStamper):
    """pyHanko's view of a :class:`TimestampSource`; ``obtained`` keeps the timestamps in their order.

    pyHanko itself looks at status and nonce only. Here the imprint, the token's own signature and, given ``trust``, the
    authority's certificate are checked before anything of the token is written into a document.
    """

    def __init__(self, source: TimestampSource, trust: TrustMaterial | None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._source = source
        self._trust = trust
        self.obtained: list[Timestamp] = []

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """The checked token over ``message_digest``.

        Raises InputRefused ``seal.timestamp_refused``, ``seal.timestamp_wrong``, ``seal.timestamp_untrusted``, and what
        the source raises.
        """
        timestamp = obtain(self._source, message_digest, md_algorithm, self._trust)
        self.obtained.append(timestamp)
        return timestamp.token


def obtain(source: TimestampSource, digest: bytes, algorithm: str, trust: TrustMaterial | None) -> Timestamp:
    """A timestamp over ``digest``; see :class:`CheckedTimeStamper` for what is raised."""
    # 62 random bits behind a leading one: always positive, always eight bytes, so no answer is shorter by chance.
    nonce = secrets.randbits(62) | 1 << 62
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": algorithm}), "hashed_message": digest}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    answer = source.timestamp(request.dump())
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]
        granted, words = status["status"].native in _GRANTED, _words(status)
        found = _read(response["time_stamp_token"], digest, algorithm, nonce) if granted else None
    except Exception as error:  # whatever a malformed answer makes the parsers raise
        raise refusal("seal.timestamp_wrong") from error
    if not granted:
        raise refusal("seal.timestamp_refused", f"（{words}）" if words else "", f" ({words})" if words else "")
    if found is None:
        raise refusal("seal.timestamp_wrong")
    token, time, authority, others = found
    judged = standing(authority, others, trust, time, Purpose.TIMESTAMP) if trust else None
    if judged is not None:
        _demand(judged)
    return Timestamp(token, time, authority, judged)


def _read(
    token: cms.ContentInfo, digest: bytes, algorithm: str, nonce: int
) -> tuple[cms.ContentInfo, datetime, Certificate, list[Certificate]] | None:
    """Token, time, the authority's certificate and the others; None where it is not what was asked for, or where its
    signature does not hold."""
    signed = token["content"]
    content = signed["encap_content_info"]["content"]
    info = content.parsed
    certificates = extract_certificate_info(signed)
    authority = Certificate.of(certificates.signer_cert)
    signer_info = extract_signer_info(signed)
    state = hashes.Hash(get_pyca_cryptography_hash(signer_info["digest_algorithm"]["algorithm"].native))
    state.update(bytes(content))
    intact, valid = validate_sig_integrity(signer_info, authority.asn1, "tst_info", state.finalize())
    asked = info["message_imprint"]
    same = asked["hashed_message"].native == digest and asked["hash_algorithm"]["algorithm"].native == algorithm
    if not (intact and valid and same and info["nonce"].native == nonce):
        return None
    others = [Certificate.of(other) for other in certificates.other_certs]
    return token.copy(), info["gen_time"].native, authority, others


def _demand(judged: Standing) -> None:
    try:
        judged.demand()
    except InputRefused as error:
        raise refusal("seal.timestamp_untrusted", error.message.zh, error.message.en) from error


def _words(status: Any) -> str:
    """The authority's own words, as far as they are printable and short."""
    texts = None if isinstance(status["status_string"], core.Void) else status["status_string"].native
    return "".join(char for char in "; ".join(texts or ()) if char.isprintable())[:200]
