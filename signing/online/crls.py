"""Fetching revocation lists into a trust store's cache: the job behind ``certlight pki fetch``.

A list replaces the cached one only where an authority of the store has signed it, it is about the same certificates,
and it is not older. Whatever fails leaves the cache as it was, and is recorded.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl

from certlight.errors import CertlightError
from certlight.text import Text
from signing.certificate import Certificate
from signing.online.request import Bounds, OnlineError, get
from signing.trust.evidence import authentic, authentic_crl
from signing.trust.fetch_log import FetchRecord, Outcome
from signing.trust.paths import CLOCK_TOLERANCE
from signing.trust.reading import crls_in
from signing.trust.settings import Limits
from signing.trust.store import TrustStore

ACCEPT: Final = "application/pkix-crl, application/x-pkcs7-crl, application/octet-stream, */*;q=0.1"
PARALLEL: Final = 4
"""Addresses fetched at once."""


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What one run of the job did, address by address in the order of the settings."""

    at: datetime
    records: tuple[FetchRecord, ...]

    @property
    def failed(self) -> tuple[FetchRecord, ...]:
        """The addresses that gave nothing usable."""
        return tuple(record for record in self.records if record.outcome is Outcome.FAILED)

    def to_json(self) -> dict[str, Any]:
        """``certlight.fetch/1``."""
        return {
            "schema": "certlight.fetch/1",
            "at": self.at.isoformat(),
            "sources": [record.model_dump(mode="json") for record in self.records],
        }


