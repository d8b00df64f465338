"""What is not sealed, and why: documents, certificates, enterprises."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedValFlags, SigSeedValueSpec

from certlight.errors import CertlightError
from signing.enclosure import Party
from signing.keys.file_key import FileKey
from signing.keys.key_files import open_pem
from signing.sealing.fields import prepare_fields
from signing.sealing.order import FieldSpec, Level, SealOrder
from signing.sealing.seal import seal
from tests.signing import bare_pyhanko, pki, sealed
from tests.signing.sealed import AT, Authority, judge, paper
from tests.signing.test_sealing_countersign import code_of

_PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def refused(pdf: bytes, order: SealOrder | None = None, key: FileKey | None = None) -> str:
    return code_of(lambda: seal(pdf, key or sealed.p12(), order or SealOrder(), at=AT))


def with_field(spec: SigFieldSpec, pdf: bytes | None = None) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf or paper()))
    fields.append_signature_field(writer, spec)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("owner", ["", "secret"])
def test_encrypted_documents(owner: str) -> None:
    pdf = pikepdf.open(io.BytesIO(paper()))
    out = io.BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=owner))
    assert refused(out.getvalue()) == "seal.pdf_encrypted"


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.7\n%%EOF\n",
        b"not a PDF at all",
        paper()[:-200],
        paper()[200:],
        paper().replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        paper().replace(b"/Kids [ 3 0 R ]", b"/Kids [ 2 0 R ]"),
        paper().replace(b"/Type /Catalog", b"/Type /Cat /AcroForm 7"),
    ],
)
def test_malformed_documents(pdf: bytes) -> None:
    for key in (sealed.p12(), sealed.p12("company-ec")):
        assert refused(pdf, SealOrder(picture=sealed.picture(), placement=sealed.HERE), key) == "seal.pdf_malformed"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_document_is_refused_or_sealed_soundly(data: st.DataObject) -> None:
    """Whatever stands in the file: a refusal with a code, or a seal that a second reader finds complete."""
    document = bytearray(paper())
    for _ in range(data.draw(st.integers(1, 4))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    key = data.draw(st.sampled_from([sealed.p12(), sealed.p12("company-ec")]))
    order = SealOrder(picture=sealed.picture(), placement=sealed.HERE)
    try:
        out = seal(bytes(document), key, order, at=AT)
    except CertlightError as error:
        assert error.code.startswith("seal.")  # noqa: PT017  either way is right
    else:
        assert out.startswith(bytes(document))
        assert sealed.reader(out).embedded_signatures[0].signer_cert.dump() == key.certificate.der


def test_hybrid_cross_references() -> None:
    classic = paper()
    table = classic.rindex(b"trailer <<")
    hybrid = classic[:table] + classic[table:].replace(b"trailer <<", b"trailer << /XRefStm 0", 1)
    assert refused(hybrid) in {"seal.pdf_hybrid", "seal.pdf_malformed"}


def test_places() -> None:
    assert refused(paper(), SealOrder(picture=sealed.picture())) == "seal.place_missing"
    outside = SealOrder(picture=sealed.picture(), placement=sealed.Placement(0, 190, 20))
    assert refused(paper(), outside) == "seal.place_outside"
    nowhere = SealOrder(picture=sealed.picture(), placement=sealed.Placement(3, 20, 20))
    assert refused(paper(), nowhere) == "seal.place_page"


def test_a_locked_field() -> None:
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    pdf = with_field(SigFieldSpec("A", box=(10, 10, 100, 100), field_mdp_spec=lock))
    pdf = with_field(SigFieldSpec("B", box=(110, 10, 200, 100)), pdf)
    pdf = bare_pyhanko.seal(pdf, field="A")
    assert refused(pdf, SealOrder(field_name="B")) == "seal.field_locked"
    assert refused(pdf) == "seal.field_locked"


def test_a_lock_that_forbids_every_change() -> None:
    """PDF 2.0 lets any seal's field lock the document, not only a certifying one."""
    lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=[])
    spec = SigFieldSpec("A", box=(10, 10, 90, 90), field_mdp_spec=lock, doc_mdp_update_value=MDPPerm.NO_CHANGES)
    pdf = bare_pyhanko.seal(with_field(spec), field="A")
    assert refused(pdf) == "seal.locked"


