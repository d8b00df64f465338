"""Whether a file is what it pretends to be, from first principles: one signature over all of it, and whose. For files
that our own builders made: it tells whether a builder built a forgery, nothing more."""

from __future__ import annotations

import hashlib

from asn1crypto import cms, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from tests.signing.attacks.signed_data import HASHES
from tests.signing.attacks.surgery import cms_length, contents, covered, spans


def signer_of(pdf: bytes) -> x509.Certificate | None:
    """The embedded certificate whose key signed exactly this file; None where the last signature is broken, covers
    less, or is none."""
    try:
        if not spans(pdf) or spans(pdf)[-1].end != len(pdf):
            return None
        der = contents(pdf)
        whole = cms.ContentInfo.load(der[: cms_length(der)])["content"]
        (info,) = whole["signer_infos"]
        digest = info["digest_algorithm"]["algorithm"].native
        (found,) = [one["values"][0].native for one in info["signed_attrs"] if one["type"].native == "message_digest"]
        if found != hashlib.new(digest, covered(pdf)).digest():
            return None
        serial = info["sid"].chosen["serial_number"].native
        (certificate,) = [one.chosen for one in whole["certificates"] if one.chosen.serial_number == serial]
        key = load_der_public_key(certificate.public_key.dump())
        data, value = info["signed_attrs"].untag().dump(), info["signature"].native
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, data, ec.ECDSA(HASHES[digest]()))
        else:
            key.verify(value, data, padding.PKCS1v15(), HASHES[digest]())  # type: ignore[union-attr, call-arg, arg-type]
        return certificate
    except (ValueError, TypeError, KeyError, IndexError, InvalidSignature):
        return None
