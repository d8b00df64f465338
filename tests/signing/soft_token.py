"""A token that is real but for its shell: SoftHSM2, its keys made inside, its certificates issued by the test PKI.

SoftHSM reads its configuration once a process, so all tests of a process share one set of tokens, made on first use in
a temporary folder: :data:`LABEL` with several keys, :data:`OTHER_LABEL` with none.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import pkcs11
from asn1crypto.keys import PublicKeyInfo, RSAPublicKey
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from signing.certificate import Certificate
from tests.components import require
from tests.signing import pki

LABEL: Final = "江城建工 UKey"
OTHER_LABEL: Final = "空 UKey"
PIN: Final = "246813"
RSA: Final = "签章 RSA"
EC: Final = "签章 EC"
ALWAYS: Final = "每次验密"
"""An RSA key that wants the PIN at every signature."""
ENCRYPTION: Final = "加密证书"
"""The second pair of a Chinese dual-certificate token: key usage keyEncipherment."""
BARE: Final = "无证书"
"""A key without certificate."""
TWINS: Final = "双证"
"""Two keys of one label, both made for signing."""


@functools.cache
def module() -> Path:
    """The PKCS #11 module with the tokens made; ``SOFTHSM2_CONF`` is set for this process."""
    path = require("softhsm")
    folder = Path(tempfile.mkdtemp(prefix=f"certlight-softhsm-{os.getpid()}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    configuration = folder / "softhsm2.conf"
    (folder / "tokens").mkdir()
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    for label in (LABEL, OTHER_LABEL):
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "13572468"]
        subprocess.run(command, check=True, capture_output=True)
    _furnish(pkcs11.lib(str(path)).get_token(token_label=LABEL))
    return path


def uri(label: str, token: str = LABEL) -> str:
    """The address of the key ``label``."""
    return f"pkcs11:token={token.replace(' ', '%20')};object={label.replace(' ', '%20')}?module-path={module()}"


def issue(public_key_der: bytes, *, encipherment: bool = False) -> Certificate:
    """A certificate of the enterprise CA for a key that only its token knows."""
    company, interm = pki.cert("company").crypto, pki.cert("interm").crypto
    builder = (
        x509.CertificateBuilder()
        .subject_name(company.subject)
        .issuer_name(interm.subject)
        .public_key(serialization.load_der_public_key(public_key_der))  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(company.not_valid_before_utc)
        .not_valid_after(company.not_valid_after_utc)
    )
    for extension in company.extensions:
        if not isinstance(extension.value, x509.KeyUsage | x509.SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    usage = dict.fromkeys(
        ("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )
    builder = builder.add_extension(
        x509.KeyUsage(
            digital_signature=not encipherment,
            content_commitment=not encipherment,
            key_encipherment=encipherment,
            **usage,
        ),
        critical=True,
    )
    return Certificate.of(builder.sign(pki.private_key("interm"), hashes.SHA256()))


def _furnish(token: pkcs11.Token) -> None:
    with token.open(rw=True, user_pin=PIN) as session:
        _certify(session, _make_rsa(session, RSA, b"\x01"), RSA, b"\x01")
        _certify(session, _make_ec(session, EC, b"\x02"), EC, b"\x02")
        always = {Attribute.ALWAYS_AUTHENTICATE: True}
        _certify(session, _make_rsa(session, ALWAYS, b"\x03", private_template=always), ALWAYS, b"\x03")
        _certify(session, _make_ec(session, RSA, b"\x04"), ENCRYPTION, b"\x04", encipherment=True)
        _make_ec(session, BARE, b"\x05")
        for number in (b"\x06", b"\x07"):
            _certify(session, _make_ec(session, TWINS, number), TWINS, number)
        _store(session, pki.cert("interm"), "CA", b"\xca")


def _make_rsa(session: Any, label: str, number: bytes, **template: Any) -> bytes:
    public, _ = session.generate_keypair(KeyType.RSA, 2048, store=True, id=number, label=label, **template)
    return bytes(PublicKeyInfo.wrap(RSAPublicKey.load(encode_rsa_public_key(public)), "rsa").dump())


def _make_ec(session: Any, label: str, number: bytes) -> bytes:
    curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
    parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
    public, _ = parameters.generate_keypair(store=True, id=number, label=label)
    return bytes(encode_ec_public_key(public))


def _certify(session: Any, public_key: bytes, label: str, number: bytes, *, encipherment: bool = False) -> None:
    _store(session, issue(public_key, encipherment=encipherment), label, number)


def _store(session: Any, certificate: Certificate, label: str, number: bytes) -> None:
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
            Attribute.TOKEN: True,
            Attribute.LABEL: label,
            Attribute.ID: number,
            Attribute.SUBJECT: certificate.asn1.subject.dump(),
            Attribute.ISSUER: certificate.asn1.issuer.dump(),
            Attribute.SERIAL_NUMBER: certificate.asn1["tbs_certificate"]["serial_number"].dump(),
            Attribute.VALUE: certificate.der,
        }
    )
