"""Making a demonstration's folder, and renewing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml
from asn1crypto import pem
from certomancer.registry import CertLabel, KeyLabel, PKIArchitecture
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from stdnum.cn import uscc

from certlight.errors import UsageError
from certlight.text import Text
from certlight.whole_file import write_whole
from signing.certificate import Certificate
from signing.enclosure import Party
from signing.trust.demonstration.description import (
    ARCHITECTURE,
    AUTHORITY,
    ROOT,
    TSA,
    add_parties,
    describe,
    described_parties,
    is_elliptic,
    key_labels,
)
from signing.trust.demonstration.readme import readme
from signing.trust.demonstration.services import (
    DESCRIPTION_NAME,
    LIST_LIFE,
    architecture,
    read_description,
    revocation_list,
)
from signing.trust.settings import (
    AnchorSettings,
    CrlSource,
    OcspResponder,
    TimestampAuthority,
    TrustSettings,
    is_address,
)
from signing.trust.store import crl_file_name, write_store

DEMONSTRATION_PORT: Final = 8161
DEMONSTRATION_ADDRESS: Final = f"http://127.0.0.1:{DEMONSTRATION_PORT}"
DEMONSTRATION_PARTIES: Final = (
    Party(name="武汉华通园林绿化有限公司", credit_code="91420106748871252L"),
    Party(name="重庆华基建筑安装有限责任公司", credit_code="91500103MA9WA9THX6"),
)
"""The enterprises of two committed samples, ``licence`` and ``licence-photo``: their seals fit those documents."""
_SECRET: Final = 0o600


@dataclass(frozen=True, slots=True)
class DemonstrationKey:
    """A PKCS #12 file of the folder and whom its certificate names."""

    file: Path
    party: Party
    condition: str
    """``good``, ``expired`` or ``revoked``."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a folder holds."""

    folder: Path
    address: str
    """Where its services answer while ``certlight pki serve`` runs."""
    keys: tuple[DemonstrationKey, ...]

    @property
    def trust(self) -> Path:
        """The ready trust store."""
        return self.folder / "trust"

    @property
    def timestamp_url(self) -> str:
        """The time-stamping service."""
        return f"{self.address}/{ARCHITECTURE}/tsa/{TSA}"

    def key(self, party: int = 1, condition: str = "good") -> DemonstrationKey:
        """The key of the party with this number, from 1. Raises LookupError."""
        parties = list(dict.fromkeys(key.party for key in self.keys))
        for key in self.keys:
            if key.party == parties[party - 1] and key.condition == condition:
                return key
        raise LookupError(f"{condition} key of party {party}")


def make_demo(
    folder: Path,
    at: datetime,
    parties: Sequence[Party] = DEMONSTRATION_PARTIES,
    password: str = "demo-1234",
    address: str = DEMONSTRATION_ADDRESS,
) -> Demonstration:
    """Make the demonstration in ``folder``, or renew the one that is there; ``at`` (aware) is now.

    Renewing keeps keys and certificates, adds parties that are new, makes new revocation lists and writes the PKCS #12
    files again with ``password``. A fresh folder's services will answer at ``address``; a renewed one keeps its own.
    Raises UsageError ``demo.*``.
    """
    _check(parties, password, address)
    if (folder / DESCRIPTION_NAME).exists():
        description = read_description(folder)
        add_parties(description, parties, at)
    else:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(
                "demo.folder_taken",
                Text(f"{folder.name} 不是空文件夹，也不是演示文件夹。", f"{folder.name} holds something else already."),
                Text("请指定一个新文件夹。", "Name a new folder."),
            )
        description = describe(parties, at, address)
    try:
        _write_keys(folder, key_labels(description))
        text = yaml.safe_dump(description, allow_unicode=True, sort_keys=False)
        write_whole(folder / DESCRIPTION_NAME, text.encode())
        pki = architecture(folder)
        found = Demonstration(
            folder,
            str(description["external-url-prefix"]),
            tuple(_write_enterprises(folder, pki, description, password)),
        )
        _write_trust(found, pki, at)
        rows = [(key.file, key.party, key.condition) for key in found.keys]
        text = readme(found.address, rows, password, at, at + LIST_LIFE)
        write_whole(folder / "README.txt", text.encode("utf-8-sig"), _SECRET)
    except OSError as error:
        raise UsageError(
            "demo.not_writable",
            Text(f"无法写入 {folder.name}：{error.strerror}", f"Cannot write into {folder.name}: {error.strerror}"),
            Text("请检查磁盘空间和写入权限。", "Check free space, and that you may write there."),
        ) from error
    return found


