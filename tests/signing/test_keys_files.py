"""Seal keys in PKCS #12 and PEM files, as CAs, Windows and OpenSSL write them."""

from __future__ import annotations

import pickle
import subprocess
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from asn1crypto import pkcs12
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from certlight.errors import CertlightError
from signing.certificate import Certificate
from signing.keys.file_key import FileKey
from signing.keys.key import SealKey
from signing.keys.key_files import open_p12, open_pem
from tests.signing import pki


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(CertlightError) as refused:
        call()
    assert refused.value.remedy.zh
    assert pki.PASSWORD not in f"{refused.value!r} {refused.value.message}"
    return refused.value.code


def pem_key(label: str = "company", password: str | None = None, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    protection = serialization.BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pki.private_key(label).private_bytes(Encoding.PEM, form, protection)


def pem_cert(label: str) -> bytes:
    return pki.cert(label).crypto.public_bytes(Encoding.PEM)


def openssl(folder: Path, *arguments: str) -> bytes:
    """What ``openssl pkcs12 -export`` writes of the company's key with ``arguments``."""
    (folder / "key.pem").write_bytes(pem_key())
    (folder / "cert.pem").write_bytes(pem_cert("company"))
    command = ["openssl", "pkcs12", "-export", "-in", "cert.pem", "-out", "out.p12", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return (folder / "out.p12").read_bytes()


def verify(key: SealKey, digest: str = "sha256") -> None:
    signature = key.sign(b"message", digest)
    public = key.certificate.crypto.public_key()
    chosen = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[digest]
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, b"message", padding.PKCS1v15(), chosen)
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, b"message", ec.ECDSA(chosen))


@pytest.mark.parametrize(("label", "algorithm"), [("company", "rsa"), ("company-ec", "ec")])
def test_p12_gives_key_certificate_and_chain(label: str, algorithm: str) -> None:
    key = open_p12(pki.p12(label), pki.PASSWORD)
    assert key.certificate == pki.cert(label)
    assert set(key.chain) == {pki.cert("interm"), pki.cert("root")}
    assert key.algorithm == algorithm
    for digest in ("sha256", "sha384", "sha512"):
        verify(key, digest)


