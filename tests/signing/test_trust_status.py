"""What a trust store says of itself: everything that would make good seals fail, before it does."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from signing.certificate import Certificate
from signing.trust.fetch_log import FetchRecord, Outcome
from signing.trust.folder import StoredAnchor, StoredCertificate, StoredCrl
from signing.trust.inspection import status
from signing.trust.material import Anchor
from signing.trust.settings import CrlSource, TrustSettings
from signing.trust.status import Freshness, Level, StoreStatus
from signing.trust.store import TrustStore
from tests.signing import pki
from tests.signing.minting import YEAR, mint, mint_crl, usage

URL = "http://ca.test.invalid/root.crl"
DAY = timedelta(days=1)
AT = pki.NOW + 10 * DAY
"""A day in the middle of the life of both lists of the test PKI."""


def store(**changes: object) -> TrustStore:
    """The test PKI's store, all in order."""
    fetched = FetchRecord(url=URL, at=AT - DAY, outcome=Outcome.REPLACED, last_success=AT - DAY)
    good = TrustStore(
        folder=Path("trust"),
        settings=TrustSettings(crls=(CrlSource(url=URL),)),
        anchors=(StoredAnchor("root.pem", Anchor(pki.cert("root"))),),
        intermediates=(StoredCertificate("interm.pem", pki.cert("interm")),),
        crls=(StoredCrl("root.crl", pki.crl("root", AT)), StoredCrl("interm.crl", pki.crl("interm", AT))),
        fetches={URL: fetched},
    )
    return dataclasses.replace(good, **changes)  # type: ignore[arg-type]


def codes(found: StoreStatus) -> set[str]:
    return {notice.code for notice in found.all_notices}


def anchors(*certificates: Certificate, demonstration: bool = False) -> tuple[StoredAnchor, ...]:
    return tuple(StoredAnchor(f"{i}.pem", Anchor(c, demonstration=demonstration)) for i, c in enumerate(certificates))


def test_a_store_in_order() -> None:
    found = status(store(), AT)
    assert found.level is Level.OK
    assert found.all_notices == ()
    assert [a.role for a in found.authorities] == ["anchor", "intermediate"]
    assert found.authorities[0].purposes == ("login", "seal", "timestamp")
    assert [c.freshness for c in found.crls] == [Freshness.FRESH, Freshness.FRESH]
    assert found.crls[1].entries == 1
    assert found.sources[0].last is not None


@pytest.mark.parametrize("kept", [0, 1])
def test_an_authority_without_its_list(kept: int) -> None:
    found = status(store(crls=(store().crls[kept],)), AT)
    assert found.level is Level.BAD
    bad = [a.file for a in found.authorities if a.notices]
    assert bad == (["interm.pem"] if kept == 0 else ["root.pem"])
    assert codes(found) == {"authority.no_fresh_crl"}


def test_stale_lists() -> None:
    found = status(store(), AT + 100 * DAY)
    assert found.level is Level.BAD
    assert [c.freshness for c in found.crls] == [Freshness.STALE, Freshness.STALE]
    assert codes(found) == {"authority.no_fresh_crl", "crl.stale", "source.old"}


def test_a_list_that_is_about_to_go_stale() -> None:
    end = status(store(), AT).crls[1].next_update
    assert end is not None
    found = status(store(), end - timedelta(hours=1))
    assert "crl.expiring" in codes(found)
    assert found.level is Level.WARNING


def test_a_list_of_the_future() -> None:
    found = status(store(), AT - 100 * DAY)
    assert found.crls[1].freshness is Freshness.NOT_YET
    assert "crl.not_yet" in codes(found)


def test_a_list_by_a_stranger_of_the_same_name() -> None:
    crls = (store().crls[0], StoredCrl("interm.crl", pki.crl("interm", AT, of="foreign")))
    found = status(store(crls=crls), AT)
    assert found.crls[1].freshness is Freshness.UNVERIFIABLE
    assert found.level is Level.BAD


