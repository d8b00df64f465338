"""Certificates and revocation lists out of files, each refusal naming the file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from asn1crypto import crl, pem

from certlight.errors import CertlightError, UsageError
from certlight.text import Text
from signing.certificate import MALFORMED, Certificate, certificates_in

CERTIFICATE_SUFFIXES: Final = frozenset({".pem", ".crt", ".cer", ".der"})
CRL_SUFFIXES: Final = frozenset({".crl", ".pem", ".der"})
CERTIFICATE_FILE_BYTES: Final = 4 * 1024 * 1024
CRL_FILE_BYTES: Final = 256 * 1024 * 1024
MAX_CERTIFICATES: Final = 2000


def read_bytes(path: Path, limit: int) -> bytes:
    """The file's bytes. Raises UsageError ``trust.unreadable`` or ``trust.too_large``."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UsageError(
            "trust.unreadable",
            Text(f"无法读取 {path.name}：{error.strerror}", f"Cannot read {path.name}: {error.strerror}"),
            Text("请检查路径和读取权限。", "Check the path and its permissions."),
        ) from error
    if len(data) > limit:
        raise UsageError(
            "trust.too_large",
            Text(f"{path.name} 过大（上限 {limit} 字节）。", f"{path.name} is larger than {limit} bytes."),
            Text("请确认这是证书或吊销列表文件。", "Check that it is a file of certificates or a revocation list."),
        )
    return data


def read_certificates(path: Path) -> tuple[Certificate, ...]:
    """All certificates of a PEM or DER file.

    Raises UsageError ``trust.certificate_malformed``, ``trust.no_certificate`` or ``trust.private_key``.
    """
    data = read_bytes(path, CERTIFICATE_FILE_BYTES)
    if b"PRIVATE KEY-----" in data:
        raise UsageError(
            "trust.private_key",
            Text(f"{path.name} 中含有私钥，不应放在信任库中。", f"{path.name} holds a private key."),
            Text("请立即移走该文件，只放入证书。", "Move it away at once; put only certificates here."),
        )
    try:
        found = tuple(certificates_in(data))
    except CertlightError as error:
        raise UsageError(
            "trust.certificate_malformed",
            Text(f"{path.name} 已损坏，或不是证书文件。", f"{path.name} is damaged, or no file of certificates."),
            Text("请重新导出证书（PEM 或 DER），或移走该文件。", "Export it again (PEM or DER), or move it away."),
        ) from error
    if not found:
        raise UsageError(
            "trust.no_certificate",
            Text(f"{path.name} 中没有证书。", f"{path.name} holds no certificate."),
            Text(
                "请放入 CA 机构的证书，或移走该文件。", "Put an authority's certificate there, or move the file away."
            ),
        )
    return found


def read_crls(path: Path, limit: int = CRL_FILE_BYTES) -> tuple[bytes, ...]:
    """All revocation lists of a PEM or DER file, as DER. Raises UsageError ``trust.crl_malformed``."""
    data = read_bytes(path, limit)
    try:
        return crls_in(data)
    except ValueError as error:
        raise UsageError(
            "trust.crl_malformed",
            Text(f"{path.name} 已损坏，或不是吊销列表（CRL）。", f"{path.name} is damaged, or no revocation list."),
            Text("请重新下载该列表，或移走该文件。", "Fetch the list again, or move the file away."),
        ) from error


def crls_in(data: bytes) -> tuple[bytes, ...]:
    """All revocation lists of PEM or DER bytes, as DER. Raises ValueError."""
    if not pem.detect(data):
        found = [data]
    else:
        found = [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "X509 CRL"]
    if not found:
        raise ValueError("no revocation list")
    try:
        for der in found:
            parsed = crl.CertificateList.load(der, strict=True)
            parsed["tbs_cert_list"]["this_update"].native  # noqa: B018  parses the head
            parsed.issuer.native  # noqa: B018
            parsed["signature_algorithm"].native  # noqa: B018
    except MALFORMED as error:
        raise ValueError(str(error)) from error
    return tuple(found)
