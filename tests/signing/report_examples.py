"""Example validations for the report tests: every kind of answer, and names that attack."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from certlight.light import Light
from certlight.text import Text
from signing.certificate import Certificate
from signing.report import Recheck, ValidatedFile
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import (
    Change,
    Coverage,
    Finding,
    Kind,
    Modifications,
    Place,
    Revocation,
    SealReport,
    SignatureReport,
)
from tests.signing import pki

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SEALED_AT = pki.NOW - timedelta(days=30)

MODIFIED = Finding(
    "seal.modified",
    Text(
        "签章之后，第 1 页的内容流被替换，第 2 页被加盖了不透明的注释。",
        "After the seal the content of page 1 was replaced and an opaque annotation was put on page 2.",
    ),
    Indication.TOTAL_FAILED,
    SubIndication.FORMAT_FAILURE,
)
NO_TIMESTAMP = Finding(
    "seal.expired",
    Text(
        "签章证书已于 2026-03-01 过期，没有时间戳证明签章在此之前完成。",
        "The certificate expired on 2026-03-01, and no timestamp proves that the seal is older.",
    ),
    Indication.INDETERMINATE,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
)
STALE = Finding(
    "seal.revocation_stale",
    Text("吊销列表已过期（下次更新 2026-10-01）。", "The revocation list is stale (next update 2026-10-01)."),
    Indication.INDETERMINATE,
    SubIndication.TRY_LATER,
)
REVOKED = Finding(
    "seal.revoked",
    Text("签章证书已于 2026-06-01 被吊销。", "The certificate was revoked on 2026-06-01."),
    Indication.INDETERMINATE,
    SubIndication.REVOKED_NO_POE,
)
OTHER_PARTY = Finding(
    "seal.enterprise",
    Text(
        f"签章单位是{pki.OTHER_COMPANY}，不是本文件的{pki.COMPANY}。",
        f"The signer is {pki.OTHER_COMPANY}, not this document's {pki.COMPANY}.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
NOTICE = Finding(
    "seal.claimed_time",
    Text("签署者自称的时间比时间戳晚 4 分钟。", "The claimed time is 4 minutes later than the timestamp."),
    Indication.TOTAL_PASSED,
)
UNSEALED = Finding(
    "seal.none",
    Text("文件中没有签名域被填写。", "No signature field of the file is filled."),
    Indication.INDETERMINATE,
    SubIndication.NO_SIGNATURE,
)


@functools.cache
def seal(label: str = "company", index: int = 0) -> SignatureReport:
    """A seal that passes, without a timestamp."""
    return SignatureReport(
        index=index,
        field_name=f"Seal{index + 1}",
        kind=Kind.SEAL,
        subfilter="ETSI.CAdES.detached",
        certificate=pki.cert(label),
        intact=True,
        trusted=True,
        coverage=Coverage.WHOLE_FILE,
        modifications=Modifications.NONE,
        revocation=Revocation.GOOD,
        signed_at=SEALED_AT,
        revocation_sources=("crl: cache",),
        chain=(pki.cert(label), pki.cert("interm"), pki.cert("root")),
        level="B-B",
        digest="sha256",
        place=Place(0, (380.0, 640.5, 500.0, 760.5)),
    )


def stamped(signature: SignatureReport) -> SignatureReport:
    """With a trusted timestamp."""
    return replace(
        signature,
        timestamp=SEALED_AT + timedelta(minutes=1),
        timestamp_authority="Test Time Stamping Authority",
        revocation_sources=("ocsp: embedded", "crl: embedded"),
        level="B-LT",
    )


def report(
    *signatures: SignatureReport, findings: tuple[Finding, ...] = (), enclosure: bytes | None = b"{}"
) -> SealReport:
    return SealReport(signatures, findings, pki.NOW, SHA256, enclosure)


def passed() -> SealReport:
    return report(replace(stamped(seal()), findings=(NOTICE,)))


def modified() -> SealReport:
    return report(
        replace(
            stamped(seal()),
            coverage=Coverage.WHOLE_REVISION,
            modifications=Modifications.FORBIDDEN,
            findings=(MODIFIED,),
            changes=(
                Change(1, True, Text("追加了文档时间戳。", "A document timestamp was added.")),
                Change(2, False, Text("替换了第 1 页的内容流。", "The content of page 1 was replaced.")),
                Change(2, False, Text("在第 2 页加了一个 FreeText 注释。", "A FreeText annotation was put on page 2.")),
            ),
        )
    )


def without_timestamp() -> SealReport:
    return report(
        replace(
            seal("company-expired"),
            trusted=False,
            findings=(NO_TIMESTAMP, STALE),
            revocation=Revocation.UNKNOWN,
            revocation_sources=(),
        )
    )


def revoked() -> SealReport:
    return report(
        replace(seal("company-revoked"), trusted=False, revocation=Revocation.REVOKED, findings=(STALE, REVOKED))
    )


def other_enterprise() -> SealReport:
    return report(replace(seal("other"), findings=(OTHER_PARTY,)))


def two_seals_and_a_timestamp() -> SealReport:
    allowed = Change(1, True, Text("追加了第二个签章。", "A second seal was added."))
    stamp = Change(2, True, Text("追加了文档时间戳。", "A document timestamp was added."))
    first = replace(
        stamped(seal()),
        coverage=Coverage.WHOLE_REVISION,
        modifications=Modifications.ALLOWED,
        changes=(allowed, stamp),
        level="B-LTA",
    )
    second = replace(
        stamped(seal("other", 1)),
        coverage=Coverage.WHOLE_REVISION,
        modifications=Modifications.ALLOWED,
        changes=(stamp,),
        place=Place(1, (380, 640, 500, 760)),
        level="B-LTA",
    )
    return report(first, second, document_timestamp(2))


def document_timestamp(index: int = 0) -> SignatureReport:
    return replace(
        seal("tsa", index),
        kind=Kind.DOCUMENT_TIMESTAMP,
        subfilter="ETSI.RFC3161",
        signed_at=None,
        timestamp=pki.NOW - timedelta(days=29),
        timestamp_authority="Test Time Stamping Authority",
        place=None,
        level="",
    )


def unsealed() -> SealReport:
    return report(findings=(UNSEALED,), enclosure=None)


def unsupported() -> SealReport:
    """A filled field of which nothing could be found out."""
    broken = SignatureReport(
        index=0,
        field_name="Signature1",
        kind=Kind.SEAL,
        subfilter="",
        certificate=None,
        intact=False,
        trusted=False,
        coverage=Coverage.PARTIAL,
        modifications=Modifications.FORBIDDEN,
        revocation=Revocation.UNKNOWN,
    )
    return report(broken)


def hostile_certificate(name: str) -> Certificate:
    """A self-made certificate whose holder is called ``name``."""
    key = pki.private_key("company-ec")
    written = name.encode("utf-8", "replace") or b"x"  # a certificate cannot hold half a surrogate pair
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, written.decode("utf-8")),
            x509.NameAttribute(NameOID.COMMON_NAME, written[:60].decode("utf-8", "ignore")),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, pki.COMPANY_CODE),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(2**159 - 1)
        .not_valid_before(pki.NOW)
        .not_valid_after(pki.NOW.replace(year=9999, month=12, day=31, hour=23))
        .sign(key, hashes.SHA256())
    )
    return Certificate.of(made)


def hostile(attack: str) -> ValidatedFile:
    """A file whose every string attacks."""
    text = Text(f"原因：{attack}", f"reason: {attack}")
    certificate = hostile_certificate(attack)
    signature = replace(
        seal(),
        field_name=attack,
        subfilter=attack,
        certificate=certificate,
        trusted=False,
        timestamp=SEALED_AT,
        timestamp_authority=attack,
        revocation_sources=(attack, f"crl: {attack}", f"{attack}: cache"),
        level=attack,
        digest=attack,
        chain=(certificate, certificate),
        findings=(Finding(attack, text, Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND),),
        changes=(Change(1, False, text), Change(2, True, text)),
        modifications=Modifications.ALLOWED,
    )
    whole = Finding(attack, text, Indication.INDETERMINATE, SubIndication.GENERIC)
    return ValidatedFile(
        attack, report(signature, signature, findings=(whole,)), Recheck(Light.YELLOW, text, {"attack": attack})
    )


def flooded(number: int = 3000) -> ValidatedFile:
    """Strings and lists without end."""
    many = (*(replace(STALE, code=f"seal.{i}") for i in range(number)), MODIFIED)
    changes = tuple(Change(i, i != number - 1, Text("改" * 5000, "c" * 5000)) for i in range(number))
    signature = replace(
        seal(),
        field_name="F" * 100_000,
        certificate=hostile_certificate("公" * 20_000),
        findings=many,
        changes=changes,
        modifications=Modifications.FORBIDDEN,
        trusted=False,
    )
    return ValidatedFile("n" * 5000, report(signature, findings=many[:-1]))


ALL = {
    "passed": passed,
    "modified": modified,
    "without-timestamp": without_timestamp,
    "revoked": revoked,
    "other-enterprise": other_enterprise,
    "two-seals-and-a-timestamp": two_seals_and_a_timestamp,
    "unsealed": unsealed,
    "unsupported": unsupported,
    "only-a-timestamp": lambda: report(document_timestamp()),
}
