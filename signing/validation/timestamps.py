"""Timestamp tokens: what they prove, and whether they may be believed (RFC 3161, EN 319 102-1 §5.4).

A token proves that what it names existed at its time, as long as its own authority stands. Once that is no longer so
(expired, most often), only a later document timestamp over the file can still prove that the token is not younger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import purpose_findings
from signing.trust.material import Purpose
from signing.trust.paths import CLOCK_TOLERANCE
from signing.validation.chain import Cause, Chains, Control, Stand
from signing.validation.cms import PARSING, Content, Malformed, Signed, malformed, read
from signing.validation.cms_rules import form_findings, weak_digest
from signing.validation.digests import digest_of
from signing.validation.indication import Indication, SubIndication
from signing.validation.integrity import integrity_findings
from signing.validation.policy import DIGESTS
from signing.validation.problems import AUTHORITY, problem_finding
from signing.validation.report import Finding

DigestOf = Callable[[str], bytes | None]
"""The digest of something by the name of an algorithm; None for one that is not known here."""
MAX_TOKENS: Final = 4
"""Tokens looked at in one signature; one is usual, a second authority's is rare."""


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """A timestamp token taken apart."""

    signed: Signed
    time: datetime
    """genTime."""
    algorithm: str
    """Digest algorithm of the imprint."""
    imprint: bytes
    content: bytes
    """DER of the TSTInfo: what the authority has signed."""


@dataclass(frozen=True, slots=True, eq=False)
class Timestamp:
    """A token that was judged."""

    token: Token
    findings: tuple[Finding, ...]
    """What stands against it, as a signature of its own; empty: it may be believed."""
    stand: Stand

    @property
    def valid(self) -> bool:
        """Whether its time counts as proved."""
        return not self.findings

    @property
    def aged(self) -> bool:
        """Nothing is wrong with it but that its authority's certificate has run out since."""
        problem = self.stand.problem
        return len(self.findings) == 1 and problem is not None and problem.cause is Cause.EXPIRED

    @property
    def authority(self) -> Certificate:
        """Who made it."""
        return self.token.signed.certificate


def read_token(der: bytes) -> Token:
    """Take a token apart. Raises :class:`Malformed`."""
    signed = read(der, Content.TIMESTAMP)
    try:
        content = signed.data["encap_content_info"]["content"]
        info = content.parsed
        time = info["gen_time"].native
        if info["version"].native != "v1" or not isinstance(time, datetime):
            raise ValueError("TSTInfo")
        imprint = info["message_imprint"]
        return Token(
            signed,
            time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC),
            str(imprint["hash_algorithm"]["algorithm"].native).lower(),
            bytes(imprint["hashed_message"].native),
            bytes(content),
        )
    except PARSING as error:
        raise Malformed(malformed("时间戳已损坏，无法识别。", "The timestamp is damaged.")) from error


def judge(token: Token, stamped: DigestOf, chains: Chains, proofs: Sequence[Control], at: datetime) -> Timestamp:
    """Whether ``token`` may be believed.

    ``stamped`` gives the digest of what it is to prove, by the name of an algorithm. ``proofs`` are later document
    timestamps over the token, newest first; ``at`` is now.
    """
    findings = [*_form(token, stamped(token.algorithm)), *_times(token, at)]
    own = purpose_findings(token.signed.certificate, Purpose.TIMESTAMP)
    findings += [replace(finding, code="seal.timestamp_invalid") for finding in own]
    stand = chains.stand(token.signed.certificate, at, [chains.now])
    if stand.problem is not None and proofs:
        existed = min(control.time for control in proofs)
        earlier = chains.stand(token.signed.certificate, existed, [chains.now, *proofs])
        stand = earlier if earlier.problem is None else stand
    if stand.problem is not None:
        findings.append(replace(problem_finding(stand.problem, AUTHORITY), code="seal.timestamp_invalid"))
    return Timestamp(token, tuple(findings), stand)


def attached(finding: Finding) -> Finding:
    """A fault of an attached token as a fault of the seal that carries it: the seal is not proved wrong by it, but
    whoever attaches a forged or broken proof of time is not to be believed without a closer look."""
    undecided = finding.indication is Indication.INDETERMINATE
    sub = finding.sub_indication if undecided else SubIndication.SIG_CONSTRAINTS_FAILURE
    return replace(finding, indication=Indication.INDETERMINATE, sub_indication=sub)


def disorder(stamps: Sequence[datetime], rungs: Sequence[datetime], not_before: datetime | None) -> Iterator[Finding]:
    """Content timestamp, signature timestamp, document timestamps: each is made with the one before at hand."""
    earlier = [] if not_before is None else [not_before]
    for later in (stamps, rungs):
        if earlier and later and max(earlier) > min(later) + CLOCK_TOLERANCE:
            yield _DISORDER
            return
        earlier = [*earlier, *later]


def _form(token: Token, stamped: bytes | None) -> list[Finding]:
    content = digest_of(token.content, token.signed.digest)
    findings = [*form_findings(token.signed, cades=False), *integrity_findings(token.signed, content)]
    if not (token.signed.values("signing_certificate") or token.signed.values("signing_certificate_v2")):
        findings.append(
            malformed("时间戳没有绑定时间戳机构的证书。", "The timestamp does not bind its authority's certificate.")
        )
    if token.algorithm not in DIGESTS:
        findings.append(weak_digest(token.algorithm))
    findings = [
        replace(finding, code="seal.timestamp_invalid", text=_OF_TIMESTAMP.get(finding.code, finding.text))
        for finding in findings
    ]
    if stamped != token.imprint:
        findings.insert(0, _UNBOUND)
    return findings


def _times(token: Token, at: datetime) -> list[Finding]:
    certificate = token.signed.certificate.asn1
    if token.time > at + CLOCK_TOLERANCE:
        return [_FUTURE]
    if not certificate.not_valid_before <= token.time <= certificate.not_valid_after:
        return [_OUTSIDE]
    return []


_OF_TIMESTAMP: Final = {
    "seal.hash": Text("时间戳内容被改动过，不可采信。", "The timestamp's content was changed."),
    "seal.signature_value": Text(
        "时间戳的签名值不正确，属伪造或已损坏，不可采信。",
        "The timestamp's signature value is wrong: forged or damaged.",
    ),
}
_UNBOUND: Final = Finding(
    "seal.timestamp_unbound",
    Text(
        "时间戳不是针对这份签名（文件）的，是从别处移来的或内容已变，其时间不可采信。",
        "The timestamp was made for something else, or what it covers was changed; its time proves nothing here.",
    ),
    Indication.TOTAL_FAILED,
    SubIndication.HASH_FAILURE,
)
_FUTURE: Final = Finding(
    "seal.timestamp_invalid",
    Text(
        "时间戳的时间晚于验证时刻，请核对验证机器的时间。",
        "The timestamp lies in the future of this validation; check the clock.",
    ),
    Indication.INDETERMINATE,
    SubIndication.TIMESTAMP_ORDER_FAILURE,
)
_OUTSIDE: Final = Finding(
    "seal.timestamp_invalid",
    Text(
        "时间戳的时间不在时间戳机构证书的有效期内，不可采信。",
        "The timestamp's time lies outside the validity of its authority's certificate.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
_DISORDER: Final = Finding(
    "seal.timestamp_order",
    Text(
        "各时间戳的先后次序互相矛盾，其时间不可采信。",
        "The timestamps contradict each other about what came first.",
    ),
    Indication.INDETERMINATE,
    SubIndication.TIMESTAMP_ORDER_FAILURE,
)