def test_a_field_with_its_own_lock_is_sealed_with_it() -> None:
    lock = FieldMDPSpec(FieldMDPAction.ALL)
    pdf = with_field(SigFieldSpec("A", box=(10, 10, 100, 100), field_mdp_spec=lock))
    out = seal(pdf, sealed.p12(), SealOrder(field_name="A"), at=AT)
    assert sealed.maker(out, "A") == sealed.BY_PYHANKO
    assert sealed.reader(out).embedded_signatures[0].fieldmdp is not None
    judge(out, 1)


def test_a_field_that_demands_another_digest() -> None:
    seed = SigSeedValueSpec(flags=SigSeedValFlags.DIGEST_METHOD, digest_methods=["sha512"])
    pdf = with_field(SigFieldSpec("A", box=(10, 10, 100, 100), seed_value_dict=seed))
    assert refused(pdf, SealOrder(field_name="A")) == "seal.field_demands"


def test_a_field_that_is_no_signature_field() -> None:
    pdf = pikepdf.open(io.BytesIO(paper()))
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="签章_1", Rect=pikepdf.Array([0, 0, 9, 9]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(field)]))
    document = sealed.saved(pdf)
    assert refused(document, SealOrder(field_name="签章_1")) == "seal.field_missing"
    # and its name is taken
    out = seal(document, sealed.p12(), SealOrder(), at=AT)
    assert sealed.reader(out).embedded_signatures[0].field_name == "签章_2"


def test_a_seal_of_an_unknown_kind_still_counts_as_one() -> None:
    """Vendors of SM2 seals have SubFilters of their own; pyHanko passes over them in silence."""
    writer = IncrementalPdfFileWriter(io.BytesIO(with_field(SigFieldSpec("SM2", box=(10, 10, 90, 90)))))
    (_, _, reference) = next(fields.enumerate_sig_fields(writer))
    value = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Sig"), pdf_name("/SubFilter"): pdf_name("/GM.sm2")})
    reference.get_object()[pdf_name("/V")] = writer.add_object(value)
    writer.mark_update(reference)
    out = io.BytesIO()
    writer.write(out)
    pdf = out.getvalue()
    assert code_of(lambda: prepare_fields(pdf, (FieldSpec(0, 5, 5),))) == "seal.fields_too_late"
    assert refused(pdf, SealOrder(field_name="SM2")) == "seal.field_filled"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("company-expired", "certificate.expired"),
        ("company-future", "certificate.not_yet_valid"),
        ("company-revoked", "certificate.revoked"),
        ("company-wrong-ku", "certificate.key_usage"),
        ("company-tls-eku", "certificate.extended_key_usage"),
        ("company-is-ca", "certificate.is_ca"),
        ("company-weak", "certificate.weak_key"),
    ],
)
def test_a_certificate_that_does_not_stand_good(label: str, code: str) -> None:
    key = sealed.p12(label)
    assert code_of(lambda: seal(paper(), key, SealOrder(), at=AT, trust=sealed.material())) == code


def test_a_certificate_of_a_stranger_and_one_nobody_knows_about() -> None:
    foreign = FileKey(pki.private_key("company", "foreign"), pki.cert("company", "foreign"))
    assert (
        code_of(lambda: seal(paper(), foreign, SealOrder(), at=AT, trust=sealed.material())) == "certificate.untrusted"
    )
    blind = sealed.material(revocation=False)
    unknown = code_of(lambda: seal(paper(), sealed.p12(), SealOrder(), at=AT, trust=blind))
    assert unknown == "certificate.revocation_missing"
    stale = sealed.material(datetime(2026, 1, 1, tzinfo=UTC))
    old = code_of(lambda: seal(paper(), sealed.p12(), SealOrder(), at=AT, trust=stale))
    assert old in {"certificate.revocation_stale", "certificate.revocation_missing"}