@pytest.mark.parametrize(
    "arguments",
    [
        ("-legacy",),  # RC2-40 for certificates, triple DES for the key: what Windows XP to 8 and old CA tools write
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"),
        ("-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-certpbe", "AES-256-CBC", "-keypbe", "AES-256-CBC", "-macalg", "sha512"),
        ("-nomac",),
    ],
)
def test_old_and_new_p12_open(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    verify(open_p12(openssl(tmp_path, "-inkey", "key.pem", "-passout", "pass:abc", *arguments), "abc"))


@pytest.mark.parametrize("password", ["", None])
def test_p12_with_an_empty_password(tmp_path: Path, password: str | None) -> None:
    verify(open_p12(openssl(tmp_path, "-inkey", "key.pem", "-passout", "pass:"), password))


def test_refusals_of_p12(tmp_path: Path) -> None:
    data = pki.p12()
    assert code_of(lambda: open_p12(data, "口令-1235")) == "key.password_wrong"
    assert code_of(lambda: open_p12(data, None)) == "key.password_needed"
    for damaged in (b"", b"not a key", data[:-20], data[: len(data) // 2], b"%PDF-1.7\n" + data, data[1:]):
        assert code_of(lambda damaged=damaged: open_p12(damaged, pki.PASSWORD)) == "key.file_damaged"  # type: ignore[misc]
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    assert code_of(lambda: open_p12(bytes(flipped), pki.PASSWORD)) == "key.password_wrong"
    no_key = openssl(tmp_path, "-nokeys", "-passout", "pass:abc")
    assert code_of(lambda: open_p12(no_key, "abc")) == "key.no_key"
    no_cert = serialize_key_and_certificates(None, pki.private_key("company"), None, None, NoEncryption())
    assert code_of(lambda: open_p12(no_cert, None)) == "key.no_certificate"
    others = [pki.cert("interm").crypto]
    mismatch = serialize_key_and_certificates(None, pki.private_key("company"), None, others, NoEncryption())
    assert code_of(lambda: open_p12(mismatch, None)) == "key.mismatch"


def test_p12_with_two_keys_is_refused(tmp_path: Path) -> None:
    plain = ("-inkey", "key.pem", "-passout", "pass:", "-certpbe", "NONE", "-keypbe", "NONE", "-nomac")
    safe = pkcs12.Pfx.load(openssl(tmp_path, *plain)).authenticated_safe
    bags = [bag for part in safe for bag in pkcs12.SafeContents.load(part["content"].native)]
    twice = pkcs12.AuthenticatedSafe([{"content_type": "data", "content": pkcs12.SafeContents(bags * 2).dump()}])
    pfx = pkcs12.Pfx({"version": "v3", "auth_safe": {"content_type": "data", "content": twice.dump()}})
    assert code_of(lambda: open_p12(pfx.dump(), None)) == "key.several_keys"


def test_p12_of_an_unsupported_kind() -> None:
    data = serialize_key_and_certificates(None, ed25519.Ed25519PrivateKey.generate(), None, None, NoEncryption())
    assert code_of(lambda: open_p12(data, None)) == "key.unsupported"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_pem_in_any_order_in_one_file(order: tuple[int, ...]) -> None:
    parts = [pem_key(), pem_cert("company"), pem_cert("interm")]
    key = open_pem(b"Bag Attributes\n".join(parts[index] for index in order))
    assert (key.certificate, key.chain) == (pki.cert("company"), (pki.cert("interm"),))
    verify(key)


def test_pem_in_two_files_the_certificate_in_der() -> None:
    assert open_pem(pki.cert("company").der, pem_key()).certificate == pki.cert("company")
    assert open_pem(pem_key("company-ec"), pem_cert("company-ec")).algorithm == "ec"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_pem_with_a_password(form: PrivateFormat) -> None:
    data = pem_key(password=pki.PASSWORD, form=form) + pem_cert("company")
    verify(open_pem(data, password=pki.PASSWORD))
    assert code_of(lambda: open_pem(data)) == "key.password_needed"
    assert code_of(lambda: open_pem(data, password="falsch")) == "key.password_wrong"


def test_a_password_that_is_not_needed_does_no_harm() -> None:
    assert open_pem(pem_key() + pem_cert("company"), password="x").certificate == pki.cert("company")


def test_ec_parameters_before_the_key_are_no_key() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    traditional = pem_key("company-ec", form=PrivateFormat.TraditionalOpenSSL)
    verify(open_pem(parameters + traditional, pem_cert("company-ec")))


def test_refusals_of_pem() -> None:
    assert code_of(lambda: open_pem(pem_cert("company"))) == "key.no_key"
    assert code_of(lambda: open_pem(pem_key())) == "key.no_certificate"
    assert code_of(lambda: open_pem(pem_key(), pem_cert("other"))) == "key.mismatch"
    assert code_of(lambda: open_pem(pem_key(), pem_key("other"), pem_cert("company"))) == "key.several_keys"
    assert code_of(lambda: open_pem(b"nonsense")) == "certificate.malformed"
    broken = pem_key().replace(b"M", b"N", 3)
    assert code_of(lambda: open_pem(broken, pem_cert("company"))) == "key.file_damaged"
    # Renewed with the same key: which one is meant only the holder knows.
    renewed = code_of(lambda: open_pem(pem_key(), pem_cert("company"), pem_cert("company-expired")))
    assert renewed == "key.several_certificates"


def test_the_same_certificate_twice_is_one() -> None:
    assert open_pem(pem_key(), pem_cert("company") * 2).chain == ()


def test_sm2_keys_are_refused_with_the_reason(tmp_path: Path) -> None:
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"]
    made = subprocess.run(command, check=True, capture_output=True)
    assert code_of(lambda: open_pem(made.stdout, pem_cert("company"))) == "key.unsupported"


def test_secp256k1_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert code_of(lambda: open_pem(data, pem_cert("company"))) == "key.unsupported"


def test_a_key_never_shows_itself() -> None:
    key = open_p12(pki.p12(), pki.PASSWORD)
    assert repr(key) == f"FileKey({key.certificate!r})"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_any_key_may_be_used_in_a_with_statement() -> None:
    with open_p12(pki.p12(), pki.PASSWORD) as key:
        assert isinstance(key, FileKey)
        assert isinstance(key.certificate, Certificate)
