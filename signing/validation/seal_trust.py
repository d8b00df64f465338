"""Whether the certificate of a seal could be relied upon when the seal was made: EN 319 102-1 §5.3, §5.5 and §5.6.

pyHanko has these algorithms too. They are not used as they are, because measured against the standard they let pass:
an expired certificate with any timestamp, even one made after the expiry, without asking for revocation; a CA revoked
before the timestamp; and they take the time of this machine for the moment of validation (decision 24).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from certlight.text import Text
from signing.certificate import Certificate
from signing.validation.chain import Cause, Chains, Control, Problem, Stand
from signing.validation.indication import Indication, SubIndication
from signing.validation.problems import SEAL, day, problem_finding
from signing.validation.report import Finding, Revocation


@dataclass(frozen=True, slots=True)
class Proof:
    """That the seal existed at a time."""

    time: datetime
    with_seal: bool
    """From a timestamp inside the signature, made with it; otherwise from a later document timestamp."""


@dataclass(frozen=True, slots=True)
class SealTrust:
    """The answer: trusted where nothing but notices was found."""

    stand: Stand
    findings: tuple[Finding, ...]
    revocation: Revocation

    @property
    def trusted(self) -> bool:
        """A chain holds at the time that counts."""
        return self.stand.problem is None and all(f.indication is Indication.TOTAL_PASSED for f in self.findings)


_CURABLE: Final = frozenset({Cause.EXPIRED, Cause.REVOKED})
"""What a proof of an earlier time may cure. Missing evidence about a certificate that is still valid is not: it can be
had, and may say that the key was stolen before the seal was made."""


def seal_trust(
    certificate: Certificate,
    chains: Chains,
    proof: Proof | None,
    not_before: datetime | None,
    controls: Sequence[Control],
    at: datetime,
) -> SealTrust:
    """How the certificate of a seal stands now, or else stood when ``proof`` shows the seal to have existed.

    ``not_before`` is the time of a content timestamp: the signer had it when signing. ``controls`` are valid document
    timestamps over the seal, newest first.
    """
    now = chains.stand(certificate, at, [chains.now])
    if proof is not None and proof.time < certificate.asn1.not_valid_before:
        return SealTrust(now, (_too_early(certificate, proof.time),), Revocation.UNKNOWN)
    if now.problem is None:
        return SealTrust(now, (), Revocation.GOOD)
    if now.problem.cause is Cause.NOT_YET_VALID and now.problem.own:
        return SealTrust(now, (_too_early(certificate, at),), Revocation.UNKNOWN)
    if proof is None or now.problem.cause not in _CURABLE:
        return SealTrust(now, (_at_present(now.problem, not_before),), _revocation(now.problem))
    asked = [chains.now, *(control for control in controls if control.time >= proof.time)]
    then = chains.stand(certificate, proof.time, asked)
    if then.problem is None:
        return SealTrust(then, (_cured(now.problem, proof),), Revocation.GOOD)
    return SealTrust(then, (_still(then.problem, now.problem, proof, not_before),), _revocation(then.problem))


def _at_present(problem: Problem, not_before: datetime | None) -> Finding:
    proved = not_before is not None and problem.own and problem.since is not None and not_before > problem.since
    if proved and problem.cause in (Cause.EXPIRED, Cause.REVOKED):
        return _too_late(problem, not_before)
    return problem_finding(problem, SEAL)


def _still(then: Problem, now: Problem, proof: Proof, not_before: datetime | None) -> Finding:
    """The proved time does not help."""
    if then.own and then.cause in (Cause.EXPIRED, Cause.REVOKED):
        return _too_late(then, proof.time) if proof.with_seal else _at_present(then, not_before)
    if then.cause in (Cause.REVOCATION_MISSING, Cause.REVOCATION_STALE) and now.cause is Cause.EXPIRED and now.own:
        return _no_evidence_of_then(now, proof)
    return problem_finding(then, SEAL)


def _revocation(problem: Problem) -> Revocation:
    return Revocation.REVOKED if problem.cause is Cause.REVOKED else Revocation.UNKNOWN


def _too_early(certificate: Certificate, proved: datetime) -> Finding:
    since = certificate.asn1.not_valid_before
    return Finding(
        "seal.not_yet_valid",
        Text(
            f"签章证书自 {day(since)} 起才有效，而签章在 {day(proved)} 就已存在：签署时证书尚未生效。请勿采信。",
            f"The seal's certificate is valid from {day(since)}, but the seal existed on {day(proved)}.",
        ),
        Indication.TOTAL_FAILED,
        SubIndication.NOT_YET_VALID,
    )


def _too_late(problem: Problem, proved: datetime | None) -> Finding:
    """Made after expiry or revocation. A timestamp inside the signature is taken when sealing; EN 319 102-1 would leave
    open that it was added later, we do not."""
    expired = problem.cause is Cause.EXPIRED
    zh, en = ("过期", "expired") if expired else ("被吊销", "was revoked")
    return Finding(
        "seal.expired" if expired else "seal.revoked",
        Text(
            f"签章证书已于 {day(problem.since)} {zh}，而签章时间戳为 {day(proved)}：是在证书{zh}之后签署的。请勿采信。",
            f"The seal's certificate {en} on {day(problem.since)}; the seal was made later, on {day(proved)}.",
        ),
        Indication.TOTAL_FAILED,
        SubIndication.EXPIRED if expired else SubIndication.REVOKED,
    )


def _no_evidence_of_then(now: Problem, proof: Proof) -> Finding:
    return Finding(
        "seal.revocation_missing",
        Text(
            f"签章证书已于 {day(now.since)} 过期。时间戳证明签署于 {day(proof.time)}，但没有当时的吊销信息，"
            "无法确认签署时证书未被吊销；请要求对方提供带有长期验证信息（B-LT）的文件，或重新签章。",
            f"The seal's certificate expired on {day(now.since)}. It was sealed on {day(proof.time)}, but no revocation"
            " evidence of that time is at hand; ask for the file with long-term evidence (B-LT), or a new seal.",
        ),
        Indication.INDETERMINATE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
    )


def _cured(now: Problem, proof: Proof) -> Finding:
    """A notice: what is so now was not so when the seal was made."""
    expired = now.cause is Cause.EXPIRED
    zh, en = ("过期", "expired") if expired else ("被吊销", "was revoked")
    whose_zh, whose_en = ("签章证书", "The seal's certificate") if now.own else ("上级 CA 证书", "A CA certificate")
    return Finding(
        "seal.expired_since" if expired else "seal.revoked_since",
        Text(
            f"{whose_zh}已于 {day(now.since)} {zh}；可信时间戳证明签章在 {day(proof.time)} 已存在，当时证书有效，"
            "不影响签章效力。",
            f"{whose_en} {en} on {day(now.since)}; a trusted timestamp proves the seal for {day(proof.time)}.",
        ),
        Indication.TOTAL_PASSED,
    )
