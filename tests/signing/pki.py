"""A public-key infrastructure for tests: certomancer's, so that nothing of ours vouches for itself.

One architecture with every certificate that a seal test needs, good and bad. Keys are made once a test session, in a
temporary folder; certificates, CRLs, OCSP answers and timestamps follow from :data:`CONFIG` on demand, at any time.
The architecture ``foreign`` has the same names all over with other keys.
"""

from __future__ import annotations

import functools
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import ocsp, tsp
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, KeyLabel, PKIArchitecture, ServiceLabel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.certificate import Certificate
from signing.trust.material import Anchor, TrustMaterial

NOW: Final = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
"""The day tests speak of."""
PASSWORD: Final = "口令-1234"
COMPANY: Final = "江城建工集团有限公司"
COMPANY_CODE: Final = "91420106748871252L"
OTHER_COMPANY: Final = "滨海路桥工程有限公司"
OTHER_CODE: Final = "91210200MA0UXYEG2P"

_KEYS: Final = (
    *("root", "interm", "company", "other", "tsa", "ocsp", "token"),
    *("foreign-root", "foreign-interm", "foreign-company", "foreign-tsa"),
)
_YEARS = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2035-01-01T00:00:00+0000"}


def _usage(*names: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}


def _eku(*names: str, critical: bool = False) -> dict[str, Any]:
    return {"id": "extended_key_usage", "critical": critical, "value": list(names)}


_CA = {"id": "basic_constraints", "critical": True, "value": {"ca": True}}
_CRL = {
    "id": "crl_distribution_points",
    "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["interm"]}},
}
_AIA = {
    "id": "authority_information_access",
    "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": ["interm"]}},
}
_SEAL = [_usage("digital_signature", "non_repudiation"), _CRL, _AIA]


def _cert(subject: str, key: str, extensions: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "subject-key": key,
        "issuer": "interm",
        "authority-key": "interm",
        "validity": _YEARS,
        "extensions": _SEAL if extensions is None else extensions,
        **more,
    }


def _arch(prefix: str) -> dict[str, Any]:
    def key(name: str) -> str:
        return f"{prefix}{name}"

    revoked = {"revoked-since": "2026-06-01T00:00:00+0000", "reason": "key_compromise"}
    certs: dict[str, Any] = {
        "root": {
            "subject": "root",
            "issuer": "root",
            "subject-key": key("root"),
            "authority-key": key("root"),
            "validity": {"valid-from": "2015-01-01T00:00:00+0000", "valid-to": "2045-01-01T00:00:00+0000"},
            "extensions": [_CA, _usage("key_cert_sign", "crl_sign")],
        },
        "interm": {
            "subject": "interm",
            "issuer": "root",
            "subject-key": key("interm"),
            "authority-key": key("root"),
            "validity": {"valid-from": "2016-01-01T00:00:00+0000", "valid-to": "2044-01-01T00:00:00+0000"},
            "extensions": [
                _CA,
                _usage("key_cert_sign", "crl_sign"),
                {
                    "id": "crl_distribution_points",
                    "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": ["root"]}},
                },
            ],
        },
        "company": _cert("company", key("company")),
        "tsa": _cert("tsa", key("tsa"), [_usage("digital_signature"), _eku("time_stamping", critical=True), _CRL]),
    }
    if not prefix:
        certs |= {
            "other": _cert("other", "other"),
            "company-ec": _cert("company", "token"),
            "company-expired": _cert(
                "company",
                "company",
                validity={"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2026-03-01T00:00:00+0000"},
            ),
            "company-future": _cert(
                "company",
                "company",
                validity={"valid-from": "2030-01-01T00:00:00+0000", "valid-to": "2035-01-01T00:00:00+0000"},
            ),
            "company-revoked": _cert("company", "company", revocation=revoked),
            "company-wrong-ku": _cert("company", "company", [_usage("key_encipherment"), _CRL, _AIA]),
            "company-tls-eku": _cert("company", "company", [*_SEAL, _eku("server_auth")]),
            "company-email-eku": _cert("company", "company", [*_SEAL, _eku("email_protection")]),
            "company-is-ca": _cert("company", "company", [_CA, _usage("key_cert_sign", "digital_signature"), _CRL]),
            "company-weak": _cert("company", "weak"),
            "ocsp": _cert(
                "ocsp",
                "ocsp",
                [_usage("digital_signature"), _eku("ocsp_signing"), {"id": "ocsp_no_check", "value": None}],
            ),
            "tsa-no-eku": _cert("tsa", "tsa", [_usage("digital_signature"), _CRL]),
            "tsa-expired": _cert(
                "tsa",
                "tsa",
                [_usage("digital_signature"), _eku("time_stamping", critical=True), _CRL],
                validity={"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2026-09-01T00:00:00+0000"},
            ),
        }
    services: dict[str, Any] = {
        "crl-repo": {
            "root": {"for-issuer": "root", "signing-key": key("root"), "simulated-update-schedule": "P90D"},
            "interm": {"for-issuer": "interm", "signing-key": key("interm"), "simulated-update-schedule": "P30D"},
        },
        "time-stamping": {"tsa": {"signing-key": key("tsa"), "signing-cert": "tsa"}},
    }
    if not prefix:
        services["ocsp"] = {"interm": {"for-issuer": "interm", "responder-cert": "ocsp", "signing-key": "ocsp"}}
        services["time-stamping"] |= {
            "tsa-no-eku": {"signing-key": "tsa", "signing-cert": "tsa-no-eku"},
            "tsa-expired": {"signing-key": "tsa", "signing-cert": "tsa-expired"},
        }
    else:
        for cert in certs.values():
            cert["extensions"] = [e for e in cert["extensions"] if e["id"] != "authority_information_access"]
    for serial, spec in enumerate(certs.values(), 100):
        spec["serial"] = serial  # unique over issuers too: endesive finds a signer by serial number alone
    entities = {
        "root": {"common-name": "Test Root CA"},
        "interm": {"common-name": "Test Enterprise CA"},
        "company": {"organization-name": COMPANY, "common-name": COMPANY, "serial-number": COMPANY_CODE},
        "other": {"organization-name": OTHER_COMPANY, "common-name": OTHER_COMPANY, "serial-number": OTHER_CODE},
        "tsa": {"common-name": "Test Time Stamping Authority"},
        "ocsp": {"common-name": "Test OCSP Responder"},
    }
    return {
        "keyset": "keys",
        "entity-defaults": {"country-name": "CN", "organization-name": "Test Trust Services"},
        "entities": entities,
        "certs": certs,
        "services": services,
    }