def test_a_list_of_an_unknown_authority() -> None:
    crls = (*store().crls, StoredCrl("other.crl", mint_crl(mint("Somebody Else"), start=AT - DAY)))
    found = status(store(crls=crls), AT)
    assert found.crls[2].freshness is Freshness.UNKNOWN_ISSUER
    assert found.level is Level.WARNING


def test_expiring_and_expired_authorities() -> None:
    old = mint("Old Root", start=AT - 2 * YEAR, end=AT - DAY)
    ending = mint("Ending Root", end=AT + 30 * DAY)
    crls = (*store().crls, StoredCrl("e.crl", mint_crl(ending, start=AT - DAY)))
    found = status(store(anchors=anchors(pki.cert("root"), old.certificate, ending.certificate), crls=crls), AT)
    assert codes(found) == {"authority.expired", "authority.expiring"}
    assert found.level is Level.WARNING


def test_no_anchor_left() -> None:
    old = mint("Old Root", start=AT - 2 * YEAR, end=AT - DAY)
    found = status(store(anchors=anchors(old.certificate), intermediates=(), crls=()), AT)
    assert "store.no_usable_anchor" in codes(found)
    assert found.level is Level.BAD


def test_weak_and_useless_authorities() -> None:
    weak = mint("Weak Root", key=rsa.generate_private_key(65537, 1024))
    enterprise = mint("Enterprise", ca=False)
    no_signer = mint("No Signer", key_usage=usage("crl_sign"))
    crls = (*store().crls, StoredCrl("w.crl", mint_crl(weak, start=AT - DAY)))
    found = status(
        store(
            anchors=anchors(pki.cert("root"), weak.certificate, enterprise.certificate, no_signer.certificate),
            crls=crls,
        ),
        AT,
    )
    assert [tuple(n.code for n in a.notices) for a in found.authorities[:4]] == [
        (),
        ("authority.weak_key",),
        ("authority.no_ca",),
        ("authority.no_ca",),
    ]


def test_a_helping_certificate_without_an_anchor_above() -> None:
    helping = (*store().intermediates, StoredCertificate("f.pem", pki.cert("interm", "foreign")))
    found = status(store(intermediates=helping), AT)
    assert found.authorities[-1].notices[0].code == "authority.no_anchor"
    assert found.level is Level.WARNING


def test_demonstration_anchors() -> None:
    demo = store(anchors=anchors(pki.cert("root"), demonstration=True))
    assert codes(status(demo, AT)) == {"authority.demonstration"}
    assert status(demo, AT).level is Level.WARNING
    assert status(demo, AT, production=True).level is Level.BAD


def test_fetches_that_failed_or_were_never_made() -> None:
    assert codes(status(store(fetches={}), AT)) == {"source.never_fetched"}
    failed = FetchRecord(
        url=URL, at=AT, outcome=Outcome.FAILED, code="online.timeout", zh="超时", en="late", last_success=None
    )
    found = status(store(fetches={URL: failed}), AT)
    assert codes(found) == {"online.timeout", "source.old"}
    assert status(store(settings=TrustSettings()), AT).all_notices[0].code == "store.no_addresses"


def test_a_store_of_single_files_needs_no_addresses() -> None:
    found = status(store(folder=None, settings=TrustSettings()), AT)
    assert found.level is Level.OK


def test_json_has_everything_in_both_languages() -> None:
    crls = (*store().crls, StoredCrl("other.crl", mint_crl(mint("Somebody Else"), start=AT - DAY)))
    found = json.loads(json.dumps(status(store(crls=crls), AT).to_json(), ensure_ascii=False))
    assert found["schema"] == "certlight.pki_status/1"
    assert found["level"] == "warning"
    assert found["text"]["zh"]
    assert found["text"]["en"]
    assert found["authorities"][0]["sha256"] == pki.cert("root").sha256
    assert found["crls"][2]["notices"][0]["code"] == "crl.unknown_issuer"
    assert found["sources"][0]["last"]["outcome"] == "replaced"
