"""Paths from a certificate up to an anchor, and whether one holds at a moment: RFC 5280 §6 by pyHanko's validator.

No network, no clock, no store of the operating system: what is judged is what is handed in.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1
from pyhanko_certvalidator import errors
from pyhanko_certvalidator.authority import CertTrustAnchor, TrustedServiceType, TrustQualifiers
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.name_trees import process_general_subtrees
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    PKIXValidationParams,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.validate import async_validate_path

from certlight.errors import InternalError
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import StrongAlgorithms, may_issue
from signing.trust.evidence import is_list_of, issued
from signing.trust.short_lists import ShortLists

CLOCK_TOLERANCE: Final = timedelta(minutes=1)
"""How far our clock and a CA's may differ: an OCSP answer or a list made "now" is not refused as of the future."""
MAX_PATHS: Final = 16
"""Paths tried; cross-signed CAs give two or three."""


def trust_anchors(certificates: Sequence[Certificate]) -> list[CertTrustAnchor]:
    """Anchors as pyHanko takes them, bound by their own validity, path length and name constraints.

    What is no CA's certificate issues nothing, even where an operator has put it among the anchors.
    """
    return [CertTrustAnchor(c.asn1, _qualifiers(c)) for c in certificates]


def _qualifiers(anchor: Certificate) -> TrustQualifiers:
    parsed = anchor.asn1
    parameters = None
    if (names := parsed.name_constraints_value) is not None:
        permitted, excluded = names["permitted_subtrees"], names["excluded_subtrees"]
        parameters = PKIXValidationParams(
            initial_permitted_subtrees=process_general_subtrees(permitted) if permitted else None,
            initial_excluded_subtrees=process_general_subtrees(excluded) if excluded else None,
        )
    length = parsed.max_path_length
    return TrustQualifiers(
        standard_parameters=parameters,
        max_path_length=length,
        # pyHanko takes this one for given as soon as the other is.
        max_aa_path_length=length,
        valid_from=parsed.not_valid_before,
        valid_until=parsed.not_valid_after,
        trusted_service_type=(
            TrustedServiceType.CERTIFICATE_AUTHORITY if may_issue(anchor) else TrustedServiceType.UNSUPPORTED
        ),
    )


def distinct(anchors: Sequence[Certificate], at: datetime) -> tuple[Certificate, ...]:
    """One certificate a name and key, the one valid at ``at``: pyHanko holds renewed roots to be the same."""
    chosen: dict[Any, Certificate] = {}
    for anchor in sorted(anchors, key=lambda c: (_covers(c, at), c.asn1.not_valid_after)):
        chosen[anchor.asn1.subject.hashable, anchor.asn1.public_key.dump()] = anchor
    return tuple(chosen.values())


def _covers(certificate: Certificate, at: datetime) -> bool:
    return bool(certificate.asn1.not_valid_before <= at <= certificate.asn1.not_valid_after)


def paths_to(
    certificate: Certificate, anchors: Sequence[Certificate], helpers: Sequence[Certificate]
) -> list[ValidationPath]:
    """Paths from an anchor, MAX_PATHS at most; none where the certificate is itself an anchor."""
    if not any(issued(certificate, issuer) for issuer in (*anchors, *helpers)):
        return []
    manager = SimpleTrustManager.build(trust_roots=trust_anchors(anchors))
    context = ValidationContext(
        trust_manager=manager, other_certs=[c.asn1 for c in helpers], allow_fetching=False, revocation_mode="soft-fail"
    )

    async def collect() -> list[ValidationPath]:
        found: list[ValidationPath] = []
        async for path in context.path_builder.async_build_paths_lazy(certificate.asn1):
            if path.pkix_len > 0:
                found.append(path)
            if len(found) >= MAX_PATHS:
                break
        return found

    try:
        return complete(collect())
    except errors.PathBuildingError:
        return []


