"""The facts of one signature, each with its own light: time, content, coverage, changes, trust, revocation, place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from certlight.china import moment
from certlight.light import Light
from certlight.text import Text
from signing.report.clip import NAME, clip, clip_text
from signing.report.words import COVERAGES, EVIDENCE, EVIDENCE_PLACES, MODIFICATIONS, REVOCATIONS
from signing.validation.light import signature_light
from signing.validation.report import Coverage, Kind, Modifications, Revocation, SignatureReport

SOURCES_SHOWN: Final = 20
"""Sources of revocation evidence listed: two a certificate of a long chain."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One fact of a signature; ``light`` is None where it speaks neither for nor against it."""

    name: Text
    value: Text
    light: Light | None
    note: Text | None = None


def facets(signature: SignatureReport) -> Iterator[Facet]:
    """The facts of one signature, in the order a person asks for them."""
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
    yield _modifications(signature)
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


def _modifications(signature: SignatureReport) -> Facet:
    name = Text("此后的改动", "Changes afterwards")
    if signature.modifications is not Modifications.FORBIDDEN:
        return Facet(name, MODIFICATIONS[signature.modifications], Light.GREEN)
    if signature_light(signature) is Light.RED:
        return Facet(name, MODIFICATIONS[Modifications.FORBIDDEN], Light.RED)
    return Facet(name, Text("未能核实", "Could not be told"), Light.YELLOW)


def _time(signature: SignatureReport) -> Facet:
    name = Text("签章时间", "Time") if signature.kind is Kind.SEAL else Text("时间戳时间", "Time")
    if signature.timestamp is not None:
        by = clip(signature.timestamp_authority, NAME)
        proved = Text(f"不晚于 {moment(signature.timestamp)}", f"Not later than {moment(signature.timestamp)}")
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
        unproved = (
            Text("有证书链，但未通过验证（见原因）", "There is a chain, but it did not hold; see the reasons")
            if signature.chain
            else Text("未能确认由受信任的 CA 机构签发", "Not proved to be issued by a trusted authority")
        )
        return Facet(name, unproved, Light.YELLOW)
    value = Text("由受信任的 CA 机构签发", "Issued by a trusted authority")
    if not signature.chain:
        return Facet(name, value, Light.GREEN)
    anchor = clip(signature.chain[-1].holder.common_name or signature.chain[-1].subject, NAME)
    return Facet(name, value, Light.GREEN, Text(f"信任根：{anchor}", f"Trust anchor: {anchor}"))


def _revocation(signature: SignatureReport) -> Facet:
    lights = {Revocation.GOOD: Light.GREEN, Revocation.UNKNOWN: Light.YELLOW, Revocation.REVOKED: Light.RED}
    sources = [evidence(source) for source in signature.revocation_sources[:SOURCES_SHOWN]]
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
