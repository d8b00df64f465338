"""Whether the certificate of a seal could be relied upon when the seal was made: EN 319 102-1 §5.3, §5.5 and §5.6.

pyHanko has these algorithms too. They are not used as they are: measured, they pass an expired certificate with any
timestamp, even one made after the expiry, without asking for revocation, and refuse archived seals that are good
(decision 24).
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
    proved: datetime | None,
    not_before: datetime | None,
    controls: Sequence[Control],
    at: datetime,
) -> SealTrust:
    """How the certificate of a seal stands now, or else stood at ``proved``, when the seal is known to have existed.

    ``not_before`` is the time of a content timestamp: the seal was made after it. ``controls`` are valid document
    timestamps over the seal, newest first.
    """
    now = chains.stand(certificate, at, [chains.now])
    if proved is not None and proved < certificate.asn1.not_valid_before:
        return SealTrust(now, (_too_early(certificate, proved),), Revocation.UNKNOWN)
    if now.problem is None:
        return SealTrust(now, (), Revocation.GOOD)
    if now.problem.cause is Cause.NOT_YET_VALID and now.problem.own:
        return SealTrust(now, (_too_early(certificate, at),), Revocation.UNKNOWN)
    if proved is None or now.problem.cause not in _CURABLE:
        return SealTrust(now, (_at_present(now.problem, not_before),), _revocation(now.problem))
    asked = [chains.now, *(control for control in controls if control.time >= proved)]
    then = chains.stand(certificate, proved, asked)
    if then.problem is None:
        return SealTrust(then, (_cured(now.problem, proved),), Revocation.GOOD)
    return SealTrust(then, (_still(then.problem, now.problem, proved, not_before),), _revocation(then.problem))


def _at_present(problem: Problem, not_before: datetime | None) -> Finding:
    if _made_after(problem, not_before):
        return _too_late(problem, not_before)
    return problem_finding(problem, SEAL)


def _still(then: Problem, now: Problem, proved: datetime, not_before: datetime | None) -> Finding:
    """The proved time does not help."""
    if _made_after(then, not_before):
        return _too_late(then, not_before)
    if then.own and then.cause in _CURABLE:
        return _proved_too_late(then, proved)
    if then.cause in (Cause.REVOCATION_MISSING, Cause.REVOCATION_STALE) and now.cause is Cause.EXPIRED and now.own:
        return _no_evidence_of_then(now, proved)
    return problem_finding(then, SEAL)


def _made_after(problem: Problem, not_before: datetime | None) -> bool:
    """Whether it is proved that the seal was made after the certificate expired or was revoked."""
    ended = problem.since if problem.own and problem.cause in _CURABLE else None
    return ended is not None and not_before is not None and not_before > ended


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


def _too_late(problem: Problem, not_before: datetime | None) -> Finding:
    expired = problem.cause is Cause.EXPIRED
    zh, en = _ended(problem)
    return Finding(
        "seal.expired" if expired else "seal.revoked",
        Text(
            f"签章证书已于 {day(problem.since)} {zh}，而签章晚于 {day(not_before)}：是在证书{zh}之后签署的。请勿采信。",
            f"The seal's certificate {en} on {day(problem.since)}; the seal was made after {day(not_before)}.",
        ),
        Indication.TOTAL_FAILED,
        SubIndication.EXPIRED if expired else SubIndication.REVOKED,
    )


def _proved_too_late(problem: Problem, proved: datetime) -> Finding:
    """A timestamp proves that the seal is not younger; it may be older, so that nothing is decided (§5.5.4)."""
    expired = problem.cause is Cause.EXPIRED
    zh, en = _ended(problem)
    return Finding(
        "seal.expired" if expired else "seal.revoked",
        Text(
            f"签章证书已于 {day(problem.since)} {zh}，而时间戳只证明签章在 {day(proved)} 已存在，晚于{zh}。"
            "请勿采信，并向签章单位核实。",
            f"The seal's certificate {en} on {day(problem.since)}; the earliest proof of the seal is of {day(proved)}.",
        ),
        Indication.INDETERMINATE,
        SubIndication.OUT_OF_BOUNDS_NO_POE if expired else SubIndication.REVOKED_NO_POE,
    )


def _ended(problem: Problem) -> tuple[str, str]:
    return ("过期", "expired") if problem.cause is Cause.EXPIRED else ("被吊销", "was revoked")


def _no_evidence_of_then(now: Problem, proved: datetime) -> Finding:
    return Finding(
        "seal.revocation_missing",
        Text(
            f"签章证书已于 {day(now.since)} 过期。时间戳证明签署于 {day(proved)}，但没有当时的吊销信息，"
            "无法确认签署时证书未被吊销；请要求对方提供带有长期验证信息（B-LT）的文件，或重新签章。",
            f"The seal's certificate expired on {day(now.since)}. It was sealed on {day(proved)}, but no revocation"
            " evidence of that time is at hand; ask for the file with long-term evidence (B-LT), or a new seal.",
        ),
        Indication.INDETERMINATE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
    )


def _cured(now: Problem, proved: datetime) -> Finding:
    """A notice: what is so now was not so when the seal was made."""
    zh, en = _ended(now)
    whose_zh, whose_en = ("签章证书", "The seal's certificate") if now.own else ("上级 CA 证书", "A CA certificate")
    return Finding(
        "seal.expired_since" if now.cause is Cause.EXPIRED else "seal.revoked_since",
        Text(
            f"{whose_zh}已于 {day(now.since)} {zh}；可信时间戳证明签章在 {day(proved)} 已存在，当时证书有效，"
            "不影响签章效力。",
            f"{whose_en} {en} on {day(now.since)}; a trusted timestamp proves the seal for {day(proved)}.",
        ),
        Indication.TOTAL_PASSED,
    )
