"""Issuing challenges and recognising one's own again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from signing.login.challenge import LIFETIME, NONCE_BYTES, Challenge
from signing.login.encoding import base64url
from signing.login.origin import normal_origin
from signing.login.refusals import refused
from signing.login.store import ChallengeStore

SECRET_BYTES: Final = 32
"""Least length of a server's secret: as strong as the hash it keys."""
_TICKET: Final = b"certlight-login-ticket/1\n"
_ID_CHARACTERS: Final = 43


@dataclass(frozen=True, slots=True)
class Issued:
    """A challenge on its way to the client."""

    ticket: str
    """Goes to the client with the challenge and comes back with the response; it names the challenge."""
    challenge: Challenge


def issue(
    store: ChallengeStore,
    *,
    origin: str,
    service: str,
    at: datetime,
    lifetime: timedelta = LIFETIME,
    secret: bytes | None = None,
) -> Issued:
    """A fresh challenge for a login from ``origin``, remembered in ``store``.

    ``origin`` is the request's own, after the service found it among those it serves. With ``secret`` (at least 32
    bytes, the same on every server of the service) the ticket carries a MAC, and a forged one is refused without a look
    into the store. ``at`` is the server's clock, aware. Raises UsageError ``login.bad_origin``,
    ``login.bad_service_name``; ValueError for a naive ``at``, a short secret or a lifetime out of bounds.
    """
    if at.utcoffset() is None:
        raise ValueError("at has no time zone")
    begin = at.astimezone(UTC).replace(microsecond=0)
    challenge = Challenge(service, normal_origin(origin), secrets.token_bytes(NONCE_BYTES), begin, begin + lifetime)
    challenge_id = challenge.id
    store.put(challenge_id, challenge)
    return Issued(challenge_id + _mac(challenge_id, secret), challenge)


def challenge_id_of(ticket: str, secret: bytes | None) -> str:
    """The id inside a ticket that this server made. Raises LoginRefused ``login.challenge``."""
    challenge_id = ticket[:_ID_CHARACTERS]
    expected = challenge_id + _mac(challenge_id, secret)
    if not hmac.compare_digest(ticket.encode("utf-8", "replace"), expected.encode("utf-8", "replace")):
        raise refused("login.challenge", "the ticket is not one of ours")
    return challenge_id


def _mac(challenge_id: str, secret: bytes | None) -> str:
    if secret is None:
        return ""
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"a secret has at least {SECRET_BYTES} bytes")
    message = _TICKET + challenge_id.encode("utf-8", "replace")
    return "." + base64url(hmac.new(secret, message, hashlib.sha256).digest())
