"""Which certificates and which revocation evidence are authentic, before any of it is relied upon.

Both are found top down, from the anchors: what no trusted CA has signed is left out, so nothing that comes with a file
can lengthen the search for a path, stand in for a CA, or speak about a certificate's revocation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from asn1crypto import algos, crl, keys, ocsp
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.sig_validate import DEFAULT_SIGNATURE_VALIDATOR

from signing.certificate import MALFORMED, Certificate
from signing.trust.constraints import may_issue, weak_signature

MAX_CANDIDATES: Final = 256
"""Helping certificates looked at; a seal brings three to ten."""


@dataclass(frozen=True, slots=True)
class Crl:
    """A revocation list whose signature holds under the key of ``issuer``."""

    der: bytes
    parsed: crl.CertificateList
    issuer: Certificate

    @property
    def sha256(self) -> str:
        """Of the DER bytes, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()


def signed_by(key: keys.PublicKeyInfo, signature: bytes, data: bytes, algorithm: algos.SignedDigestAlgorithm) -> bool:
    """Whether ``signature`` over ``data`` holds under ``key``; how strong the algorithm is does not matter here."""
    try:
        DEFAULT_SIGNATURE_VALIDATOR.validate_signature(signature, data, key, algorithm)
    except (InvalidSignature, UnsupportedAlgorithm, AssertionError, *MALFORMED):
        # AssertionError: pyHanko's own, where the key is of another kind than the algorithm.
        return False
    return True


@lru_cache(maxsize=4096)
def issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether ``issuer`` is named as the issuer and its key made the signature; nothing about validity or strength."""
    parsed = certificate.asn1
    if parsed.issuer != issuer.asn1.subject:
        return False
    return signed_by(
        issuer.asn1.public_key,
        parsed["signature_value"].native,
        parsed["tbs_certificate"].dump(),
        parsed["signature_algorithm"],
    )


def authentic(anchors: Sequence[Certificate], candidates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Those CA certificates among ``candidates`` that descend from an anchor by signature, without the anchors."""
    waiting = [c for c in dict.fromkeys(candidates) if c not in anchors and may_issue(c)][:MAX_CANDIDATES]
    known: list[Certificate] = []
    fresh = [anchor for anchor in anchors if may_issue(anchor)]
    while fresh:
        found = [c for c in waiting if any(issued(c, issuer) for issuer in fresh)]
        waiting = [c for c in waiting if c not in found]
        known += found
        fresh = found
    return tuple(known)


def authentic_crls(authorities: Sequence[Certificate], crls: Iterable[bytes]) -> tuple[Crl, ...]:
    """Those lists that one of ``authorities`` has signed, by a strong algorithm, about its own certificates.

    Indirect lists (RFC 5280 §5.2.5) count for nothing: pyHanko's validator, knowing the certificate in question, takes
    one in that certificate's own name without looking at the signature. Malformed lists are left out.
    """
    return tuple(found for der in dict.fromkeys(crls) if (found := authentic_crl(authorities, der)) is not None)


def authentic_crl(authorities: Sequence[Certificate], der: bytes) -> Crl | None:
    """The list, where one of ``authorities`` has signed it about its own certificates; else None."""
    try:
        parsed = crl.CertificateList.load(der, strict=True)
        return next((Crl(der, parsed, authority) for authority in authorities if is_list_of(parsed, authority)), None)
    except MALFORMED:
        return None


def is_list_of(parsed: crl.CertificateList, authority: Certificate) -> bool:
    """Whether ``authority`` has signed the list, by a strong algorithm, about its own certificates.

    Raises one of MALFORMED where the list is.
    """
    if parsed.issuer != authority.asn1.subject or weak_signature(parsed["signature_algorithm"]):
        return False
    point = parsed.issuing_distribution_point_value
    usage = authority.asn1.key_usage_value
    return (
        not (point is not None and point["indirect_crl"].native)
        and may_issue(authority)
        and (usage is None or "crl_sign" in usage.native)
        and signed_by(
            authority.asn1.public_key,
            parsed["signature"].native,
            parsed["tbs_cert_list"].dump(),
            parsed["signature_algorithm"],
        )
    )


def wellformed_ocsps(responses: Iterable[bytes]) -> tuple[ocsp.OCSPResponse, ...]:
    """The answers that parse, succeeded and are strongly signed; by whom is checked with the path."""
    kept: list[ocsp.OCSPResponse] = []
    for der in dict.fromkeys(responses):
        try:
            response = ocsp.OCSPResponse.load(der, strict=True)
            if response["response_status"].native == "successful":
                basic = response.basic_ocsp_response
                basic.native  # noqa: B018  parses all of it
                for certificate in basic["certs"] or ():
                    certificate.subject.hashable, certificate.issuer.hashable  # noqa: B018
                if not weak_signature(basic["signature_algorithm"]):
                    kept.append(response)
        except MALFORMED:
            continue
    return tuple(kept)