def test_another_enterprise() -> None:
    order = SealOrder(party=Party(name=pki.OTHER_COMPANY, credit_code=pki.OTHER_CODE))
    assert refused(paper(), order) == "seal.other_enterprise"
    renamed = SealOrder(party=Party(name="改名后的公司", credit_code=pki.COMPANY_CODE))
    assert refused(paper(), renamed) == "seal.other_enterprise"
    by_code = SealOrder(party=Party(credit_code=pki.COMPANY_CODE))
    assert seal(paper(), sealed.p12(), by_code, at=AT)


def test_nothing_is_signed_where_something_is_refused() -> None:
    class Untouchable(FileKey):
        def sign(self, message: bytes, digest: str) -> bytes:
            raise AssertionError("signed")

    for label in ("company-expired", "company-revoked"):
        key = Untouchable(pki.private_key(label), pki.cert(label))
        code_of(lambda key=key: seal(paper(), key, SealOrder(), at=AT, trust=sealed.material()))  # type: ignore[misc]
    key = Untouchable(pki.private_key("company"), pki.cert("company"))
    code_of(lambda: seal(paper()[:-200], key, SealOrder(), at=AT))
    code_of(lambda: seal(paper(), key, SealOrder(level=Level.B_T), at=AT))


def test_levels_ask_for_what_they_need() -> None:
    assert refused(paper(), SealOrder(level=Level.B_T)) == "seal.timestamper_missing"
    order = SealOrder(level=Level.B_LT)
    needed = code_of(lambda: seal(paper(), sealed.p12(), order, at=AT, timestamper=Authority()))
    assert needed == "seal.trust_missing"


def test_a_chain_from_the_trust_store_completes_the_keys() -> None:
    pem = sealed.p12()._private_key.private_bytes(*_PEM) + pki.cert("company").crypto.public_bytes(_PEM[0])
    out = seal(paper(), open_pem(pem), SealOrder(), at=AT, trust=sealed.material())
    embedded = {each.chosen.dump() for each in sealed.reader(out).embedded_signatures[0].signed_data["certificates"]}
    assert pki.cert("interm").der in embedded
    alone = seal(paper(), open_pem(pem), SealOrder(), at=AT)
    assert len(sealed.reader(alone).embedded_signatures[0].signed_data["certificates"]) == 1


def test_other_certificates_of_a_key_are_not_published() -> None:
    key = FileKey(pki.private_key("company"), pki.cert("company"), (pki.cert("other"), pki.cert("interm")))
    out = seal(paper(), key, SealOrder(), at=AT)
    embedded = {each.chosen.dump() for each in sealed.reader(out).embedded_signatures[0].signed_data["certificates"]}
    assert embedded == {pki.cert("company").der, pki.cert("interm").der}


def test_a_seal_that_nobody_can_read_is_not_built_upon() -> None:
    first = seal(paper(), sealed.p12(), SealOrder(), at=AT)
    start = first.index(b"/Contents <") + len(b"/Contents <")
    broken = first[:start] + b"00" * 8 + first[start + 16 :]
    assert refused(broken) == "seal.earlier_seals"


def test_endesive_is_not_trusted_blindly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it writes is read again; where that fails, pyHanko seals."""
    for result in (lambda *_: paper() + b"garbage", lambda *_: bare_pyhanko.seal(paper(), "other"), _raise):
        monkeypatch.setattr("signing.sealing.seal.seal_by_endesive", result)
        out = seal(paper(), sealed.p12(), SealOrder(), at=AT)
        assert sealed.maker(out, "签章_1") == sealed.BY_PYHANKO
        judge(out, 1)


def _raise(*_: object) -> bytes:
    raise AssertionError("pypdf stumbles")