class _Refused(Exception):
    """What came is not to replace what is there."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(code)
        self.code, self.text = code, text


def fetch_crls(store: TrustStore, at: datetime) -> FetchReport:
    """Fetch every configured list of ``store`` into its cache; ``at`` (aware) is now.

    The network is used outside the lock, the folder is written within it. One address never spoils another.
    Raises UsageError ``trust.busy``, ``trust.not_a_folder``, ``trust.not_writable``, or what opening the store raises.
    """
    store.writable()
    urls = list(dict.fromkeys(source.url for source in store.settings.crls))
    bounds = _bounds(store.settings.limits)
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="crl") as pool:
        bodies = list(pool.map(lambda url: _body(url, bounds), urls))
    with store.locked():
        # Another job may have written while this one waited for the net.
        fresh = TrustStore.open(store.writable())
        anchors = [held.anchor.certificate for held in fresh.anchors]
        authorities = [*anchors, *authentic(anchors, (held.certificate for held in fresh.intermediates))]
        lists: dict[str, bytes] = {}
        records: list[FetchRecord] = []
        for url, body in zip(urls, bodies, strict=True):
            record, der = _judge(url, body, fresh.cached(url), authorities, at)
            records.append(record.after(fresh.fetches.get(url), at))
            if der is not None:
                lists[url] = der
        fresh.keep(lists, records)
    return FetchReport(at, tuple(records))


def _body(url: str, bounds: Bounds) -> bytes | CertlightError:
    try:
        return get(url, bounds, ACCEPT).body
    except OnlineError as error:
        return error


def _judge(
    url: str, body: bytes | CertlightError, cached: bytes | None, authorities: list[Certificate], at: datetime
) -> tuple[FetchRecord, bytes | None]:
    """The record of an address, and the list that is to be written, if any."""
    if isinstance(body, CertlightError):
        return _failed(url, at, body.code, body.message, cached), None
    try:
        der = _single(body)
        fetched = _authentic(der, authorities)
        if cached is not None and not _newer(fetched, crl.CertificateList.load(cached), at):
            return _record(url, at, Outcome.UNCHANGED, cached), None
        _check_time(fetched, at)
    except _Refused as refused:
        return _failed(url, at, refused.code, refused.text, cached), None
    record = _record(url, at, Outcome.REPLACED, der)
    if record.next_update is not None and record.next_update < at:
        stale = Text("下载到的吊销列表已过期。", "The list that came is stale already.")
        record = record.model_copy(update={"code": "crl.stale", "zh": stale.zh, "en": stale.en})
    return record, der


def _single(body: bytes) -> bytes:
    try:
        found = crls_in(body)
    except ValueError as error:
        raise _Refused(
            "crl.malformed", Text("下载到的内容不是吊销列表。", "What came is no revocation list.")
        ) from error
    if len(found) != 1:
        raise _Refused("crl.several", Text("一个地址只应提供一份吊销列表。", "An address is to give one list."))
    return found[0]


def _authentic(der: bytes, authorities: list[Certificate]) -> crl.CertificateList:
    found = authentic_crl(authorities, der)
    if found is None:
        raise _Refused(
            "crl.untrusted",
            Text(
                "下载到的吊销列表不是信任库中的 CA 签发的，未采用。",
                "The list that came is not signed by an authority of the store, or too weakly; it is not used.",
            ),
        )
    return found.parsed


def _newer(fetched: crl.CertificateList, cached: crl.CertificateList, at: datetime) -> bool:
    """Whether it is to replace the cached one; the same list, or one as old, is not. Older ones are refused.

    A cached list that has gone stale proves nothing any more, so an authority that has changed its key, or counts its
    lists anew, gets through then.
    """
    end = cached["tbs_cert_list"]["next_update"].native
    stale = end is not None and end < at
    if not stale and _scope(fetched) != _scope(cached):
        raise _Refused(
            "crl.other_scope",
            Text(
                "下载到的吊销列表与缓存的不是同一 CA、同一范围，未采用。",
                "The list that came is of another authority or scope than the cached one; it is not used.",
            ),
        )
    now, before = _age(fetched), _age(cached)
    if now[0] < before[0] or (not stale and now[1] < before[1]):
        raise _Refused(
            "crl.rollback",
            Text("下载到的吊销列表比缓存的旧，未采用。", "The list that came is older than the cached one; not used."),
        )
    return now > before


def _check_time(fetched: crl.CertificateList, at: datetime) -> None:
    if _this_update(fetched) > at + CLOCK_TOLERANCE:
        raise _Refused(
            "crl.not_yet",
            Text(
                "下载到的吊销列表签发于将来，请核对本机时间。", "The list that came is of the future; check the clock."
            ),
        )


def _scope(parsed: crl.CertificateList) -> tuple[Any, ...]:
    """What a list is about: issuer, key, part, and whether it is a delta."""
    point = parsed.issuing_distribution_point_value
    return (
        parsed.issuer.hashable,
        parsed.authority_key_identifier,
        point.dump() if point is not None else None,
        parsed.delta_crl_indicator_value is not None,
    )


def _age(parsed: crl.CertificateList) -> tuple[datetime, int]:
    number = parsed.crl_number_value
    return _this_update(parsed), int(number.native) if number is not None else 0


def _this_update(parsed: crl.CertificateList) -> datetime:
    moment: datetime = parsed["tbs_cert_list"]["this_update"].native
    return moment


def _failed(url: str, at: datetime, code: str, text: Text, cached: bytes | None) -> FetchRecord:
    record = _record(url, at, Outcome.FAILED, cached)
    return record.model_copy(update={"code": code, "zh": text.zh, "en": text.en})


def _record(url: str, at: datetime, outcome: Outcome, der: bytes | None) -> FetchRecord:
    if der is None:
        return FetchRecord(url=url, at=at, outcome=outcome)
    head = crl.CertificateList.load(der)["tbs_cert_list"]
    return FetchRecord(
        url=url,
        at=at,
        outcome=outcome,
        this_update=head["this_update"].native,
        next_update=head["next_update"].native,
    )


def _bounds(limits: Limits) -> Bounds:
    return Bounds(
        connect=limits.connect_seconds,
        read=limits.read_seconds,
        total=limits.total_seconds,
        size=limits.crl_bytes,
        retries=limits.retries,
    )
