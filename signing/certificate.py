"""One X.509 certificate and whom it names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar, Final

from asn1crypto import pem
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import ConfigDict
from stdnum.cn import uscc

from certlight.errors import InputRefused
from certlight.text import Text

MALFORMED: Final = (
    *(ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError),
    x509.InvalidVersion,
)
"""What asn1crypto and ``cryptography`` raise on bytes that are not what they claim to be."""
_ORGANISATION_IDENTIFIER: Final = "2.5.4.97"
"""organizationIdentifier of the subject, ETSI EN 319 412-1 §5.1.4: ``NTRCN-`` and the registration number."""
_CREDIT_CODE_EXTENSIONS: Final = ("1.2.156.10260.4.1.4", "1.2.156.10260.4.1.3", "1.2.156.10260.4.1.5")
"""GM/T 0015-2012 §5.2.4: organisation code, business registration number, tax number; since 2015 all three hold the
unified social credit code."""


BYTES_AS_BASE64: Final = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
"""How values that carry bytes cross a process border as JSON."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate names. Empty where the certificate is silent."""

    organisation: str = ""
    """O of the subject, as written."""
    credit_code: str = ""
    """The unified social credit code (GB 32100-2015, check digit correct), from wherever the CA puts it."""
    common_name: str = ""

    @property
    def label(self) -> str:
        """One name for people."""
        return self.organisation or self.common_name


@dataclass(frozen=True, eq=False)
class Certificate:
    """A certificate as its DER bytes; equal when the bytes are. Both libraries' views are made on first use."""

    __pydantic_config__: ClassVar[ConfigDict] = BYTES_AS_BASE64

    der: bytes

    def __post_init__(self) -> None:
        try:
            _parsed(self.der)
        except MALFORMED as error:
            raise InputRefused(
                "certificate.malformed",
                Text("证书已损坏或不是 X.509 证书。", "The certificate is damaged or no X.509 certificate."),
                Text("请重新导出证书（PEM 或 DER）。", "Export the certificate again, as PEM or DER."),
            ) from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return f"Certificate({self.holder.label!r}, sha256={self.sha256[:16]})"

    @classmethod
    def of(cls, parsed: x509.Certificate | asn1.Certificate) -> Certificate:
        """From either library's object."""
        if isinstance(parsed, x509.Certificate):
            return cls(parsed.public_bytes(Encoding.DER))
        return cls(parsed.dump())

    @cached_property
    def crypto(self) -> x509.Certificate:
        """As ``cryptography`` sees it."""
        return _parsed(self.der)[0]

    @cached_property
    def asn1(self) -> asn1.Certificate:
        """As ``asn1crypto``, and with it pyHanko, sees it."""
        return _parsed(self.der)[1]

    @cached_property
    def sha256(self) -> str:
        """Fingerprint: SHA-256 of the DER bytes, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def holder(self) -> Holder:
        """Whom it names."""
        return _holder(self.asn1)

    @property
    def subject(self) -> str:
        """The subject's distinguished name for people."""
        return str(self.asn1.subject.human_friendly)

    @property
    def issuer(self) -> str:
        """The issuer's distinguished name for people."""
        return str(self.asn1.issuer.human_friendly)


@lru_cache(maxsize=1024)
def _parsed(der: bytes) -> tuple[x509.Certificate, asn1.Certificate]:
    """Both views. The same few authorities stand in every seal of a night's work, and parsing one takes 0.4 ms."""
    view = asn1.Certificate.load(der, strict=True)
    # All of it, extensions too: asn1crypto parses on first use, and the views are shared by threads.
    view.native  # noqa: B018
    view.critical_extensions  # noqa: B018
    return x509.load_der_x509_certificate(der), view


def certificates_in(data: bytes) -> list[Certificate]:
    """Every certificate of a PEM file in its order, or the one of a DER file.

    Raises InputRefused ``certificate.malformed``.
    """
    if not pem.detect(data):
        return [Certificate(data)]
    try:
        blocks = list(pem.unarmor(data, multiple=True))
    except ValueError:
        return [Certificate(b"")]
    return [Certificate(der) for kind, _, der in blocks if kind in ("CERTIFICATE", "X509 CERTIFICATE")]


def _holder(certificate: asn1.Certificate) -> Holder:
    names: dict[str, list[str]] = {}
    for rdn in certificate.subject.chosen:
        for pair in rdn:
            value = pair["value"].native
            if isinstance(value, str):
                names.setdefault(pair["type"].dotted, []).append(value.strip())
    return Holder(
        organisation=_first(names.get("2.5.4.10")),
        credit_code=_credit_code(certificate, names),
        common_name=_first(names.get("2.5.4.3")),
    )


def _credit_code(certificate: asn1.Certificate, names: dict[str, list[str]]) -> str:
    """The first place that holds a valid code: organizationIdentifier, the GM/T 0015 extensions, serialNumber, OU, CN.

    A CA answers for what it certifies, so any attribute of the certificate is as good as another; the order only
    decides between several.
    """
    candidates = [
        value.removeprefix("NTRCN-").removeprefix("VATCN-") for value in names.get(_ORGANISATION_IDENTIFIER, [])
    ]
    for extension in certificate["tbs_certificate"]["extensions"]:
        if extension["extn_id"].dotted in _CREDIT_CODE_EXTENSIONS:
            candidates.append(_string_in(extension["extn_value"].contents))
    for oid in ("2.5.4.5", "2.5.4.11", "2.5.4.3"):
        candidates += names.get(oid, [])
    for candidate in candidates:
        code = candidate.strip().upper()
        if len(code) == 18 and uscc.is_valid(code):
            return code
    return ""


def _string_in(der: bytes) -> str:
    """The text of an ASN.1 string of any type, or of the bytes themselves."""
    body = der[2:] if len(der) > 2 and der[1] == len(der) - 2 else der
    return body.decode("utf-8", "replace")


def _first(values: list[str] | None) -> str:
    return values[0] if values else ""
