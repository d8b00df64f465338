"""The one entry point: a PDF in, a report out, whatever the PDF is."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from certlight.text import Text
from signing.validation.enclosed import enclosed
from signing.validation.filled import Filled, take_apart
from signing.validation.identity import Parties, holder_findings, missing_enterprise, parties_of
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import Finding, Kind, Modifications, Revocation, SealReport, SignatureReport
from signing.validation.seal_report import report_seal
from signing.validation.session import Session
from signing.validation.slot import Slot, Structure
from signing.validation.structure import inspect
from signing.validation.timestamp_report import report_timestamp

_ONE_AT_A_TIME: Final = threading.Lock()
"""Parsed evidence is shared by all validations of a process, and asn1crypto finishes parsing on first use."""

for _name in ("pyhanko", "pyhanko_certvalidator"):
    # They log names out of certificates, and every failed attempt at a path; what matters becomes a finding.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


def validate(pdf: bytes, policy: ValidationPolicy) -> SealReport:
    """Validate every seal and document timestamp of ``pdf`` as of ``policy.at``; never raises for any bytes.

    Nothing is fetched, nothing but ``policy.trust`` is believed. What goes wrong inside becomes a finding of the
    signature or of the file, never TOTAL-PASSED. Time and memory are the caller's to bound: hostile files belong in a
    process with limits. Raises ValueError for a policy whose ``at`` has no time zone.
    EN 319 102-1 (algorithms and indications), EN 319 142-1 (PAdES), ISO 32000-2 §12.8.
    """
    if policy.at.utcoffset() is None:
        raise ValueError("at has no time zone")
    if len(pdf) > policy.max_bytes:
        return _nothing_but(_TOO_LARGE, pdf, policy)
    with _ONE_AT_A_TIME:
        try:
            return _validate(pdf, policy)
        except Exception:  # fail closed, whatever the parsers made of these bytes
            return _nothing_but(_UNPROCESSABLE, pdf, policy)


def _validate(pdf: bytes, policy: ValidationPolicy) -> SealReport:
    structure = inspect(pdf, policy.max_signatures)
    every = [_take_apart(slot) for slot in structure.slots]
    session = Session(pdf, policy, structure, every)
    inside = enclosed(structure, every)
    parties = parties_of(policy.parties, inside.parties)
    signatures = tuple(_report(session, filled, parties) for filled in every)
    findings = (
        *structure.findings,
        *inside.findings,
        *(_of_parties(signatures, parties) if any(_is_seal(slot) for slot in structure.slots) else ()),
        *_without_seal(structure),
    )
    return SealReport(signatures, findings, policy.at, session.digests.sha256, inside.data)


def _of_parties(signatures: Sequence[SignatureReport], parties: Parties) -> tuple[Finding, ...]:
    holders = [report.holder for report in signatures if report.kind is Kind.SEAL]
    return (*parties.findings, *missing_enterprise(holders, parties))


def _take_apart(slot: Slot) -> Filled:
    try:
        return take_apart(slot)
    except Exception:  # fail closed; the other signatures keep their reports
        return Filled(slot, slot.revision, findings=(_UNPROCESSABLE,))


def _report(session: Session, filled: Filled, parties: Parties) -> SignatureReport:
    try:
        if filled.slot.kind is Kind.DOCUMENT_TIMESTAMP:
            return report_timestamp(session, filled)
        report = report_seal(session, filled)
        if report.certificate is None:
            return report
        return replace(report, findings=(*report.findings, *holder_findings(report.holder, parties)))
    except Exception:  # fail closed; the other signatures keep their reports
        return _unprocessable(filled.slot)


def _without_seal(structure: Structure) -> Sequence[Finding]:
    """Nothing sealed, or only a time proved: requirement 11. Of a file that cannot be read nobody knows."""
    if any(_is_seal(slot) for slot in structure.slots):
        return ()
    if structure.slots:
        return (_ONLY_TIMESTAMP,)
    return () if structure.findings else (_NO_SEAL,)


def _is_seal(slot: Slot) -> bool:
    return slot.kind is Kind.SEAL


def _unprocessable(slot: Slot) -> SignatureReport:
    return SignatureReport(
        index=slot.index,
        field_name=slot.field_name,
        kind=slot.kind,
        subfilter=slot.subfilter,
        certificate=None,
        intact=False,
        trusted=False,
        coverage=slot.coverage,
        modifications=Modifications.FORBIDDEN,
        revocation=Revocation.UNKNOWN,
        findings=(*slot.findings, _UNPROCESSABLE),
        place=slot.place,
    )


def _nothing_but(finding: Finding, pdf: bytes, policy: ValidationPolicy) -> SealReport:
    return SealReport((), (finding,), policy.at, hashlib.sha256(pdf).hexdigest())


_UNPROCESSABLE: Final = Finding(
    "seal.unprocessable",
    Text(
        "文件或签名中有无法处理的内容，签章未能验证；请勿采信，并向签章单位索取原件。",
        "Something in the file cannot be processed, the seal could not be validated; do not rely on it.",
    ),
    Indication.INDETERMINATE,
    SubIndication.GENERIC,
)
_TOO_LARGE: Final = Finding(
    "seal.too_large",
    Text(
        "文件过大，无法验证签章；请勿采信。", "The file is too large for its seals to be validated; do not rely on it."
    ),
    Indication.INDETERMINATE,
    SubIndication.GENERIC,
)
_NO_SEAL: Final = Finding(
    "seal.none",
    Text(
        "文件没有电子签章；请由企业签章后再提交。",
        "The file bears no seal; have the enterprise seal it.",
    ),
    Indication.INDETERMINATE,
    SubIndication.NO_SIGNATURE,
)
_ONLY_TIMESTAMP: Final = Finding(
    "seal.only_timestamp",
    Text(
        "文件只有时间戳，没有任何单位的签章：时间戳只证明文件在某时已存在，不代表任何人认可其内容。",
        "The file has only a timestamp: it proves when the file existed, nobody's consent. There is no seal.",
    ),
    Indication.INDETERMINATE,
    SubIndication.NO_SIGNATURE,
)
