"""Checking the answer to a challenge: who is it that logs in?"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signing.certificate import Certificate, Holder
from signing.login.challenge import Challenge
from signing.login.issue import challenge_id_of
from signing.login.refusals import refused
from signing.login.response import Response, demand_signature
from signing.login.store import ChallengeStore
from signing.trust.material import Purpose, TrustMaterial
from signing.trust.standing import Standing, standing

CLOCK_TOLERANCE: Final = timedelta(seconds=10)
"""How far the clocks of two servers of one service may differ: one issues, the other checks."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who has proved to hold a certificate's key. ``holder.credit_code`` is never empty."""

    holder: Holder
    certificate: Certificate
    standing: Standing
    """Chain, revocation evidence and whether the anchor is a demonstration's; always good."""
    challenge: Challenge
    """The spent challenge: origin, service and times for the operation log."""
    at: datetime


def check_response(
    response: Response,
    ticket: str,
    *,
    store: ChallengeStore,
    origin: str,
    service: str,
    material: TrustMaterial,
    at: datetime,
    secret: bytes | None = None,
) -> Identity:
    """Whom ``response`` proves to be here; raises where it proves nobody, never returns a "no".

    ``ticket`` is what :func:`signing.login.issue.issue` gave out with the challenge, ``origin`` the Origin header of
    the request that brings the response, ``service`` the name this service issues challenges under, ``at`` the
    server's clock, ``secret`` the one given to ``issue``. Cheap checks come first; the challenge is spent as soon as
    it is found, whatever follows. The certificate is judged last, so that nobody learns how a certificate stands
    without holding its key.

    Raises LoginRefused ``login.malformed``, ``login.challenge``, ``login.origin``, ``login.signature``,
    ``login.no_credit_code``; InputRefused ``certificate.*`` where the certificate does not stand; UsageError
    ``login.bad_origin``; ValueError for a naive ``at``.
    """
    if at.utcoffset() is None:
        raise ValueError("at has no time zone")
    challenge_id = challenge_id_of(ticket, secret)
    certificates = response.certificates()
    challenge = _spend(challenge_id, store, service, at)
    if challenge.origin != origin:
        raise refused("login.origin", f"issued for {challenge.origin}, answered from {origin[:200]!r}")
    demand_signature(response, certificates.own, challenge.to_bytes())
    found = standing(certificates.own, certificates.chain, material, at, Purpose.LOGIN)
    found.demand()
    holder = certificates.own.holder
    if not holder.credit_code:
        raise refused("login.no_credit_code", certificates.own.subject)
    return Identity(holder, certificates.own, found, challenge, at)


def _spend(challenge_id: str, store: ChallengeStore, service: str, at: datetime) -> Challenge:
    challenge = store.take(challenge_id)
    if challenge is None:
        raise refused("login.challenge", "unknown, used before, or forgotten")
    if not hmac.compare_digest(challenge.id, challenge_id):
        raise refused("login.challenge", "the store gave another challenge than was put in")
    if challenge.service != service:
        raise refused("login.challenge", f"issued by {challenge.service}")
    if at >= challenge.expires_at:
        raise refused("login.challenge", f"expired at {challenge.expires_at}")
    if at < challenge.issued_at - CLOCK_TOLERANCE:
        raise refused("login.challenge", f"issued in the future, at {challenge.issued_at}")
    return challenge