def _check(parties: Sequence[Party], password: str, address: str) -> None:
    if not parties or any(not party.name or not uscc.is_valid(party.credit_code) for party in parties):
        raise UsageError(
            "demo.party",
            Text(
                "每家演示企业都要有名称和有效的统一社会信用代码。",
                "Every enterprise of the demonstration needs a name and a valid credit code.",
            ),
            Text("请核对名称和 18 位代码。", "Check the name and the 18 characters of the code."),
        )
    if not password or not is_address(address) or address.endswith("/"):
        raise UsageError(
            "demo.options",
            Text("演示的口令不能为空，地址须为 http:// 地址。", "A password and an http:// address are needed."),
            Text("请改正后再试。", "Correct them and try again."),
        )


def _write_keys(folder: Path, labels: list[str]) -> None:
    """Make the keys that are not there yet; never replace one."""
    keys = folder / "keys"
    keys.mkdir(parents=True, exist_ok=True)
    keys.chmod(0o700)
    for label in labels:
        path = keys / f"{label}.pem"
        if path.exists():
            continue
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
        if is_elliptic(label):
            key = ec.generate_private_key(ec.SECP256R1())
        else:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        content = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_whole(path, content, _SECRET)


def _write_enterprises(
    folder: Path, pki: PKIArchitecture, description: dict[str, Any], password: str
) -> list[DemonstrationKey]:
    found = []
    certificates = description["pki-architectures"][ARCHITECTURE]["certs"]
    above = [pki.get_cert(CertLabel(label)) for label in (AUTHORITY, ROOT)]
    for label, party in described_parties(description).items():
        key = serialization.load_der_private_key(pki.key_set.get_private_key(KeyLabel(label)).dump(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError("a key of another kind than was made")
        for condition in ("good", "expired", "revoked"):
            name = label if condition == "good" else f"{label}-{condition}"
            if name not in certificates:
                continue
            content = pkcs12.serialize_key_and_certificates(
                name.encode(),
                key,
                Certificate.of(pki.get_cert(CertLabel(name))).crypto,
                [Certificate.of(certificate).crypto for certificate in above],
                serialization.BestAvailableEncryption(password.encode()),
            )
            path = folder / "enterprises" / f"{name}.p12"
            write_whole(path, content, _SECRET)
            found.append(DemonstrationKey(path, party, condition))
    return found


def _write_trust(demonstration: Demonstration, pki: PKIArchitecture, at: datetime) -> None:
    """The ready store; a renewed one keeps whatever else stands in it."""
    base = f"{demonstration.address}/{ARCHITECTURE}"
    urls = {issuer: f"{base}/crls/{issuer}/latest.crl" for issuer in (ROOT, AUTHORITY)}
    settings = TrustSettings(
        anchors=(AnchorSettings(file="demonstration-root.pem", demonstration=True),),
        crls=tuple(CrlSource(url=url) for url in urls.values()),
        timestamp_authorities=(TimestampAuthority(name="certlight 演示时间戳", url=demonstration.timestamp_url),),
        ocsp_responders=(OcspResponder(issuer="demonstration-authority.pem", url=f"{base}/ocsp/{AUTHORITY}"),),
    )
    write_store(
        demonstration.trust,
        settings,
        anchors={"demonstration-root.pem": _pem(pki, ROOT)},
        intermediates={"demonstration-authority.pem": _pem(pki, AUTHORITY)},
        crls={crl_file_name(url): revocation_list(pki, issuer, at) for issuer, url in urls.items()},
    )


def _pem(pki: PKIArchitecture, label: str) -> bytes:
    return bytes(pem.armor("CERTIFICATE", pki.get_cert(CertLabel(label)).dump()))
