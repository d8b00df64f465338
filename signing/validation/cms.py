"""The CMS of a seal or a timestamp token taken apart: RFC 5652, RFC 3161, RFC 5035."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from asn1crypto import cms, core, x509
from pyhanko.sign.ades import cades_asn1  # noqa: F401  teaches asn1crypto the content timestamp
from pyhanko.sign.general import check_ess_certid, match_issuer_serial

from certlight.errors import InputRefused
from certlight.text import Text
from signing.certificate import Certificate
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding

MAX_CERTIFICATES: Final = 32
"""Certificates taken from one CMS; a seal brings one to five."""
PARSING: Final = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)
"""What asn1crypto raises on data that is not what it claims to be."""


class Content(Enum):
    """What is signed: bytes that lie elsewhere, or a TSTInfo inside."""

    DATA = "data"
    TIMESTAMP = "tst_info"


class Malformed(Exception):
    """The CMS breaks a rule so that nothing of it can be relied upon; ``finding`` says which."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(frozen=True, slots=True, eq=False)
class Signed:
    """A SignedData with its one signer."""

    der: bytes = field(repr=False)
    """The whole ContentInfo."""
    data: cms.SignedData
    signer: cms.SignerInfo
    certificate: Certificate
    """The signer's."""
    others: tuple[Certificate, ...]
    """Further certificates that came along; nobody vouches for them."""
    digest: str
    """Name of the digest algorithm, ``sha256``."""

    def values(self, attribute: str) -> list[Any]:
        """Values of a signed attribute by its asn1crypto name."""
        return _values(self.signer["signed_attrs"], attribute)

    def unsigned(self, attribute: str) -> list[Any]:
        """Values of an unsigned attribute by its asn1crypto name."""
        return _values(self.signer["unsigned_attrs"], attribute)

    @property
    def value(self) -> bytes:
        """The signature value."""
        return bytes(self.signer["signature"].native)

    @property
    def message_digest(self) -> bytes:
        """The digest that the signed attributes hold; of a form without findings there is one."""
        values = self.values("message_digest")
        return bytes(values[0].native) if values else b""

    @property
    def signing_time(self) -> datetime | None:
        """What the signer claims, where it does."""
        values = self.values("signing_time")
        claimed = values[0].native if len(values) == 1 else None
        if not isinstance(claimed, datetime):
            return None
        return claimed if claimed.tzinfo else claimed.replace(tzinfo=UTC)


def read(der: bytes, content: Content) -> Signed:
    """Take a CMS apart. Raises :class:`Malformed`, and nothing else."""
    try:
        return _read(der, content)
    except PARSING as error:
        raise Malformed(malformed("签名数据（CMS）已损坏，无法识别。", "The signature's CMS is damaged.")) from error


def _read(der: bytes, content: Content) -> Signed:
    outer = cms.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise Malformed(malformed("签名数据不是 CMS 签名。", "The signature is no CMS SignedData."))
    data = outer["content"]
    if len(data["signer_infos"]) != 1:
        raise Malformed(
            malformed(
                f"签名数据中有 {len(data['signer_infos'])} 个签名者，只允许一个。",
                f"The CMS has {len(data['signer_infos'])} signers; there must be one.",
            )
        )
    signer = data["signer_infos"][0]
    inside = data["encap_content_info"]
    if inside["content_type"].native != content.value:
        raise Malformed(malformed("签名数据的内容类型不符。", "The CMS signs another kind of content."))
    if content is Content.DATA and not isinstance(inside["content"], core.Void):
        raise Malformed(
            malformed(
                "签名数据内夹带了另一份内容，签名不是针对本文件的。",
                "The CMS carries its own content; it does not sign this file.",
            )
        )
    if not signer["signed_attrs"]:
        raise Malformed(malformed("签名没有签名属性。", "The signature has no signed attributes."))
    own, others = _certificates(data, signer)
    return Signed(der, data, signer, own, others, str(signer["digest_algorithm"]["algorithm"].native).lower())


def _certificates(data: cms.SignedData, signer: cms.SignerInfo) -> tuple[Certificate, tuple[Certificate, ...]]:
    """The signer's certificate, told by issuer and serial number or by key identifier, and the others."""
    there: dict[Certificate, None] = {}
    for choice in list(data["certificates"] or ())[:MAX_CERTIFICATES]:
        if choice.name == "certificate":
            try:
                there[Certificate(choice.chosen.dump())] = None
            except InputRefused:
                continue
    own = [certificate for certificate in there if _is_signer(signer["sid"], certificate.asn1)]
    bound = _values(signer["signed_attrs"], "signing_certificate_v2") or _values(
        signer["signed_attrs"], "signing_certificate"
    )
    if len(own) > 1 and bound:
        # Same issuer and number twice: the signer's own attribute tells which.
        own = [certificate for certificate in own if check_ess_certid(certificate.asn1, bound[0]["certs"][0])]
    if len(own) != 1:
        raise Malformed(
            Finding(
                "seal.no_certificate",
                Text(
                    "签名中没有（或不能唯一确定）签名者的证书，无法知道由谁签署。",
                    "The signer's certificate is missing or ambiguous; nobody can tell who signed.",
                ),
                Indication.INDETERMINATE,
                SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
            )
        )
    return own[0], tuple(certificate for certificate in there if certificate is not own[0])


def _is_signer(sid: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if sid.name == "issuer_and_serial_number":
        return bool(match_issuer_serial(sid.chosen, certificate))
    return bool(sid.chosen.native == certificate.key_identifier)


def _values(attributes: Any, name: str) -> list[Any]:
    found: list[Any] = []
    for attribute in attributes or ():
        if attribute["type"].native == name:
            found += list(attribute["values"])
    return found


def malformed(zh: str, en: str) -> Finding:
    """A breach of form; both sentences end with a full stop."""
    return Finding(
        "seal.format", Text(f"{zh}该签章不可采信。", en), Indication.TOTAL_FAILED, SubIndication.FORMAT_FAILURE
    )
