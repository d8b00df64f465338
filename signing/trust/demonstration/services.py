"""The demonstration's architecture out of its folder, and the revocation lists it publishes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import yaml
from certomancer.config_utils import ConfigurationError
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, KeyLabel, PKIArchitecture, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from certlight.errors import UsageError
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.demonstration.description import ARCHITECTURE, AUTHORITY, ROOT

DESCRIPTION_NAME: Final = "pki.yaml"
LIST_LIFE: Final = timedelta(days=365)
"""How long a demonstration's list is fresh: a folder can be tried offline for a year before it is renewed. A real
authority publishes at least weekly."""


def read_description(folder: Path) -> dict[str, Any]:
    """What ``pki.yaml`` says. Raises UsageError ``demo.missing`` or ``demo.malformed``."""
    path = folder / DESCRIPTION_NAME
    if not path.is_file():
        raise UsageError(
            "demo.missing",
            Text(f"{folder.name} 不是演示文件夹。", f"{folder.name} is no demonstration folder."),
            Text("请先运行 certlight pki demo。", "Run certlight pki demo first."),
        )
    try:
        description = yaml.safe_load(path.read_text("utf-8"))
        description["pki-architectures"][ARCHITECTURE]["certs"][AUTHORITY]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise _malformed(path.name) from error
    return dict(description)


def architecture(folder: Path) -> PKIArchitecture:
    """Certificates, keys and services of the folder. Raises UsageError ``demo.missing`` or ``demo.malformed``."""
    description = read_description(folder)
    try:
        config = CertomancerConfig(description, key_search_dir=str(folder))
        found = config.get_pki_arch(ArchLabel(ARCHITECTURE))
        found.get_cert(CertLabel(ROOT))
    except (ConfigurationError, OSError, ValueError, KeyError, TypeError) as error:
        raise _malformed(DESCRIPTION_NAME) from error
    return found


def revocation_list(pki: PKIArchitecture, issuer: str, at: datetime) -> bytes:
    """The list of ``root`` or ``authority`` as of ``at``, DER: made on the hour, fresh for LIST_LIFE."""
    # Not certomancer's own lists: theirs live from fixed days on, and write every date as GeneralizedTime (RFC 5280
    # §5.1.2.4 has UTCTime until 2049).
    info = pki.service_registry.get_crl_repo_info(ServiceLabel(issuer))
    certificate = Certificate.of(pki.get_cert(CertLabel(issuer))).crypto
    start = at.replace(minute=0, second=0, microsecond=0)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(start)
        .next_update(start + LIST_LIFE)
        .add_extension(x509.CRLNumber(int(start.timestamp()) // 3600), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )
    for entry in pki.get_revoked_certs_at_time(at_time=start, crl_info=info):
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(entry["user_certificate"].native)
            .revocation_date(entry["revocation_date"].native)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    key = serialization.load_der_private_key(pki.key_set.get_private_key(KeyLabel(issuer)).dump(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _malformed(f"{issuer}.pem")
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _malformed(name: str) -> UsageError:
    return UsageError(
        "demo.malformed",
        Text(f"演示文件夹已损坏（{name}）。", f"The demonstration folder is damaged ({name})."),
        Text("请删除它，再运行 certlight pki demo。", "Delete it and run certlight pki demo again."),
    )
