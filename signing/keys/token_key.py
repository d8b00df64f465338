"""A seal key that never leaves its token."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final

import pkcs11
from asn1crypto import algos
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pkcs11 import Mechanism
from pkcs11.util.ec import encode_ecdsa_signature

from signing.certificate import Certificate
from signing.keys.file_key import HASHES
from signing.keys.key import Algorithm
from signing.keys.refusals import refusal
from signing.keys.token_errors import speaking_to

_HASHING_RSA: Final = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}


class TokenKey:
    """A private key on a PKCS #11 token, through one session that is logged in. Close it when done: closing logs out.

    Made by :func:`signing.keys.tokens.open_token`. ``pin`` is kept only for keys that ask for it at every signature
    (CKA_ALWAYS_AUTHENTICATE).
    """

    def __init__(
        self,
        session: pkcs11.Session,
        private_key: Any,
        certificate: Certificate,
        chain: tuple[Certificate, ...],
        pin: str | None = None,
    ) -> None:
        self._session: pkcs11.Session | None = session
        self._private_key = private_key
        self._certificate = certificate
        self._chain = chain
        self._pin = pin
        self._slot = session.token.slot
        self._mechanisms = self._slot.get_mechanisms()

    def __repr__(self) -> str:
        return f"TokenKey({self._certificate!r})"

    def __reduce__(self) -> str:
        raise TypeError("a seal key does not leave its process")

    def __enter__(self) -> TokenKey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Log out and close the session. A second call does nothing."""
        session, self._session, self._pin = self._session, None, None
        if session is None:
            return
        try:
            session.close()
        except pkcs11.PKCS11Error:
            # A token that was pulled out took the session with it.
            return

    @property
    def certificate(self) -> Certificate:
        """The certificate that the seal will name."""
        return self._certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The other certificates on the token."""
        return self._chain

    @property
    def algorithm(self) -> Algorithm:
        """Kind of the key pair."""
        return "rsa" if isinstance(self._certificate.crypto.public_key(), rsa.RSAPublicKey) else "ec"

    def sign(self, message: bytes, digest: str) -> bytes:
        """See :class:`signing.keys.key.SealKey`. What the token answers is verified before it is handed out.

        Raises InputRefused ``key.token_removed``, ``key.pin_wrong``, ``key.pin_locked``, ``key.token_failed``,
        ``key.token_signature_wrong``.
        """
        if self._session is None:
            raise refusal("key.token_removed")
        with speaking_to(self._slot):
            signature = self._sign_rsa(message, digest) if self.algorithm == "rsa" else self._sign_ec(message, digest)
        self._verify(signature, message, digest)
        return signature

    def _sign_rsa(self, message: bytes, digest: str) -> bytes:
        mechanism = _HASHING_RSA[digest]
        if mechanism in self._mechanisms:
            return self._raw(message, mechanism)
        # Older tokens hash nothing themselves; they are given the DigestInfo of RFC 8017 §9.2.
        info = algos.DigestInfo({"digest_algorithm": {"algorithm": digest}, "digest": _hash(message, digest)})
        return self._raw(info.dump(), Mechanism.RSA_PKCS)

    def _sign_ec(self, message: bytes, digest: str) -> bytes:
        # Every token has plain CKM_ECDSA; it gives r and s side by side and takes no more bytes than the curve has.
        size = (int(self._certificate.asn1.public_key.bit_size) + 7) // 8
        return encode_ecdsa_signature(self._raw(_hash(message, digest)[:size], Mechanism.ECDSA))

    def _raw(self, data: bytes, mechanism: Mechanism) -> bytes:
        return bytes(self._private_key.sign(data, mechanism=mechanism, pin=self._pin))

    def _verify(self, signature: bytes, message: bytes, digest: str) -> None:
        key = self._certificate.crypto.public_key()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, message, padding.PKCS1v15(), HASHES[digest])
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, ec.ECDSA(HASHES[digest]))
        except InvalidSignature as error:
            raise refusal("key.token_signature_wrong") from error


def _hash(message: bytes, digest: str) -> bytes:
    state = hashes.Hash(HASHES[digest])
    state.update(message)
    return state.finalize()
