"""What would make good seals fail, before it does: a look at a whole trust store.

Anchors and helping certificates (validity, strength, purposes, demonstration), the revocation list of every authority
(there, signed by it, fresh), and how the last fetch of every address went.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import crl

from certlight.china import day, moment
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import loadable_key, may_issue, weak_key, weak_signature
from signing.trust.evidence import authentic, authentic_crl
from signing.trust.fetch_log import Outcome
from signing.trust.folder import StoredCrl
from signing.trust.status import AuthorityStatus, CrlStatus, Freshness, Level, Notice, SourceStatus, StoreStatus
from signing.trust.store import TrustStore, crl_file_name

EXPIRING: Final = timedelta(days=90)
"""An authority's certificate that ends sooner is worth a word: its successor must be got and put into the store."""
FETCH_AGE: Final = timedelta(days=7)
"""An address that has not been fetched with success for longer is worth a word."""
LAST_PART: Final = 0.1
"""A list in the last tenth of its life should have had a successor."""
_WITHOUT_END: Final = timedelta(minutes=30)
"""How long a list without nextUpdate (against RFC 5280 §5.1.2.5) is fresh: pyHanko's validator has it so."""


def status(store: TrustStore, at: datetime, production: bool = False) -> StoreStatus:
    """How the store stands at the moment ``at`` (aware)."""
    anchors = tuple(held.anchor.certificate for held in store.anchors)
    helpers = authentic(anchors, (held.certificate for held in store.intermediates))
    authorities = (*anchors, *helpers)
    crls = tuple(_crl(held, authorities, at) for held in store.crls)
    covered = {
        found.issuer
        for held, judged in zip(store.crls, crls, strict=True)
        if judged.freshness is Freshness.FRESH and not judged.delta
        if (found := authentic_crl(authorities, held.der)) is not None
    }
    rows = (
        *(
            AuthorityStatus(
                "anchor",
                held.file,
                held.anchor.certificate,
                tuple(sorted(held.anchor.purposes)),
                held.anchor.demonstration,
                tuple(_anchor_notices(held.anchor.certificate, held.anchor.demonstration, covered, at, production)),
            )
            for held in store.anchors
        ),
        *(
            AuthorityStatus(
                "intermediate",
                held.file,
                held.certificate,
                (),
                False,
                tuple(_helper_notices(held.certificate, authorities, covered, at)),
            )
            for held in store.intermediates
        ),
    )
    sources = tuple(_source(store, url, at) for url in dict.fromkeys(s.url for s in store.settings.crls))
    return StoreStatus(at, rows, crls, sources, tuple(_store_notices(store, at, production)))


def _store_notices(store: TrustStore, at: datetime, production: bool) -> Iterator[Notice]:
    usable = [
        held
        for held in store.anchors
        if _in_time(held.anchor.certificate, at)
        and may_issue(held.anchor.certificate)
        and not (production and held.anchor.demonstration)
    ]
    if not usable:
        yield Notice(
            Level.BAD,
            "store.no_usable_anchor",
            Text("没有一个信任根可用：所有印章都无法通过验证。", "No anchor is usable: no seal can be accepted."),
        )
    if store.folder is not None and not store.settings.crls:
        yield Notice(
            Level.WARNING,
            "store.no_addresses",
            Text(
                "未配置吊销列表的下载地址，列表只能人工更新。",
                "No address of a revocation list is configured; lists must be updated by hand.",
            ),
        )


def _anchor_notices(
    certificate: Certificate, demonstration: bool, covered: set[Certificate], at: datetime, production: bool
) -> Iterator[Notice]:
    yield from _certificate_notices(certificate, at)
    if demonstration:
        text = (
            Text("演示用信任根，正式环境不承认。", "A demonstration anchor: counts for nothing in production.")
            if production
            else Text("演示用信任根，请勿用于正式业务。", "A demonstration anchor: not for real business.")
        )
        yield Notice(Level.WARNING, "authority.demonstration", text)
    if not (production and demonstration):
        yield from _crl_missing(certificate, covered, at)


def _helper_notices(
    certificate: Certificate, authorities: tuple[Certificate, ...], covered: set[Certificate], at: datetime
) -> Iterator[Notice]:
    yield from _certificate_notices(certificate, at)
    if reason := weak_signature(certificate.asn1["signature_algorithm"]):
        yield Notice(
            Level.WARNING,
            "authority.weak_signature",
            Text(f"签发签名强度不足（{reason}），不被承认。", f"Too weakly signed to count ({reason})."),
        )
    if certificate in authorities:
        yield from _crl_missing(certificate, covered, at)
    elif may_issue(certificate):
        yield Notice(
            Level.WARNING,
            "authority.no_anchor",
            Text("没有上级信任根，不起作用。", "No anchor of the store is above it; it has no effect."),
        )


