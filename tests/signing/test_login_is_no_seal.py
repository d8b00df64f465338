"""Seals and logins are never one another, though one key makes both."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from asn1crypto import cms
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing.login.answer import answer
from signing.login.challenge import CHALLENGE_BYTES
from signing.login.refusals import LoginRefused
from signing.login.response import demand_signature
from tests.signing import pki
from tests.signing.bare_pyhanko import seal, signer
from tests.signing.login_examples import ORIGIN, challenge, held, honest


@pytest.fixture(scope="module")
def sealed() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    pdf.save(out)
    return seal(out.getvalue())


def embedded(sealed: bytes) -> tuple[cms.SignedData, cms.SignerInfo]:
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_regular_signatures[0]
    return signature.signed_data, signature.signer_info


def test_a_seals_signature_is_no_login(sealed: bytes) -> None:
    _, info = embedded(sealed)
    attempt = honest()
    stolen = attempt.response.model_copy(update={"signature": info["signature"].native})
    message = attempt.issued.challenge.to_bytes()
    with pytest.raises(LoginRefused):
        demand_signature(stolen, pki.cert("company"), message)
    # It is right over what it was made for, so it was refused for the message alone.
    demand_signature(stolen, pki.cert("company"), info["signed_attrs"].untag().dump())


def test_the_bridge_does_not_sign_what_a_seal_signs(sealed: bytes) -> None:
    key = held()
    before = len(key.signed)
    signed_data, info = embedded(sealed)
    attributes = info["signed_attrs"].untag().dump()
    gap = re.search(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)", sealed)
    assert gap is not None
    a, b, c, d = (int(n) for n in gap.groups())
    digest = signed_data["signer_infos"][0]["signed_attrs"].dump()
    for payload in (attributes, digest, sealed, sealed[a : a + b] + sealed[c : c + d], sealed[:CHALLENGE_BYTES]):
        with pytest.raises(LoginRefused) as caught:
            answer(payload, key, origin=ORIGIN)
        assert caught.value.code == "login.not_a_challenge"
    assert len(key.signed) == before


def test_a_logins_signature_is_no_seal(sealed: bytes) -> None:
    _, info = embedded(sealed)
    login = answer(challenge(3).to_bytes(), held(), origin=ORIGIN).signature
    original = info["signature"].native
    assert len(login) == len(original)
    place = sealed.lower().index(original.hex().encode())
    forged = sealed[:place] + login.hex().encode() + sealed[place + 2 * len(login) :]
    context = ValidationContext(
        trust_roots=[pki.cert("root").asn1], other_certs=[pki.cert("interm").asn1], moment=pki.NOW, allow_fetching=False
    )
    checked = [
        validate_pdf_signature(PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0], context).valid
        for data in (sealed, forged)
    ]
    assert checked == [True, False]


def test_a_challenge_reads_as_nothing_else() -> None:
    data = challenge(3).to_bytes()
    for kind in (cms.CMSAttributes, cms.ContentInfo, cms.SignedData):
        with pytest.raises(ValueError, match=r"xtra data"):
            kind.load(data, strict=True)
        assert data[0] not in (0x30, 0x31)
    with pytest.raises(ValueError, match="parsing"):
        x509.load_der_x509_certificate(data)
    with pytest.raises(pikepdf.PdfError):
        pikepdf.open(io.BytesIO(data))


def test_pyhankos_signers_and_ours_use_one_key() -> None:
    # The premise of the tests above: the same key seals and logs in.
    assert isinstance(signer("company"), SimpleSigner)
    assert signer("company").signing_cert.dump() == pki.cert("company").der == held().certificate.der
