"""What the reports show of a validated file, arranged for page and terminal: facets, reasons, changes, chain.

Everything here is plain data, cut to what a person can use; nothing is escaped yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from certlight.light import Light
from certlight.text import Text
from signing.certificate import Certificate
from signing.report.answer import Answer, file_answer, name_of, signature_answer
from signing.report.clip import LINE, NAME, clip, clip_text
from signing.report.document import Recheck, ValidatedFile
from signing.report.facts import key_of, named_for_sure, serial_of, validity_of
from signing.report.times import day, moment
from signing.report.words import (
    COVERAGES,
    EVIDENCE,
    EVIDENCE_PLACES,
    INDICATIONS,
    KINDS,
    MODIFICATIONS,
    REASONS,
    REVOCATIONS,
)
from signing.validation.indication import Indication
from signing.validation.light import finding_light, signature_light
from signing.validation.report import Change, Coverage, Finding, Kind, Modifications, Revocation, SignatureReport

ITEMS_SHOWN: Final = 40
"""Findings or changes listed of one signature; a forger may add any number, nobody reads on after these."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One fact of a signature; ``light`` is None where it speaks neither for nor against it."""

    name: Text
    value: Text
    light: Light | None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A finding, with what to do about it the first time that is said."""

    light: Light
    text: Text
    advice: Text | None
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
    recheck: Recheck | None
    signatures: tuple[SignatureView, ...]


def file_view(number: int, file: ValidatedFile) -> FileView:
    """Arranges one file."""
    report = file.report
    reasons, left_out = _reasons(report.findings)
    return FileView(
        number=number,
        name=clip(file.name, NAME),
        light=file.light,
        answer=file_answer(file),
        code=_code(report.indication, report.sub_indication),
        sha256=report.sha256,
        validated_at=moment(report.validated_at),
        seals=len(report.seals),
        enclosed=report.enclosure is not None,
        reasons=reasons,
        reasons_left_out=left_out,
        recheck=file.recheck,
        signatures=tuple(_signature(i, signature) for i, signature in enumerate(report.signatures, start=1)),
    )


def _signature(number: int, signature: SignatureReport) -> SignatureView:
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
        facets=tuple(_facets(signature)),
        reasons=reasons,
        reasons_left_out=reasons_left_out,
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
    """The worst first; each advice once."""
    views: list[ReasonView] = []
    advised: set[Text] = set()
    for finding in sorted(findings, key=lambda f: -finding_light(f))[:ITEMS_SHOWN]:
        notice = finding.indication is Indication.TOTAL_PASSED
        advice = None if notice or finding.sub_indication is None else REASONS[finding.sub_indication].advice
        if advice in advised:
            advice = None
        if advice is not None:
            advised.add(advice)
        views.append(
            ReasonView(
                light=finding_light(finding),
                text=clip_text(finding.text),
                advice=advice,
                code=clip(finding.code, NAME),
                indication="" if notice else _code(finding.indication, finding.sub_indication),
            )
        )
    return tuple(views), max(0, len(findings) - ITEMS_SHOWN)


def _facets(signature: SignatureReport) -> Iterable[Facet]:
    yield _time(signature)
    yield Facet(
        Text("签章所覆盖的内容", "What it covers"),
        Text("与签章时一致", "As it was sealed")
        if signature.intact
        else Text("与签章不符，或签名值不正确", "Not what was sealed, or a wrong signature value"),
        Light.GREEN if signature.intact else Light.RED,
    )
    partial = signature.coverage is Coverage.PARTIAL
    yield Facet(Text("覆盖范围", "Coverage"), COVERAGES[signature.coverage], Light.RED if partial else Light.GREEN)
    forbidden = signature.modifications is Modifications.FORBIDDEN
    yield Facet(
        Text("此后的改动", "Changes afterwards"),
        MODIFICATIONS[signature.modifications],
        Light.RED if forbidden else Light.GREEN,
    )
    yield _trust(signature)
    yield _revocation(signature)
    if signature.kind is Kind.SEAL:
        place = signature.place
        seen = (
            Text("不可见签章", "Invisible")
            if place is None
            else Text(f"第 {place.page + 1} 页", f"Page {place.page + 1}")
        )
        yield Facet(Text("印章位置", "Shown on"), seen, None)


def _time(signature: SignatureReport) -> Facet:
    name = Text("签章时间", "Time") if signature.kind is Kind.SEAL else Text("时间戳时间", "Time")
    if signature.timestamp is not None:
        by = clip(signature.timestamp_authority, NAME)
        proved = Text(f"不晚于 {moment(signature.timestamp)}", f"By {moment(signature.timestamp)}")
        note = Text(f"由时间戳机构证明：{by}", f"Proved by the time-stamping authority {by}") if by else None
        return Facet(name, proved, Light.GREEN, note)
    if signature.signed_at is not None:
        claimed = moment(signature.signed_at)
        return Facet(
            name,
            Text(claimed, claimed),
            None,
            Text("签署者电脑的时间，没有时间戳证明", "The signer's own clock; no timestamp proves it"),
        )
    return Facet(name, Text("未记载", "Not stated"), None)


def _trust(signature: SignatureReport) -> Facet:
    name = Text("证书信任", "Trust")
    if not signature.trusted:
        return Facet(
            name,
            Text("未能确认由受信任的 CA 机构签发", "Not proved to be issued by a trusted authority"),
            Light.YELLOW,
        )
    value = Text("由受信任的 CA 机构签发", "Issued by a trusted authority")
    if not signature.chain:
        return Facet(name, value, Light.GREEN)
    anchor = clip(signature.chain[-1].holder.common_name or signature.chain[-1].subject, NAME)
    return Facet(name, value, Light.GREEN, Text(f"信任根：{anchor}", f"Trust anchor: {anchor}"))


def _revocation(signature: SignatureReport) -> Facet:
    lights = {Revocation.GOOD: Light.GREEN, Revocation.UNKNOWN: Light.YELLOW, Revocation.REVOKED: Light.RED}
    sources = [evidence(source) for source in signature.revocation_sources[:ITEMS_SHOWN]]
    note = None
    if sources:
        zh, en = "；".join(s.zh for s in sources), "; ".join(s.en for s in sources)
        note = clip_text(Text(f"依据：{zh}", f"Evidence: {en}"), 2 * NAME)
    return Facet(Text("吊销状态", "Revocation"), REVOCATIONS[signature.revocation], lights[signature.revocation], note)


def evidence(source: str) -> Text:
    """``crl: cache`` in words; what is not known is shown as it is."""
    kind, _, place = (part.strip() for part in source.partition(":"))
    if kind not in EVIDENCE:
        return Text(source, source)
    words = EVIDENCE[kind]
    where = EVIDENCE_PLACES.get(place, Text(place, place))
    return Text(f"{words.zh}（{where.zh}）", f"{words.en} ({where.en})") if place else words


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
