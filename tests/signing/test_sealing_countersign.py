"""Seals by several parties one after another: any mix of keys and libraries, prepared fields, certified documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import pytest
from pyhanko.sign.fields import enumerate_sig_fields

from certlight.errors import CertlightError
from signing.appearance.placement import Placement
from signing.enclosure import Party
from signing.sealing.fields import prepare_fields
from signing.sealing.order import FieldSpec, Level, Permission, SealOrder
from signing.sealing.seal import seal
from tests.signing import bare_pyhanko, pki, sealed
from tests.signing.sealed import AT, BY_ENDESIVE, BY_PYHANKO, Authority, judge, paper

COMPANY = Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE)
OTHER = Party(name=pki.OTHER_COMPANY, credit_code=pki.OTHER_CODE)
FIELDS = (FieldSpec(0, 20, 200, party=COMPANY), FieldSpec(0, 100, 200, party=OTHER), FieldSpec(-1, 20, 100, 60, 30))


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(CertlightError) as refused:
        call()
    assert refused.value.message.zh
    assert refused.value.remedy.zh
    return refused.value.code


def one_after_another(pdf: bytes, kinds: Sequence[str], **more: object) -> bytes:
    """A seal by each of ``kinds``, side by side."""
    for number, kind in enumerate(kinds):
        order = SealOrder(picture=sealed.picture(), placement=Placement(0, 10 + 45 * number, 200), **more)  # type: ignore[arg-type]
        with sealed.key(kind) as key:
            out = seal(pdf, key, order, at=AT, timestamper=Authority(), trust=sealed.material())
        assert out.startswith(pdf)
        pdf = out
    return pdf


@pytest.mark.parametrize("kinds", list(product(["p12", "p12-ec", "token-rsa"], ["p12-other", "token-ec"])))
def test_two_seals_in_any_mix(kinds: tuple[str, str]) -> None:
    out = one_after_another(paper(), kinds)
    judge(out, 2)
    makers = [sealed.maker(out, f"签章_{number}") for number in (1, 2)]
    assert makers == [BY_ENDESIVE if kind in ("p12", "p12-other") else BY_PYHANKO for kind in kinds]


def test_four_seals_on_a_document_with_inherited_attributes() -> None:
    judge(one_after_another(paper(3, inherited=True), ["p12", "token-ec", "p12-other", "p12-ec"]), 4)


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_plain_seal_after_every_level(level: Level) -> None:
    first = one_after_another(paper(), ["token-rsa"], level=level)
    out = seal(first, sealed.p12("other"), SealOrder(), at=AT, trust=sealed.material())
    judge(out, 2)
    assert sealed.maker(out, "签章_2") == BY_ENDESIVE


def test_long_term_seals_after_each_other_share_one_store() -> None:
    judge(one_after_another(paper(), ["p12", "token-ec", "p12-other"], level=Level.B_LTA), 3)


def test_a_seal_on_what_bare_pyhanko_sealed() -> None:
    first = bare_pyhanko.seal(paper(), field="Foreign")
    judge(seal(first, sealed.p12("other"), SealOrder(), at=AT), 2)


@pytest.mark.parametrize("kinds", [("p12", "p12-other", "token-ec"), ("token-ec", "p12-other", "p12")])
@pytest.mark.parametrize("certify", [None, Permission.SEAL])
def test_prepared_fields_are_filled_by_their_parties(kinds: tuple[str, str, str], certify: Permission | None) -> None:
    pdf = prepare_fields(paper(2), FIELDS)
    order = SealOrder(picture=sealed.picture(), certify=certify)
    with sealed.key(kinds[0]) as key:
        pdf = seal(pdf, key, order, at=AT, trust=sealed.material())
    with sealed.key(kinds[1]) as key:
        pdf = seal(pdf, key, SealOrder(picture=sealed.picture()), at=AT, trust=sealed.material())
    with sealed.key(kinds[2]) as key:
        last = SealOrder(picture=sealed.picture(), field_name="签章_3")
        pdf = seal(pdf, key, last, at=AT, trust=sealed.material())
    judge(pdf, 3)
    found = {each.field_name: each.signer_cert for each in sealed.reader(pdf).embedded_signatures}
    assert set(found) == {"签章_1", "签章_2", "签章_3"}
    assert found["签章_2"].dump() == pki.cert("other").der


def test_a_prepared_field_shows_its_seal_in_its_own_box() -> None:
    pdf = prepare_fields(paper(2), FIELDS)
    out = seal(pdf, sealed.p12(), SealOrder(picture=sealed.picture(), field_name="签章_3"), at=AT)
    left, top, right, bottom = (value * 25.4 / 72 for value in sealed.red_box(sealed.rendered(out, 1)) or ())
    # 60 × 30 mm at (20, 100): a round seal keeps its proportions, in the middle.
    assert (left, top, right, bottom) == pytest.approx((35, 100, 65, 130), abs=0.6)
    assert sealed.maker(out, "签章_3") == BY_ENDESIVE


def test_every_level_on_a_certified_document() -> None:
    pdf = prepare_fields(paper(), FIELDS[:2])
    with sealed.key("token-rsa") as key:
        order = SealOrder(picture=sealed.picture(), certify=Permission.SEAL, level=Level.B_LTA)
        pdf = seal(pdf, key, order, at=AT, timestamper=Authority(), trust=sealed.material())
    order = SealOrder(picture=sealed.picture(), level=Level.B_LTA)
    pdf = seal(pdf, sealed.p12("other"), order, at=AT, timestamper=Authority(), trust=sealed.material())
    judge(pdf, 2)


@pytest.mark.parametrize("kind", ["p12", "token-rsa"])
@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_certified_against_every_change(kind: str, level: Level) -> None:
    with sealed.key(kind) as key:
        order = SealOrder(picture=sealed.picture(), placement=sealed.HERE, certify=Permission.NOTHING, level=level)
        out = seal(paper(), key, order, at=AT, timestamper=Authority(), trust=sealed.material())
    judge(out, 1)
    signature = sealed.reader(out).embedded_regular_signatures[0]
    assert signature.docmdp_level.value == 1
    assert sealed.reader(out).root["/AcroForm"]["/SigFlags"] == 3
    assert code_of(lambda: seal(out, sealed.p12("other"), SealOrder(), at=AT)) == "seal.locked"


def test_what_certified_documents_refuse() -> None:
    pdf = prepare_fields(paper(), FIELDS[:1])
    certified = seal(pdf, sealed.p12(), SealOrder(certify=Permission.SEAL), at=AT)
    assert sealed.reader(certified).embedded_regular_signatures[0].field_name == "签章_1"
    assert code_of(lambda: seal(certified, sealed.p12(), SealOrder(), at=AT)) == "seal.field_needed"
    filled = SealOrder(field_name="签章_1")
    assert code_of(lambda: seal(certified, sealed.p12(), filled, at=AT)) == "seal.field_filled"
    absent = SealOrder(field_name="甲方")
    assert code_of(lambda: seal(certified, sealed.p12(), absent, at=AT)) == "seal.field_missing"
    again = SealOrder(certify=Permission.SEAL)
    assert code_of(lambda: seal(certified, sealed.p12(), again, at=AT)) == "seal.certify_late"
    assert code_of(lambda: prepare_fields(certified, FIELDS)) == "seal.fields_too_late"


def test_locking_out_those_whose_fields_wait_is_refused() -> None:
    pdf = prepare_fields(paper(), FIELDS[:2])
    order = SealOrder(certify=Permission.NOTHING)
    assert code_of(lambda: seal(pdf, sealed.p12(), order, at=AT)) == "seal.certify_locks_out"


def test_certified_by_bare_pyhanko() -> None:
    """It names no digest in its reference, which endesive cannot bear: our route then is pyHanko."""
    pdf = bare_pyhanko.prepare_fields(paper(), "A", "B")
    pdf = bare_pyhanko.seal(pdf, field="A", certify=2)
    out = seal(pdf, sealed.p12("other"), SealOrder(picture=sealed.picture(), field_name="B"), at=AT)
    judge(out, 2)
    assert sealed.maker(out, "B") == BY_PYHANKO


def test_a_field_is_sealed_by_its_party_only() -> None:
    pdf = prepare_fields(paper(), FIELDS)
    wrong = SealOrder(field_name="签章_2")
    assert code_of(lambda: seal(pdf, sealed.p12(), wrong, at=AT)) == "seal.other_enterprise"
    assert seal(pdf, sealed.p12("other"), wrong, at=AT)


def test_fields_and_their_names() -> None:
    pdf = prepare_fields(paper(2), (*FIELDS, FieldSpec(0, 5, 5, name="甲方 签章")))
    names = {name for name, _, _ in sealed_fields(pdf)}
    assert names == {"签章_1", "签章_2", "签章_3", "甲方 签章"}
    first = next(iter(sealed_fields(pdf)))[2].get_object()
    assert (first["/F"], first["/TU"]) == (132, f"盖章处：{pki.COMPANY}")
    assert "/DA" not in first
    taken = (FieldSpec(0, 5, 5, name="签章_1"),)
    assert code_of(lambda: prepare_fields(pdf, taken)) == "seal.field_name_taken"
    twice = (FieldSpec(0, 5, 5, name="A"), FieldSpec(0, 50, 5, name="A"))
    assert code_of(lambda: prepare_fields(paper(), twice)) == "seal.field_name_taken"
    for name in ("", " ", "a.b", "x" * 65, "a\nb"):
        bad = (FieldSpec(0, 5, 5, name=name),)
        assert code_of(lambda bad=bad: prepare_fields(paper(), bad)) == "seal.field_name_malformed"  # type: ignore[misc]
    outside = (FieldSpec(0, 200, 5),)
    assert code_of(lambda: prepare_fields(paper(), outside)) == "seal.place_outside"
    assert prepare_fields(paper(), ()) == paper()


def sealed_fields(pdf: bytes) -> list[tuple[str, object, object]]:
    return list(enumerate_sig_fields(sealed.reader(pdf)))
