"""Seals of every level, by every kind of key, accepted by judges nobody here wrote and of the form they claim."""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from asn1crypto import crl, ocsp
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing.certificate import Certificate
from signing.keys.key import SealKey
from signing.sealing.draft import LEAST_ROOM
from signing.sealing.order import Level, SealOrder
from signing.sealing.seal import seal
from signing.trust.material import TrustMaterial
from tests.signing import pki, sealed
from tests.signing.sealed import AT, Authority, judge, paper

KINDS = ["p12", "p12-ec", "token-rsa", "token-ec"]


def order(level: Level = Level.B_B, **more: Any) -> SealOrder:
    return SealOrder(picture=sealed.picture(), placement=sealed.HERE, level=level, **more)


def sealed_by(key: SealKey, level: Level, pdf: bytes | None = None, trust: TrustMaterial | None = None) -> bytes:
    document = pdf if pdf is not None else paper()
    out = seal(document, key, order(level), at=AT, timestamper=Authority(), trust=trust or sealed.material())
    assert out.startswith(document)
    return out


@functools.cache
def made(kind: str, level: Level) -> bytes:
    """A one-page document with one seal."""
    with sealed.key(kind) as key:
        return sealed_by(key, level)


@functools.cache
def certificate_of(kind: str) -> Certificate:
    with sealed.key(kind) as key:
        return key.certificate


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("kind", KINDS)
def test_every_key_at_every_level(kind: str, level: Level) -> None:
    out = made(kind, level)
    judge(out, 1)
    endesive = kind == "p12" and level is Level.B_B
    assert sealed.maker(out, "签章_1") == (sealed.BY_ENDESIVE if endesive else sealed.BY_PYHANKO)
    assert sealed.reader(out).embedded_regular_signatures[0].signer_cert.dump() == certificate_of(kind).der


@pytest.mark.parametrize("kind", ["p12", "token-ec"])
def test_b_b_has_the_form_of_pades(kind: str) -> None:
    """EN 319 142-1 §6.3: SubFilter, no signing-time, the certificate bound by its hash, all certificates embedded."""
    out, certificate = made(kind, Level.B_B), certificate_of(kind)
    signature = sealed.reader(out).embedded_signatures[0]
    info = sealed.signer_info(out)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert sealed.attribute_types(info["signed_attrs"]) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert not sealed.attribute_types(info["unsigned_attrs"])
    bound = next(a for a in info["signed_attrs"] if a["type"].native == "signing_certificate_v2")["values"][0]["certs"][
        0
    ]
    assert bound["cert_hash"].native == hashlib.sha256(certificate.der).digest()
    embedded = {each.chosen.dump() for each in signature.signed_data["certificates"]}
    assert embedded == {certificate.der, pki.cert("interm").der, pki.cert("root").der}
    assert signature.self_reported_timestamp == AT
    assert "/DSS" not in sealed.reader(out).root


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
def test_fields_as_pdf_a_wants_them(kind: str) -> None:
    out = made(kind, Level.B_B)
    (name, _, reference), *more = enumerate_sig_fields(sealed.reader(out))
    field = reference.get_object()
    assert (name, more) == ("签章_1", [])
    assert field["/F"] == 132  # Print and Locked
    assert "/DA" not in field
    assert field["/AP"]["/N"]["/Subtype"] == "/Form"
    assert sealed.reader(out).root["/AcroForm"]["/SigFlags"] == 3
    page = sealed.reader(out).root["/Pages"]["/Kids"][0]
    assert [each.get_object()["/T"] for each in page["/Annots"]] == [name]


def test_b_t_has_a_timestamp_over_the_signature() -> None:
    out = made("p12", Level.B_T)
    info = sealed.signer_info(out)
    assert sealed.attribute_types(info["unsigned_attrs"]) == {"signature_time_stamp_token"}
    token = info["unsigned_attrs"][0]["values"][0]["content"]["encap_content_info"]["content"].parsed
    imprint = token["message_imprint"]["hashed_message"].native
    assert imprint == hashlib.sha256(info["signature"].native).digest()
    assert token["gen_time"].native == AT


def test_b_lt_holds_all_that_a_later_validation_needs() -> None:
    out = made("p12", Level.B_LT)
    store = DocumentSecurityStore.read_dss(sealed.reader(out))
    certificates = {certificate.dump() for certificate in store.load_certs()}
    assert certificates == {pki.cert(name).der for name in ("company", "interm", "root", "tsa")}
    lists = [crl.CertificateList.load(each.get_object().data) for each in store.crls]
    assert {each.issuer.dump() for each in lists} == {pki.cert(n).asn1.subject.dump() for n in ("root", "interm")}
    # Nothing but the root from outside: the evidence is in the file.
    bare = TrustMaterial(anchors=sealed.material().anchors)
    status = sealed.validate_pdf_signature(sealed.reader(out).embedded_signatures[0], _with_dss(out, bare))
    assert status.bottom_line


def _with_dss(pdf: bytes, trust: TrustMaterial) -> Any:
    store = DocumentSecurityStore.read_dss(sealed.reader(pdf))
    roots = [anchor.certificate.asn1 for anchor in trust.anchors]
    return store.as_validation_context({"trust_roots": roots, "moment": AT, "revocation_mode": "require"})