def _make_key(name: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if name == "token":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "weak" else 2048)


@functools.cache
def _config() -> CertomancerConfig:
    folder = Path(tempfile.mkdtemp(prefix=f"certlight-pki-{os.getpid()}-"))
    names = (*_KEYS, "weak")
    for name in names:
        pem = _make_key(name).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / f"{name}.pem").write_bytes(pem)
    return CertomancerConfig(
        {
            "external-url-prefix": "http://pki.test.invalid",
            "keysets": {"keys": {"path-prefix": ".", "keys": {name: {"path": f"{name}.pem"} for name in names}}},
            "pki-architectures": {"test": _arch(""), "foreign": _arch("foreign-")},
        },
        key_search_dir=str(folder),
    )


def arch(label: str = "test") -> PKIArchitecture:
    """The whole architecture: ``test`` or ``foreign``."""
    return _config().get_pki_arch(ArchLabel(label))


@functools.cache
def cert(label: str, of: str = "test") -> Certificate:
    """A certificate by its label (see :func:`_arch`)."""
    return Certificate.of(arch(of).get_cert(CertLabel(label)))


@functools.cache
def private_key(label: str, of: str = "test") -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """The private key of the certificate ``label``."""
    pki = arch(of)
    info = pki.key_set.get_private_key(KeyLabel(str(pki.get_cert_spec(CertLabel(label)).subject_key)))
    key = serialization.load_der_private_key(info.dump(), None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return key


def p12(label: str = "company", of: str = "test", password: str = PASSWORD) -> bytes:
    """PKCS #12 with key, certificate and the intermediate and root above it."""
    chain = [cert(name, of).crypto for name in ("interm", "root")]
    return serialization.pkcs12.serialize_key_and_certificates(
        label.encode(),
        private_key(label, of),
        cert(label, of).crypto,
        chain,
        serialization.BestAvailableEncryption(password.encode()),
    )


def crl(issuer: str, at: datetime = NOW, of: str = "test") -> bytes:
    """The CRL of ``root`` or ``interm`` as it was published for ``at`` (DER)."""
    return bytes(arch(of).service_registry.get_crl(ServiceLabel(issuer), at_time=at).dump())


def ocsp_response(label: str, at: datetime = NOW) -> bytes:
    """The OCSP answer of ``interm``'s responder about the certificate ``label`` at ``at`` (DER)."""
    issuer, subject = cert("interm").asn1, cert(label).asn1
    request = ocsp.OCSPRequest(
        {
            "tbs_request": {
                "request_list": [
                    {
                        "req_cert": {
                            "hash_algorithm": {"algorithm": "sha1"},
                            "issuer_name_hash": subject.issuer.sha1,
                            "issuer_key_hash": issuer.public_key.sha1,
                            "serial_number": subject.serial_number,
                        }
                    }
                ]
            }
        }
    )
    responder = arch().service_registry.summon_responder(ServiceLabel("interm"), at_time=at)
    return bytes(responder.build_ocsp_response(request).dump())


def timestamper(at: datetime = NOW, label: str = "tsa", of: str = "test") -> TimeStamper:
    """A pyHanko time stamper whose clock stands at ``at``; label ``tsa``, ``tsa-no-eku`` or ``tsa-expired``."""
    pki = arch(of)
    return DummyTimeStamper(
        tsa_cert=pki.get_cert(CertLabel(label)),
        tsa_key=pki.key_set.get_private_key(KeyLabel(str(pki.get_cert_spec(CertLabel(label)).subject_key))),
        certs_to_embed=_store(pki),
        fixed_dt=at,
    )


def timestamp_response(request: bytes, at: datetime = NOW, label: str = "tsa", of: str = "test") -> bytes:
    """What the TSA answers to an RFC 3161 request (DER both)."""
    stamper = arch(of).service_registry.summon_timestamper(ServiceLabel(label), at_time=at)
    return bytes(stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump())


def material(at: datetime = NOW, *, revocation: bool = True, production: bool = False) -> TrustMaterial:
    """Trust in the test root, with CRLs as of ``at``."""
    return TrustMaterial(
        anchors=(Anchor(cert("root")),),
        intermediates=(cert("interm"),),
        crls=(crl("root", at), crl("interm", at)) if revocation else (),
        production=production,
    )


def _store(pki: PKIArchitecture) -> Any:
    return SimpleCertificateStore.from_certs([pki.get_cert(CertLabel(name)) for name in ("interm", "root")])