def _certificate_notices(certificate: Certificate, at: datetime) -> Iterator[Notice]:
    parsed = certificate.asn1
    start, end = parsed.not_valid_before, parsed.not_valid_after
    if at > end:
        yield Notice(Level.WARNING, "authority.expired", Text(f"已于 {day(end)} 过期。", f"Expired on {day(end)}."))
    elif at < start:
        yield Notice(
            Level.WARNING,
            "authority.not_yet_valid",
            Text(f"自 {day(start)} 起生效。", f"Not valid before {day(start)}."),
        )
    elif end - at < EXPIRING:
        yield Notice(
            Level.WARNING,
            "authority.expiring",
            Text(f"将于 {day(end)} 过期。", f"Expires on {day(end)}."),
        )
    if not may_issue(certificate):
        yield Notice(
            Level.WARNING,
            "authority.no_ca",
            Text("不是 CA 证书，不能作为签发者。", "No authority's certificate: nothing it issued counts."),
        )
    if reason := weak_key(certificate) or ("" if loadable_key(certificate) else "unsupported"):
        yield Notice(
            Level.WARNING,
            "authority.weak_key",
            Text(f"密钥强度不足或不受支持（{reason}）。", f"The key is too weak or not supported ({reason})."),
        )


def _crl_missing(certificate: Certificate, covered: set[Certificate], at: datetime) -> Iterator[Notice]:
    if may_issue(certificate) and _in_time(certificate, at) and certificate not in covered:
        yield Notice(
            Level.BAD,
            "authority.no_fresh_crl",
            Text(
                "没有该 CA 的有效吊销列表：它签发的证书都无法确认是否被吊销，印章不能通过验证。",
                "There is no fresh revocation list of this authority: seals under it cannot be accepted,"
                " unless they bring their own evidence.",
            ),
        )


def _crl(held: StoredCrl, authorities: tuple[Certificate, ...], at: datetime) -> CrlStatus:
    parsed = crl.CertificateList.load(held.der)
    head = parsed["tbs_cert_list"]
    start, end = head["this_update"].native, head["next_update"].native
    freshness = _freshness(held.der, parsed, authorities, start, end, at)
    return CrlStatus(
        held.file,
        str(parsed.issuer.human_friendly),
        start,
        end,
        freshness,
        len(head["revoked_certificates"]),
        parsed.delta_crl_indicator_value is not None,
        tuple(_crl_notices(freshness, start, end, at)),
    )


def _freshness(
    der: bytes,
    parsed: crl.CertificateList,
    authorities: tuple[Certificate, ...],
    start: datetime,
    end: datetime | None,
    at: datetime,
) -> Freshness:
    if not any(parsed.issuer == authority.asn1.subject for authority in authorities):
        return Freshness.UNKNOWN_ISSUER
    if authentic_crl(authorities, der) is None:
        return Freshness.UNVERIFIABLE
    if at < start:
        return Freshness.NOT_YET
    return Freshness.FRESH if at <= (end or start + _WITHOUT_END) else Freshness.STALE


def _crl_notices(freshness: Freshness, start: datetime, end: datetime | None, at: datetime) -> Iterator[Notice]:
    if freshness is not Freshness.FRESH:
        yield Notice(Level.WARNING, f"crl.{freshness.value.replace('-', '_')}", _CRL_TEXTS[freshness])
    elif end is not None and end - at < (end - start) * LAST_PART:
        yield Notice(
            Level.WARNING,
            "crl.expiring",
            Text(f"将于 {moment(end)} 过期，请更新。", f"Goes stale at {moment(end)}; update it."),
        )


def _source(store: TrustStore, url: str, at: datetime) -> SourceStatus:
    last = store.fetches.get(url)
    notices: list[Notice] = []
    if last is None:
        notices.append(Notice(Level.WARNING, "source.never_fetched", Text("从未下载过。", "It was never fetched.")))
    else:
        if last.outcome is Outcome.FAILED or last.code:
            notices.append(Notice(Level.WARNING, last.code or "source.failed", last.text))
        if last.last_success is None or at - last.last_success > FETCH_AGE:
            notices.append(
                Notice(
                    Level.WARNING,
                    "source.old",
                    Text("已超过七天没有成功下载。", "No fetch has succeeded for seven days."),
                )
            )
    return SourceStatus(url, crl_file_name(url), last, tuple(notices))


def _in_time(certificate: Certificate, at: datetime) -> bool:
    return bool(certificate.asn1.not_valid_before <= at <= certificate.asn1.not_valid_after)


_CRL_TEXTS: Final = {
    Freshness.STALE: Text("该吊销列表已过期。", "The list is stale."),
    Freshness.NOT_YET: Text(
        "该吊销列表的签发时间在此刻之后，请核对本机时间。", "The list was made after this moment; check the clock."
    ),
    Freshness.UNVERIFIABLE: Text(
        "该吊销列表的签名不是其 CA 所作，或算法强度不足；不被采用。",
        "The list is not signed by its authority, or too weakly; it is not used.",
    ),
    Freshness.UNKNOWN_ISSUER: Text(
        "信任库中没有签发该列表的 CA；不被采用。", "The authority of this list is not in the store; it is not used."
    ),
}
