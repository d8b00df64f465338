"""Whether a certificate stands, at the moment that counts, below an anchor that counts.

Two moments matter (EN 319 102-1 §5.6.2.1). The certificate itself must have been valid and not revoked when the thing
it signed is known to have existed: now, or when a trusted timestamp was made. The authorities above it must stand when
their word is taken: now, or when a later document timestamp proves that the file already held that word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from itertools import pairwise
from typing import Final

from asn1crypto import crl, ocsp
from pyhanko_certvalidator import errors
from pyhanko_certvalidator.path import ValidationPath

from signing.certificate import Certificate
from signing.trust.evidence import authentic, wellformed_ocsps
from signing.trust.material import Anchor, Purpose, TrustMaterial
from signing.trust.paths import distinct, paths_to, validate_path
from signing.validation.evidence import Evidence
from signing.validation.pieces import answers_of, list_of
from signing.validation.revocation import Statement, revoked_by, statements

MAX_EVIDENCE_AGE: Final = timedelta(days=400)
"""Lists of roots kept offline are made once a year at the least; whatever claims to be good for longer is not taken at
its word, because a revoked signer may bring it along."""


class Cause(Enum):
    """What keeps a certificate from standing."""

    UNTRUSTED = auto()
    """No anchor above it."""
    IS_ANCHOR = auto()
    """It is itself among the anchors: nobody vouches for it."""
    PURPOSE = auto()
    """Its anchor is configured for something else."""
    DEMONSTRATION = auto()
    """Its anchor is a demonstration's, and this is production."""
    EXPIRED = auto()
    NOT_YET_VALID = auto()
    REVOKED = auto()
    REVOCATION_MISSING = auto()
    REVOCATION_STALE = auto()
    WEAK = auto()
    CONSTRAINTS = auto()
    UNREADABLE = auto()


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason, of the certificate itself (``own``) or of an authority above it."""

    cause: Cause
    own: bool = True
    since: datetime | None = None
    """When it expired, becomes valid, or was revoked."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How a certificate stands at a moment."""

    path: tuple[Certificate, ...]
    """From the certificate up to the anchor; empty where there is none."""
    problem: Problem | None
    """None: it stands, with revocation evidence about every certificate of the path."""
    sources: tuple[str, ...] = ()
    """Where the evidence came from that counted."""


@dataclass(frozen=True, slots=True)
class Control:
    """A moment at which authorities may be asked to stand, and the evidence known by then."""

    time: datetime
    evidence: Evidence


