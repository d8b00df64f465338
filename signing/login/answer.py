"""The client's side: the bridge beside the token signs a challenge, and nothing but a challenge."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from signing.certificate import Certificate
from signing.keys.key import SealKey
from signing.login.challenge import Challenge
from signing.login.refusals import refused
from signing.login.response import CERTIFICATE_BYTES, CHAIN_CERTIFICATES, Response, SignatureAlgorithm


def proposed(challenge_bytes: bytes, *, origin: str) -> Challenge:
    """The challenge in ``challenge_bytes``, whose :meth:`~Challenge.statement` is shown before the PIN is asked for.

    ``origin`` is the website that asks the bridge, from the browser's Origin header, never from the page's own words:
    a page that passes on another site's challenge is refused here. The expiry is left to the server; an office PC's
    clock may be wrong by more than a challenge lives. Raises LoginRefused ``login.not_a_challenge``, ``login.origin``.
    """
    challenge = Challenge.from_bytes(challenge_bytes)
    if challenge.origin != origin:
        raise refused("login.origin", f"{origin[:200]!r} brings a challenge of {challenge.origin}")
    return challenge


def answer(challenge_bytes: bytes, key: SealKey, *, origin: str) -> Response:
    """The response of ``key``'s holder: one signature, over the challenge's own bytes and nothing else.

    Whoever calls this has shown :func:`proposed`'s statement to the user. Raises LoginRefused as :func:`proposed`
    does, and CertlightError ``key.*``.
    """
    message = proposed(challenge_bytes, origin=origin).to_bytes()
    algorithm, digest = _algorithm(key)
    if len(key.certificate.der) > CERTIFICATE_BYTES:
        raise refused("login.malformed", f"a certificate of {len(key.certificate.der)} bytes")
    helping = [certificate.der for certificate in key.chain if len(certificate.der) <= CERTIFICATE_BYTES]
    return Response(
        certificate=key.certificate.der,
        chain=tuple(helping[:CHAIN_CERTIFICATES]),
        algorithm=algorithm,
        signature=key.sign(message, digest),
    )


def _algorithm(key: SealKey) -> tuple[SignatureAlgorithm, str]:
    if key.algorithm == "rsa":
        return "rsa-pkcs1-sha256", "sha256"
    bits = _curve_bits(key.certificate)
    if bits <= 256:
        return "ecdsa-sha256", "sha256"
    return ("ecdsa-sha384", "sha384") if bits <= 384 else ("ecdsa-sha512", "sha512")


def _curve_bits(certificate: Certificate) -> int:
    public = certificate.crypto.public_key()
    return public.key_size if isinstance(public, ec.EllipticCurvePublicKey) else 256