def validate_path(
    path: ValidationPath,
    helpers: Sequence[Certificate],
    crls: Sequence[crl.CertificateList],
    ocsps: Sequence[ocsp.OCSPResponse],
    at: datetime,
    *,
    in_hindsight: bool = False,
    revocation: bool = True,
) -> Exception | None:
    """What stands against ``path`` at the moment ``at``; None: it holds, with evidence about every certificate of it.

    Evidence must be fresh at that moment; ``in_hindsight`` lets evidence count that was issued later (a revocation
    after ``at`` is none). Without ``revocation`` nothing is asked about it: to learn what else is wrong.
    """
    evidence = CertRevTrustPolicy(_OWN_EVIDENCE if revocation else NO_REVOCATION, retroactive_revinfo=in_hindsight)
    try:
        # One certificate after the other, each by lists in the names above it. Handed all lists at once, the validator
        # takes as evidence the list of any authority with the same superior: a sibling's, even a renewed one's own.
        for position in range(min(path.pkix_len, 1), path.pkix_len + 1):
            error = _validate_down_to(path, position, helpers, crls, ocsps, at, evidence)
            if error is not None:
                return error
    except Exception as error:  # fail closed: what the validator cannot digest is a finding
        return error
    return None


_OWN_EVIDENCE: Final = RevocationCheckingPolicy(
    ee_certificate_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
    intermediate_ca_cert_rule=RevocationCheckingRule.NO_CHECK,
)


def _validate_down_to(
    path: ValidationPath,
    position: int,
    helpers: Sequence[Certificate],
    crls: Sequence[crl.CertificateList],
    ocsps: Sequence[ocsp.OCSPResponse],
    at: datetime,
    evidence: CertRevTrustPolicy,
) -> Exception | None:
    """What stands against the path down to its certificate ``position`` (0: the anchor alone), with evidence about
    that one."""
    above = [path[i] for i in range(1, position)]
    last = path[position] if position else None
    part = ValidationPath(path.trust_anchor, above, last)
    names = [path[i].subject for i in range(position)]
    lists = ShortLists([*(helper.asn1 for helper in helpers), *([last] if last else []), *_responders(ocsps)])
    context = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=[path.trust_anchor]),
        other_certs=[c.asn1 for c in helpers],
        moment=at,
        allow_fetching=False,
        crls=[lists.shorten(parsed) for parsed in crls if parsed.issuer in names],
        ocsps=list(ocsps),
        revinfo_policy=evidence,
        time_tolerance=CLOCK_TOLERANCE,
        algorithm_usage_policy=StrongAlgorithms(),
        signature_validator=lists,
    )
    if position == 1:
        _know_lists_of_anchor(context, Certificate.of(path[0]), lists)
    try:
        complete(async_validate_path(context, part))
    except errors.PathValidationError as error:
        error.is_ee_cert = error.is_ee_cert and position == path.pkix_len
        return error
    return None


def _know_lists_of_anchor(context: ValidationContext, anchor: Certificate, lists: ShortLists) -> None:
    """Tell the validator which lists the anchor itself has signed: it would look for a path above a list's issuer, and
    finds none above an anchor that is no root."""
    for parsed in context.crls:
        if is_list_of(lists.whole(parsed), anchor):
            context.revinfo_manager.record_crl_issuer(parsed, anchor.asn1)  # type: ignore[no-untyped-call]


def _responders(answers: Sequence[ocsp.OCSPResponse]) -> Iterator[asn1.Certificate]:
    """Certificates that came with OCSP answers: those that signed them may themselves be on a list."""
    for answer in answers:
        yield from answer.basic_ocsp_response["certs"] or ()


_T = TypeVar("_T")


def complete(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of a coroutine that never waits: without fetchers pyHanko's validator has nothing to wait for.

    So the check works alike inside and outside an event loop, which ``asyncio.run`` does not.
    """
    try:
        work.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    work.close()
    raise InternalError(
        "trust.waited",
        Text("证书校验意外等待外部数据。", "The certificate check waited for something outside."),
        Text("请联系技术支持。", "Please report this."),
    )