class Chains:
    """Chains below the anchors of one purpose, with the evidence of one validation."""

    def __init__(self, material: TrustMaterial, purpose: Purpose, evidence: Evidence, at: datetime) -> None:
        self._material = material
        self._purpose = purpose
        self._evidence = evidence
        self._at = at
        self._anchors = distinct(_above(material.anchors_for(purpose), evidence.certificates), at)
        self._helpers = authentic(self._anchors, evidence.certificates)
        self.now = Control(at, evidence)
        """Now, with everything at hand."""

    def stand(self, certificate: Certificate, moment: datetime, controls: Sequence[Control]) -> Stand:
        """How ``certificate`` stood at ``moment``, the authorities above it being asked at the first of ``controls``
        at which they stand. Where nothing helps, the problem of the first."""
        first: Stand | None = None
        paths = paths_to(certificate, self._anchors, self._helpers)
        for control in controls:
            for path in paths:
                found = self._try(path, moment, control)
                if found.problem is None:
                    return found
                first = first or found
        return first or Stand((), self._why(certificate))

    def _try(self, path: ValidationPath, moment: datetime, control: Control) -> Stand:
        chain = tuple(Certificate.of(path[i]) for i in range(path.pkix_len, -1, -1))
        said = [statements(certificate, issuer, self._evidence) for certificate, issuer in pairwise(chain)]
        problem = self._problem(path, chain, said, moment, control.evidence, in_hindsight=moment < control.time)
        if problem is None and moment < control.time:
            above = _without_leaf(path)
            problem = self._problem(above, chain[1:], said[1:], control.time, control.evidence, in_hindsight=False)
            problem = problem and Problem(problem.cause, False, problem.since)
        if problem is not None:
            return Stand(chain, problem)
        return Stand(chain, None, _sources(said, moment, in_hindsight=moment < control.time))

    def _problem(
        self,
        path: ValidationPath,
        chain: Sequence[Certificate],
        said: Sequence[tuple[Statement, ...]],
        moment: datetime,
        evidence: Evidence,
        *,
        in_hindsight: bool,
    ) -> Problem | None:
        for position, about in enumerate(said):
            if (since := revoked_by(about, moment)) is not None:
                return Problem(Cause.REVOKED, position == 0, since)
        lists, answers = self._usable(chain, evidence, moment)
        error = validate_path(path, self._helpers, lists, answers, moment, in_hindsight=in_hindsight)
        if isinstance(error, errors.InsufficientRevinfoError):
            # Asked for along the way: a breach further down is not cured by any evidence and says more.
            breach = validate_path(path, self._helpers, lists, answers, moment, revocation=False)
            error = breach or error
        return None if error is None else _problem_of(error)

    def _usable(
        self, chain: Sequence[Certificate], evidence: Evidence, moment: datetime
    ) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
        """Authentic evidence that may speak of this chain at the moment: not what was made after a certificate expired,
        when it need not be named any more, nor what is old however long it calls itself good."""
        oldest = moment - MAX_EVIDENCE_AGE
        lists: dict[bytes, crl.CertificateList] = {}
        answers: dict[bytes, ocsp.OCSPResponse] = {}
        below = dict(zip(chain[1:], chain[:-1], strict=True))
        for authority in dict.fromkeys((*chain[1:], *self._anchors, *self._helpers)):
            certificate = below.get(authority)
            for piece in evidence.crls:
                listed = list_of(authority, piece.der)
                if listed is None or listed.issued < oldest:
                    continue
                if certificate is None or listed.speaks_of(certificate):
                    lists[piece.der] = listed.authentic.parsed
            if certificate is None:
                continue
            for piece in evidence.ocsps:
                about = [a for a in answers_of(authority, piece.der) if a.serial == certificate.asn1.serial_number]
                if about and all(a.speaks_of(certificate) and a.issued >= oldest for a in about):
                    for response in wellformed_ocsps((piece.der,)):
                        answers[piece.der] = response
        return list(lists.values()), list(answers.values())

    def _why(self, certificate: Certificate) -> Problem:
        """The most telling reason for there being no path to an anchor that counts."""
        if any(certificate == anchor.certificate for anchor in self._material.anchors):
            return Problem(Cause.IS_ANCHOR)
        reached = [anchor for anchor in self._material.anchors if self._reaches(certificate, anchor)]
        if any(self._purpose in anchor.purposes for anchor in reached):
            return Problem(Cause.DEMONSTRATION)
        return Problem(Cause.PURPOSE if reached else Cause.UNTRUSTED)

    def _reaches(self, certificate: Certificate, anchor: Anchor) -> bool:
        counted = self._purpose in anchor.purposes and not (anchor.demonstration and self._material.production)
        if counted:
            return False
        alone = (anchor.certificate,)
        return bool(paths_to(certificate, alone, authentic(alone, self._evidence.certificates)))


def _above(anchors: Iterable[Certificate], certificates: Iterable[Certificate]) -> list[Certificate]:
    """Those anchors that one of ``certificates`` names as its issuer; a store may hold a hundred."""
    named = {issuer_name(certificate) for certificate in certificates}
    return [anchor for anchor in anchors if subject_name(anchor) in named]


@lru_cache(maxsize=1024)
def subject_name(certificate: Certificate) -> str:
    """Its subject, to be compared: folded as RFC 5280 §7.1 has it."""
    return str(certificate.asn1.subject.hashable)


@lru_cache(maxsize=1024)
def issuer_name(certificate: Certificate) -> str:
    """Its issuer, to be compared."""
    return str(certificate.asn1.issuer.hashable)


def _without_leaf(path: ValidationPath) -> ValidationPath:
    if path.pkix_len > 1:
        return path.copy_and_drop_leaf()
    return ValidationPath(trust_anchor=path.trust_anchor, interm=[], leaf=None)


def _problem_of(error: Exception) -> Problem:
    """What pyHanko's validator had against a path."""
    own = bool(getattr(error, "is_ee_cert", False)) and not getattr(error, "is_side_validation", False)
    match error:
        case errors.RevokedError():
            return Problem(Cause.REVOKED, own, error.revocation_dt)
        case errors.ExpiredError():
            return Problem(Cause.EXPIRED, own, error.expired_dt)
        case errors.NotYetValidError():
            return Problem(Cause.NOT_YET_VALID, own, error.valid_from)
        case errors.StaleRevinfoError():
            return Problem(Cause.REVOCATION_STALE, own)
        case errors.InsufficientRevinfoError():
            return Problem(Cause.REVOCATION_MISSING, own)
        case errors.DisallowedAlgorithmError():
            return Problem(Cause.WEAK, own)
        case errors.PathValidationError():
            return Problem(Cause.CONSTRAINTS, own)
    return Problem(Cause.UNREADABLE, own)


def _sources(said: Sequence[tuple[Statement, ...]], moment: datetime, *, in_hindsight: bool) -> tuple[str, ...]:
    """Of each certificate, the newest piece that was good at the moment."""
    found: dict[str, None] = {}
    for about in said:
        for one in about:
            early = one.issued > moment and not in_hindsight
            late = one.until is not None and one.until < moment
            if not early and not late and (one.revoked is None or one.revoked > moment):
                found[one.source] = None
                break
    return tuple(found)
