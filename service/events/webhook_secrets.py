"""Secrets of webhooks: made here, shown once, kept encrypted, since signing needs them whole."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.fernet import Fernet, MultiFernet

from service.installation import Installation

PREFIX: Final = "whsec_"
"""As Standard Webhooks writes them; what follows is base64."""
_BYTES: Final = 32
_PURPOSE: Final = "webhook/1"


def new_secret() -> bytes:
    """An HMAC key."""
    return secrets.token_bytes(_BYTES)


def shown(secret: bytes) -> str:
    """As its owner is told it, once."""
    return PREFIX + base64.b64encode(secret).decode()


def encrypted(installation: Installation, secret: bytes) -> bytes:
    """As it is kept; under the installation's newest secret."""
    return _box(installation).encrypt(secret)


def decrypted(installation: Installation, kept: bytes) -> bytes:
    """Raises cryptography.fernet.InvalidToken where the installation's secret of then is no longer known."""
    return _box(installation).decrypt(kept)


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """``webhook-signature`` of Standard Webhooks 1.0: HMAC-SHA256 over id, Unix seconds and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def _box(installation: Installation) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in installation.keys(_PURPOSE)])