def test_b_lt_prefers_a_fresh_ocsp_answer_to_a_list() -> None:
    base = sealed.material()
    answered = TrustMaterial(base.anchors, base.intermediates, base.crls, (pki.ocsp_response("company"),))
    out = sealed_by(sealed.p12(), Level.B_LT, trust=answered)
    store = DocumentSecurityStore.read_dss(sealed.reader(out))
    (answer,) = (ocsp.OCSPResponse.load(each.get_object().data) for each in store.ocsps)
    assert answer.dump() == answered.ocsps[0]
    assert pki.cert("ocsp").der in {certificate.dump() for certificate in store.load_certs()}


def test_b_lta_ends_with_a_timestamp_over_everything() -> None:
    authority = Authority()
    out = seal(paper(), sealed.p12(), order(Level.B_LTA), at=AT, timestamper=authority, trust=sealed.material())
    document = sealed.reader(out)
    (timestamp,) = document.embedded_timestamp_signatures
    assert timestamp.field_name == "时间戳_1"
    assert timestamp.evaluate_signature_coverage().name == "ENTIRE_FILE"
    assert timestamp.sig_field["/F"] & 4
    judge(out, 1)
    assert authority.asked == 2


@pytest.mark.parametrize("level", list(Level))
def test_twenty_pages_and_the_fifth_sealed(level: Level) -> None:
    document = paper(20)
    where = SealOrder(picture=sealed.picture(), placement=sealed.Placement(4, 10, 10), level=level)
    out = seal(document, sealed.p12(), where, at=AT, timestamper=Authority(), trust=sealed.material())
    judge(out, 1)
    assert out.startswith(document)
    assert sealed.red_box(sealed.rendered(out, 4)) is not None
    assert sealed.red_box(sealed.rendered(out, 3)) is None


def test_streams_go_by_pyhanko_and_stay_streams() -> None:
    out = sealed_by(sealed.p12(), Level.B_B, paper(2, streams=True))
    assert sealed.maker(out, "签章_1") == sealed.BY_PYHANKO
    assert b"\ntrailer" not in out
    judge(out, 1)


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
@pytest.mark.parametrize("level", list(Level))
def test_a_classic_document_stays_classic(kind: str, level: Level) -> None:
    assert not sealed.reader(made(kind, level)).has_xref_stream


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
def test_only_the_annotations_of_a_page_change(kind: str) -> None:
    """pypdf would copy what a page inherits into it, which breaks every earlier seal."""
    document = paper(2, inherited=True)
    with sealed.key(kind) as key:
        out = sealed_by(key, Level.B_B, document)
    judge(out, 1)
    for number in (0, 1):
        before = sealed.reader(document).root["/Pages"]["/Kids"][number]
        after = sealed.reader(out).root["/Pages"]["/Kids"][number]
        assert set(after) - {"/Annots"} == set(before)


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
def test_no_metadata_changes(kind: str) -> None:
    """In PDF/A /Info and XMP must agree, and no clock of this machine is proof of anything."""
    document = paper()
    added = made(kind, Level.B_B)[len(document) :] + made(kind, Level.B_LTA)[len(document) :]
    assert b"/ModDate" not in added
    assert b"pyHanko" not in added
    assert b"pypdf" not in added
    assert b"/Metadata" not in added


def test_no_extension_is_declared_but_that_of_pades() -> None:
    """Curves would be declared as an extension of PDF 2.0, which PDF/A-3 is not."""
    out = made("p12-ec", Level.B_LTA)
    assert set(sealed.reader(out).root["/Extensions"]) == {"/ESIC"}


@pytest.mark.parametrize("kind", ["p12", "token-ec"])
def test_reason_and_place_in_chinese(kind: str) -> None:
    with sealed.key(kind) as key:
        out = seal(paper(), key, order(reason="投标文件盖章（第2次）", location="武汉市"), at=AT)
    value = sealed.reader(out).embedded_signatures[0].sig_object
    assert (value["/Reason"], value["/Location"]) == ("投标文件盖章（第2次）", "武汉市")
    judge(out, 1)


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
def test_an_invisible_seal(kind: str) -> None:
    with sealed.key(kind) as key:
        out = seal(paper(), key, SealOrder(), at=AT)
    judge(out, 1)
    assert sealed.red_box(sealed.rendered(out)) is None
    assert [float(number) for number in sealed.reader(out).embedded_signatures[0].sig_field["/Rect"]] == [0] * 4


def test_the_container_has_room_and_only_zeros_behind_the_cms() -> None:
    for level in Level:
        out = made("p12", level)
        signature = sealed.reader(out).embedded_signatures[0]
        room = signature.pkcs7_content
        length = len(signature.signed_data.dump())
        assert len(room) >= LEAST_ROOM
        assert not room[length + 64 :].strip(b"\0")


def test_the_key_is_used_once() -> None:
    class Counting:
        def __init__(self, key: SealKey) -> None:
            self.certificate, self.chain, self.algorithm = key.certificate, key.chain, key.algorithm
            self._key, self.uses = key, 0

        def sign(self, message: bytes, digest: str) -> bytes:
            self.uses += 1
            return self._key.sign(message, digest)

    counting = Counting(sealed.p12())
    sealed_by(counting, Level.B_LTA)
    assert counting.uses == 1


def test_a_naive_time_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        seal(paper(), sealed.p12(), order(), at=datetime(2026, 11, 1))


def test_the_claimed_time_keeps_its_zone() -> None:
    out = seal(paper(), sealed.p12(), order(), at=datetime.fromisoformat("2026-11-01T12:00:00+08:00"))
    assert sealed.reader(out).embedded_signatures[0].self_reported_timestamp == datetime(2026, 11, 1, 4, tzinfo=UTC)
