"""The platform's signature over a digital certificate, and the keys that verify it.

A JWS (RFC 7515, compact) with Ed25519 (RFC 8037, named as RFC 9864 does), made whenever a certificate is handed out:
it tells what was issued *and* how that stands at this moment, and a key that has to be given up takes no certificate
with it. Keys come from the installation's secrets, so old ones verify for as long as their secret is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from certlight.errors import InternalError
from certlight.text import Text
from service.certificates.content import canonical_json, content_hash
from service.certificates.standing import Standing
from service.database.evidence import DigitalCertificate
from service.domain.moments import utc_text
from service.installation import Installation

ALGORITHM: Final = "Ed25519"
TYPE: Final = "certlight-certificate+jws"
_PURPOSE: Final = "certificate/1"


def attest(installation: Installation, made: DigitalCertificate, state: Standing, *, at: datetime) -> str:
    """The certificate as it was issued, and its state at ``at``, signed.

    Raises InternalError as :func:`demand_untouched`: what was tampered with is never signed.
    """
    demand_untouched(made)
    key = _keys(installation)[0]
    payload = {
        "iss": installation.settings.public_url,
        "iat": int(at.timestamp()),
        "state": state.value,
        "as_of": utc_text(at),
        "revoked_at": utc_text(made.revoked_at) if made.revoked_at else None,
        "certificate": made.content,
        "certificate_sha256": made.sha256,
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.thumbprint()}
    return jws.serialize_compact(header, canonical_json(payload), key, algorithms=[ALGORITHM])


def demand_untouched(made: DigitalCertificate) -> None:
    """Return where the row says what was issued. Raises InternalError ``certificate.damaged``."""
    if content_hash(made.content) != made.sha256:
        raise InternalError(
            "certificate.damaged",
            Text("数字证照的记录与签发时不一致。", "The certificate's record is not what was issued."),
            Text(
                "请管理员运行 certlight audit verify 并核对备份。", "Run certlight audit verify, and look at backups."
            ),
        )


def public_keys(installation: Installation) -> list[dict[str, Any]]:
    """The keys that verify (RFC 7517), the one that signs now first."""
    return [{**_public(key), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"} for key in _keys(installation)]


def _keys(installation: Installation) -> list[OKPKey]:
    return [OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed)) for seed in installation.keys(_PURPOSE)]


def _public(key: OKPKey) -> dict[str, Any]:
    return dict(key.as_dict(private=False))
