"""The form of a seal's CMS: what is refused, why, and that nothing honest is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from asn1crypto import algos, cms, core, tsp, x509
from hypothesis import given
from hypothesis import strategies as st

from signing.certificate import Certificate
from signing.validation.cms import Content, Malformed, read
from signing.validation.cms_rules import form_findings
from signing.validation.der import is_canonical
from signing.validation.digests import Digests, digest_of
from signing.validation.indication import Indication, SubIndication
from signing.validation.integrity import integrity_findings
from tests.signing import bare_endesive, bare_pyhanko, pki
from tests.signing.attacks.bases import base
from tests.signing.attacks.issuing import authority, issue, subject
from tests.signing.attacks.signed_data import Recipe, attribute, sign, signed_data
from tests.signing.attacks.surgery import covered, with_contents
from tests.signing.attacks.world import World
from tests.signing.verdicts import PASSED, Answer, against, answer, failed, seal, undecided

WORLD = World("pyhanko")
CONTENT = b"what is sealed"
FORMAT = failed(SubIndication.FORMAT_FAILURE)
WEAK = undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE)


def finished(finish: Callable[[Any], None], recipe: Recipe = Recipe()) -> bytes:  # noqa: B008
    """The clean file with a CMS that ``finish`` has changed."""
    pdf = WORLD.sealed()
    return with_contents(pdf, signed_data(covered(pdf), recipe, finish=finish))


@pytest.mark.parametrize(
    ("recipe", "expected", "codes"),
    [
        (Recipe(), PASSED, []),
        (Recipe(digest="sha384"), PASSED, []),
        (Recipe(digest="sha512"), PASSED, []),
        (Recipe(label="company-ec", digest="sha384"), PASSED, []),
        (Recipe(algorithm="rsassa_pkcs1v15"), PASSED, []),
        (Recipe(digest="sha1"), WEAK, ["seal.weak_digest"]),
        (Recipe(digest="md5"), WEAK, ["seal.weak_digest"]),
        (Recipe(digest="sha224"), WEAK, ["seal.weak_digest"]),
        (Recipe(content=b"another"), FORMAT, ["seal.format"]),
        (Recipe(signed_attributes=False), FORMAT, ["seal.format"]),
        (Recipe(left_out=("message_digest",)), FORMAT, None),
        (Recipe(left_out=("content_type",)), FORMAT, None),
        (Recipe(content_type="tst_info"), FORMAT, None),
        (Recipe(left_out=("signing_certificate_v2",)), undecided(SubIndication.SIG_CONSTRAINTS_FAILURE), None),
        (Recipe(bound=pki.cert("other")), None, None),
        (Recipe(message_digest=bytes(32)), failed(SubIndication.HASH_FAILURE), ["seal.hash"]),
        (Recipe(key=pki.private_key("other")), failed(SubIndication.SIG_CRYPTO_FAILURE), ["seal.signature_value"]),
        (
            Recipe(certificates=(pki.cert("interm"),)),
            undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND),
            ["seal.no_certificate"],
        ),
    ],
)
def test_recipes(recipe: Recipe, expected: Answer | None, codes: list[str] | None) -> None:
    found = seal(WORLD.forged(recipe))
    assert expected is None or answer(found) == expected
    assert answer(found)[0] is not Indication.TOTAL_PASSED or expected == PASSED
    assert codes is None or against(found.findings) == codes


def test_without_ess_the_adobe_form_passes_and_the_pades_form_does_not() -> None:
    """adbe.pkcs7.detached knows no signing-certificate; where it is there, it has to be right."""
    adobe = bare_pyhanko.seal(base().pdf, pades=False)
    plain = with_contents(adobe, signed_data(covered(adobe), Recipe(left_out=("signing_certificate_v2",))))
    assert answer(seal(plain)) == PASSED
    wrong = with_contents(adobe, signed_data(covered(adobe), Recipe(bound=pki.cert("other"))))
    assert "seal.format" in against(seal(wrong).findings) or "seal.signing_certificate" in against(seal(wrong).findings)


def test_two_certificates_of_one_number_are_told_apart_by_the_signer() -> None:
    """A look-alike with the same issuer and number beside the real one: the signed attribute decides."""
    serial = pki.cert("company").crypto.serial_number
    double = issue(subject(pki.OTHER_COMPANY), authority(), serial=serial).certificate
    chain = (double, pki.cert("company"), pki.cert("interm"))
    found = seal(WORLD.forged(Recipe(certificates=chain)))
    assert (answer(found), found.certificate) == (PASSED, pki.cert("company"))
    adobe = bare_pyhanko.seal(base().pdf, pades=False)
    recipe = Recipe(certificates=chain, left_out=("signing_certificate_v2",))
    unbound = seal(with_contents(adobe, signed_data(covered(adobe), recipe)))
    assert answer(unbound) == undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND)


def test_attributes_out_of_order_are_no_der() -> None:
    """One validator checks the bytes as they are, another sorts them first: they would disagree."""

    pdf = WORLD.sealed()
    der = signed_data(covered(pdf))
    info = cms.ContentInfo.load(der)["content"]["signer_infos"][0]
    attributes = info["signed_attrs"].untag().dump()
    children = sorted((one.dump() for one in info["signed_attrs"]), reverse=True)
    shuffled = attributes[: -sum(map(len, children))] + b"".join(children)
    value = sign(shuffled, pki.private_key("company"))
    der = der.replace(attributes[1:], shuffled[1:]).replace(info["signature"].native, value)
    found = seal(with_contents(pdf, der))
    assert answer(found)[0] is Indication.TOTAL_FAILED
    assert "seal.format" in against(found.findings), "whether or not the library sorts them before it checks the value"


def test_digests_that_contradict_each_other() -> None:
    """The value is right for SHA-512, and said so; the attributes are said to be hashed with SHA-256."""

    def other(whole: Any) -> None:
        info = whole["signer_infos"][0]
        info["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": "sha512_rsa"})
        info["signature"] = sign(info["signed_attrs"].untag().dump(), pki.private_key("company"), "sha512")

    found = seal(finished(other))
    assert (answer(found), against(found.findings)) == (WEAK, ["seal.algorithms"])


def test_what_is_not_known_here_is_not_called_forged() -> None:
    """SM2 with SM3: pyHanko says the value is wrong, where it only does not know the algorithm."""

    def chinese(whole: Any) -> None:
        whole["signer_infos"][0]["signature_algorithm"] = algos.SignedDigestAlgorithm(
            {"algorithm": "1.2.156.10197.1.501"}
        )

    found = seal(finished(chinese))
    assert answer(found)[0] is Indication.INDETERMINATE
    assert "seal.signature_value" not in against(found.findings)


def test_weak_digest_and_changed_bytes_are_both_told() -> None:
    found = seal(WORLD.forged(Recipe(digest="sha1", message_digest=bytes(20))))
    assert answer(found) == failed(SubIndication.HASH_FAILURE)
    assert against(found.findings) == ["seal.hash", "seal.weak_digest"]


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\x30\x80\x00\x00", b"junk", pki.cert("company").der])
def test_what_is_no_cms_is_malformed(der: bytes) -> None:
    with pytest.raises(Malformed):
        read(der, Content.DATA)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.data())
def test_reading_a_damaged_cms_never_raises_anything_else(data: st.DataObject) -> None:
    der = bytearray(signed_data(CONTENT))
    for position in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=3)):
        der[position] = data.draw(st.integers(0, 255))
    try:
        signed = read(bytes(der), Content.DATA)
    except Malformed:
        return
    form_findings(signed, cades=True)
    integrity_findings(signed, digest_of(CONTENT, signed.digest))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_damaged_cms_is_both_well_formed_and_right(position: int, change: int) -> None:
    """Whatever byte of what the signer vouches for is changed: a finding. Certificates and their order are not that."""
    der = signed_data(CONTENT)
    position %= len(der)
    damaged = der[:position] + bytes([der[position] ^ change]) + der[position + 1 :]
    try:
        signed = read(damaged, Content.DATA)
    except Malformed:
        return
    wrong = (*form_findings(signed, cades=True), *integrity_findings(signed, digest_of(CONTENT, signed.digest)))
    assert wrong or signed.message_digest == hashlib.sha256(CONTENT).digest()
    assert wrong or signed.certificate == pki.cert("company")


@given(st.recursive(st.binary(max_size=40), lambda inner: st.lists(inner, max_size=4), max_leaves=8))
def test_what_asn1crypto_encodes_is_canonical(value: Any) -> None:
    assert is_canonical(_encoded(value))


def _encoded(value: Any) -> bytes:
    if isinstance(value, bytes):
        return bytes(core.OctetString(value).dump())
    body = b"".join(map(_encoded, value))
    return b"\x30" + bytes(core.OctetString(body).dump())[1:]


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x04",
        b"\x04\x81\x01a",
        b"\x04\x82\x00\x80" + bytes(128),
        b"\x30\x80\x04\x01a\x00\x00",
        b"\x04\x05ab",
        b"\x04\x01ab",
        b"\x01\x01\x01",
        b"\x30\x03\x01\x01\x7f",
        b"\x1f\x01\x00",
    ],
)
def test_other_encodings_of_the_same_value_are_not(encoded: bytes) -> None:
    assert not is_canonical(encoded)


def test_depth_is_bounded() -> None:
    der = b""
    for _ in range(5000):
        der = b"\x30" + bytes(core.OctetString(der).dump())[1:]
    assert not is_canonical(der)


@given(
    st.binary(max_size=400),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 50), st.integers(0, 400)), max_size=5),
    st.sampled_from(["sha256", "sha512", "sha1", "sha3_256"]),
)
def test_digests_are_those_of_the_covered_bytes(pdf: bytes, shapes: list[tuple[int, int, int]], algorithm: str) -> None:
    ranges = [(0, min(a, len(pdf)), min(a + b, len(pdf)), c) for a, b, c in shapes]
    digests = Digests(pdf, ranges)
    assert digests.sha256 == hashlib.sha256(pdf).hexdigest()
    for start, length, behind, rest in ranges:
        covered_bytes = pdf[start : start + length] + pdf[behind : behind + rest]
        assert digests.of((start, length, behind, rest), algorithm) == hashlib.new(algorithm, covered_bytes).digest()


def test_unknown_digests_are_none() -> None:
    assert Digests(b"", []).of((0, 0, 0, 0), "sm3") is None
    assert digest_of(b"", "shake256") is None


def test_endesive_and_pyhanko_keep_all_the_rules() -> None:
    for pdf in (bare_endesive.seal(base().pdf), bare_pyhanko.seal(base().pdf), bare_pyhanko.seal(base().pdf, pss=True)):
        assert against(seal(pdf).findings) == []


def test_the_old_signing_certificate_attribute_has_to_fit_too() -> None:
    """signing-certificate (SHA-1) beside version 2: both are looked at."""
    bound = pki.cert("other")
    old = attribute(
        "signing_certificate",
        tsp.SigningCertificate({"certs": [tsp.ESSCertID({"cert_hash": hashlib.sha1(bound.der).digest()})]}),
    )
    found = seal(WORLD.forged(Recipe(signed_more=(old,))))
    assert answer(found)[0] is not Indication.TOTAL_PASSED


def _version(whole: Any) -> None:
    whole["version"] = "v3"


def _signer_version(whole: Any) -> None:
    whole["signer_infos"][0]["version"] = "v3"


def _another_digest(whole: Any) -> None:
    whole["digest_algorithms"].append(algos.DigestAlgorithm({"algorithm": "sha512"}))


def _name_in_another_case(whole: Any) -> None:
    name = pki.cert("company").asn1.issuer.dump().replace(b"Test Enterprise CA", b"TEST ENTERPRISE CA")
    whole["signer_infos"][0]["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number",
        {"issuer": x509.Name.load(name), "serial_number": pki.cert("company").asn1.serial_number},
    )


@pytest.mark.parametrize("touch", [_version, _signer_version, _another_digest, _name_in_another_case])
def test_what_no_signature_covers_is_to_the_letter(touch: Callable[[Any], None]) -> None:
    found = seal(finished(touch))
    assert answer(found) == undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
    assert against(found.findings) == ["seal.irregular"]
    assert found.intact


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Test Root CA", b"Best Root CA"), (b"450101000000Z", b"460101000000Z")],
    ids=["another name", "another end"],
)
def test_spare_certificates_have_to_be_whole(old: bytes, new: bytes) -> None:
    """A copy of the root that nobody needs, touched: the file is not the one that was handed out."""
    root = pki.cert("root").der

    def touch(whole: Any) -> None:
        kept = [one for one in whole["certificates"] if one.chosen.dump() != root]
        whole["certificates"] = [
            *kept,
            cms.CertificateChoices("certificate", x509.Certificate.load(root.replace(old, new))),
        ]

    found = seal(finished(touch))
    assert answer(found) == undecided(SubIndication.SIG_CONSTRAINTS_FAILURE)
    assert against(found.findings) == ["seal.evidence"]


def test_algorithm_parameters_are_null_or_absent() -> None:
    pdf = WORLD.sealed()
    sha256 = bytes.fromhex("0609608648016503040201")
    der = signed_data(covered(pdf)).replace(sha256 + b"\x05\x00", sha256 + b"\x04\x00")
    assert answer(seal(with_contents(pdf, der)))[0] is not Indication.TOTAL_PASSED


def test_spare_certificates_of_strangers_are_nobodys_business() -> None:
    strangers = (pki.cert("company"), pki.cert("interm"), issue(subject(pki.OTHER_COMPANY), None).certificate)
    assert answer(seal(WORLD.forged(Recipe(certificates=strangers)))) == PASSED


def test_spare_certificates_of_unknown_algorithms_are_nobodys_business() -> None:
    """A root of the Chinese algorithms beside the RSA chain: whether it is whole cannot be told here."""
    sm2 = bytes.fromhex("06082a811ccf55018375")
    root = issue(subject(pki.OTHER_COMPANY), None).certificate.der
    strange = _reshaped(root, sm2)
    chain = (pki.cert("company"), pki.cert("interm"), strange)
    assert answer(seal(WORLD.forged(Recipe(certificates=chain)))) == PASSED


def _reshaped(der: bytes, new: bytes) -> Certificate:
    """A self-signed certificate with another algorithm identifier, in both places."""
    whole = x509.Certificate.load(der)
    identifier = algos.SignedDigestAlgorithm.load(b"\x30" + bytes([len(new)]) + new)
    whole["tbs_certificate"]["signature"] = identifier
    whole["signature_algorithm"] = identifier
    return Certificate(whole.dump(force=True))


def test_damaged_evidence_in_the_file_is_told_though_nobody_needs_it() -> None:
    whole = [pki.crl("root"), pki.crl("interm")]
    assert answer(seal(bare_pyhanko.with_evidence(WORLD.sealed(), crls=whole))) == PASSED
    answers = [pki.ocsp_response("company")]
    assert answer(seal(bare_pyhanko.with_evidence(WORLD.sealed(), ocsps=answers))) == PASSED
    touched: list[dict[str, Any]] = [
        {"crls": [whole[1][:-1] + bytes([whole[1][-1] ^ 1])]},
        {"ocsps": [answers[0][:-1] + bytes([answers[0][-1] ^ 1])]},
    ]
    for damaged in touched:
        found = seal(bare_pyhanko.with_evidence(WORLD.sealed(), **damaged))
        assert against(found.findings) == ["seal.evidence"]
