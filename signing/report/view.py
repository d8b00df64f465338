"""What the reports show of a validated file, arranged for page and terminal: facets, reasons, changes, chain.

Everything here is plain data, cut to what a person can use; nothing is escaped yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from certlight.china import day, moment
from certlight.light import Light
from certlight.text import Text
from signing.certificate import Certificate
from signing.report.answer import Answer, file_answer, name_of, reason_of, signature_answer
from signing.report.clip import LINE, NAME, clip, clip_text
from signing.report.document import Recheck, ValidatedFile
from signing.report.facets import Facet, facets
from signing.report.facts import key_of, named_for_sure, serial_of, validity_of
from signing.report.words import (
    INDICATIONS,
    KINDS,
)
from signing.validation.indication import Indication
from signing.validation.light import finding_light, signature_light
from signing.validation.report import Change, Finding, Kind, SignatureReport

ITEMS_SHOWN: Final = 40
"""Findings or changes listed of one signature; a forger may add any number, nobody reads on after these."""


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A finding."""

    light: Light
    text: Text
    code: str
    indication: str
    """``INDETERMINATE / TRY_LATER``; empty for a notice."""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate of the chain."""

    role: Text
    subject: str
    issuer: str
    serial: str
    validity: str
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature of the report."""

    number: int
    """From 1, as people count."""
    kind: Text
    light: Light
    answer: Text
    indication: Text
    code: str
    """``TOTAL-FAILED / HASH_FAILURE``."""
    name: Text
    credit_code: str
    sure: bool
    """Whether the name is proved; otherwise it is what the certificate says of itself."""
    facets: tuple[Facet, ...]
    reasons: tuple[ReasonView, ...]
    reasons_left_out: int
    advice: Text | None
    """What to do, where the answer for the whole file does not say so already."""
    changes: tuple[Change, ...]
    changes_left_out: int
    chain: tuple[CertificateView, ...]
    anchored: bool
    technical: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of the report."""

    number: int
    name: str
    light: Light
    answer: Answer
    code: str
    sha256: str
    validated_at: str
    seals: int
    enclosed: bool
    reasons: tuple[ReasonView, ...]
    reasons_left_out: int
    entries: Recheck | None
    rechecked: bool
    signatures: tuple[SignatureView, ...]


def file_view(number: int, file: ValidatedFile) -> FileView:
    """Arranges one file."""
    report = file.report
    said = file_answer(file)
    reasons, left_out = _reasons(report.findings)
    return FileView(
        number=number,
        name=clip(file.name, NAME),
        light=file.light,
        answer=said,
        code=_code(report.indication, report.sub_indication),
        sha256=report.sha256,
        validated_at=moment(report.validated_at),
        seals=len(report.seals),
        enclosed=report.enclosure is not None,
        reasons=reasons,
        reasons_left_out=left_out,
        entries=file.entries,
        rechecked=file.recheck is not None,
        signatures=tuple(
            _signature(i, signature, said.detail.zh) for i, signature in enumerate(report.signatures, start=1)
        ),
    )


def _signature(number: int, signature: SignatureReport, said: str) -> SignatureView:
    """``said`` is the advice that stands on top already."""
    reason = reason_of(signature)
    reasons, reasons_left_out = _reasons(signature.findings)
    return SignatureView(
        number=number,
        kind=KINDS[signature.kind],
        light=signature_light(signature),
        answer=signature_answer(signature),
        indication=INDICATIONS[signature.indication],
        code=_code(signature.indication, signature.sub_indication),
        name=name_of(signature),
        credit_code=signature.holder.credit_code,
        sure=named_for_sure(signature),
        facets=tuple(facets(signature)),
        reasons=reasons,
        reasons_left_out=reasons_left_out,
        advice=None if reason is None or reason.advice.zh in said else reason.advice,
        changes=tuple(Change(c.revision, c.allowed, clip_text(c.text)) for c in _worst_first(signature.changes)),
        changes_left_out=max(0, len(signature.changes) - ITEMS_SHOWN),
        chain=_chain(signature),
        anchored=bool(signature.chain),
        technical=tuple((name, clip(value, LINE)) for name, value in _technical(signature) if value),
    )


def _worst_first(changes: tuple[Change, ...]) -> list[Change]:
    """As many as are shown, forbidden ones before allowed ones where not all can be, in the order they were made."""
    kept = sorted(range(len(changes)), key=lambda i: (changes[i].allowed, i))[:ITEMS_SHOWN]
    return [changes[i] for i in sorted(kept)]


def _reasons(findings: tuple[Finding, ...]) -> tuple[tuple[ReasonView, ...], int]:
    """The worst first."""
    views: list[ReasonView] = []
    for finding in sorted(findings, key=lambda f: -finding_light(f))[:ITEMS_SHOWN]:
        notice = finding.indication is Indication.TOTAL_PASSED
        views.append(
            ReasonView(
                light=finding_light(finding),
                text=clip_text(finding.text),
                code=clip(finding.code, NAME),
                indication="" if notice else _code(finding.indication, finding.sub_indication),
            )
        )
    return tuple(views), max(0, len(findings) - ITEMS_SHOWN)


def _chain(signature: SignatureReport) -> tuple[CertificateView, ...]:
    chain = signature.chain or ((signature.certificate,) if signature.certificate else ())
    views = []
    for i, certificate in enumerate(chain):
        if i == 0:
            role = Text("签章证书", "Signer") if signature.kind is Kind.SEAL else Text("时间戳证书", "Time stamper")
        elif i == len(chain) - 1:
            role = Text("信任根", "Trust anchor")
        else:
            role = Text("中间 CA", "Intermediate")
        views.append(_certificate(role, certificate))
    return tuple(views)


def _certificate(role: Text, certificate: Certificate) -> CertificateView:
    begin, end = validity_of(certificate)
    return CertificateView(
        role=role,
        subject=clip(certificate.subject, LINE),
        issuer=clip(certificate.issuer, LINE),
        serial=clip(serial_of(certificate), NAME),
        validity=f"{day(begin)} – {day(end)}",
        key=key_of(certificate),
        sha256=certificate.sha256,
    )


def _technical(signature: SignatureReport) -> Iterable[tuple[Text, str]]:
    yield Text("签名域", "Field"), signature.field_name
    yield Text("签名格式", "SubFilter"), signature.subfilter
    yield Text("PAdES 级别", "PAdES level"), signature.level
    yield Text("摘要算法", "Digest"), signature.digest
    if signature.place is not None:
        box = ", ".join(f"{edge:g}" for edge in signature.place.box)
        yield Text("位置（点，左上为原点）", "Box (points from top left)"), f"{signature.place.page + 1}: {box}"
    if signature.timestamp is not None and signature.signed_at is not None:
        yield Text("签署者自称时间", "Claimed time"), moment(signature.signed_at)


def _code(indication: Indication, sub_indication: str | None) -> str:
    return f"{indication} / {sub_indication}" if sub_indication else str(indication)
