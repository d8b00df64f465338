"""The demonstration's certificates, as certomancer's description of them (a plain mapping, kept as YAML).

Shaped like those of a Chinese authority: O and CN are the enterprise's registered name, its unified social credit code
stands as organizationIdentifier and in the extension of GM/T 0015, lists and OCSP are named by address.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from asn1crypto import core

from signing.enclosure import Party
from signing.trust.marking import DEMONSTRATION_OID, DEMONSTRATION_ORGANISATION, demonstration_extension

ARCHITECTURE: Final = "demo"
ROOT: Final = "root"
AUTHORITY: Final = "authority"
TSA: Final = "tsa"
OCSP: Final = "ocsp"
_OWN: Final = (ROOT, AUTHORITY, TSA, OCSP)
_CREDIT_CODE_OID: Final = "1.2.156.10260.4.1.4"
"""Organisation code, GM/T 0015-2012 §5.2.4; authorities put the unified social credit code there."""


def describe(parties: Sequence[Party], at: datetime, address: str) -> dict[str, Any]:
    """Everything for ``parties``, made at ``at``; services will answer at ``address`` (no slash at the end).

    Each party has one good certificate (``company-1`` …); the first also an expired and a revoked one. The second
    party's key is EC on P-256, the others' are RSA with 2048 bits.
    """
    description: dict[str, Any] = {
        "external-url-prefix": address,
        "keysets": {"keys": {"path-prefix": "keys", "keys": {}}},
        "pki-architectures": {
            ARCHITECTURE: {
                "keyset": "keys",
                "entity-defaults": {"country-name": "CN"},
                "entities": {
                    ROOT: _own_name("certlight 演示根 CA"),
                    AUTHORITY: _own_name("certlight 演示企业 CA"),
                    TSA: _own_name("certlight 演示时间戳"),
                    OCSP: _own_name("certlight 演示 OCSP"),
                },
                "certs": _own_certificates(at),
                "services": {
                    "crl-repo": {
                        ROOT: {"for-issuer": ROOT, "signing-key": ROOT, "simulated-update-schedule": "P1D"},
                        AUTHORITY: {
                            "for-issuer": AUTHORITY,
                            "signing-key": AUTHORITY,
                            "simulated-update-schedule": "P1D",
                        },
                    },
                    "ocsp": {AUTHORITY: {"for-issuer": AUTHORITY, "responder-cert": OCSP, "signing-key": OCSP}},
                    "time-stamping": {
                        TSA: {"signing-key": TSA, "signing-cert": TSA, "certs-to-embed": [AUTHORITY, ROOT]}
                    },
                },
            }
        },
    }
    for label in _OWN:
        _add_key(description, label)
    add_parties(description, parties, at)
    return description


def add_parties(description: dict[str, Any], parties: Sequence[Party], at: datetime) -> None:
    """Describe certificates for those of ``parties`` that have none yet."""
    known = {party.credit_code for party in described_parties(description).values()}
    architecture = description["pki-architectures"][ARCHITECTURE]
    for party in parties:
        if party.credit_code in known:
            continue
        known.add(party.credit_code)
        number = len(described_parties(description)) + 1
        label = f"company-{number}"
        architecture["entities"][label] = {
            "organization-name": party.name,
            "common-name": party.name,
            "organization-identifier": f"NTRCN-{party.credit_code}",
        }
        _add_key(description, label)
        years = timedelta(days=3 * 365)
        certificates = {label: _enterprise(label, party, at - timedelta(days=30), at + years)}
        if number == 1:
            certificates |= {
                f"{label}-expired": _enterprise(label, party, at - timedelta(days=400), at - timedelta(days=35)),
                f"{label}-revoked": {
                    **_enterprise(label, party, at - timedelta(days=30), at + years),
                    "revocation": {"revoked-since": _iso(at - timedelta(days=10)), "reason": "key_compromise"},
                },
            }
        architecture["certs"] |= certificates


def described_parties(description: dict[str, Any]) -> dict[str, Party]:
    """Label → party, in the order they were described."""
    entities = description["pki-architectures"][ARCHITECTURE]["entities"]
    return {
        label: Party(
            name=entity["organization-name"],
            credit_code=entity["organization-identifier"].removeprefix("NTRCN-"),
        )
        for label, entity in entities.items()
        if label not in _OWN
    }


def key_labels(description: dict[str, Any]) -> list[str]:
    """Every key that the description needs."""
    return list(description["keysets"]["keys"]["keys"])


def is_elliptic(label: str) -> bool:
    """Whether the key ``label`` is an EC one: the second enterprise's, so that both kinds can be tried."""
    return label == "company-2"


def _own_name(common_name: str) -> dict[str, str]:
    return {"organization-name": DEMONSTRATION_ORGANISATION, "common-name": common_name}


def _own_certificates(at: datetime) -> dict[str, Any]:
    day = timedelta(days=1)
    certifying = [_extension("basic_constraints", {"ca": True}), _usage("key_cert_sign", "crl_sign")]
    return {
        ROOT: _certificate(ROOT, ROOT, at - 3650 * day, at + 7300 * day, certifying),
        AUTHORITY: _certificate(
            AUTHORITY,
            ROOT,
            at - 1825 * day,
            at + 3650 * day,
            [
                _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}),
                _usage("key_cert_sign", "crl_sign"),
                _lists(ROOT),
            ],
        ),
        TSA: _certificate(
            TSA,
            AUTHORITY,
            at - 365 * day,
            at + 3649 * day,
            [_usage("digital_signature"), _extension("extended_key_usage", ["time_stamping"]), _lists(AUTHORITY)],
        ),
        OCSP: _certificate(
            OCSP,
            AUTHORITY,
            at - 365 * day,
            at + 3649 * day,
            [
                _usage("digital_signature"),
                _extension("extended_key_usage", ["ocsp_signing"], critical=False),
                _extension("ocsp_no_check", None, critical=False),
            ],
        ),
    }


def _enterprise(label: str, party: Party, start: datetime, end: datetime) -> dict[str, Any]:
    code = core.PrintableString(party.credit_code).dump()
    return _certificate(
        label,
        AUTHORITY,
        start,
        end,
        [
            _usage("digital_signature", "non_repudiation"),
            _extension("extended_key_usage", ["client_auth", "email_protection"], critical=False),
            _lists(AUTHORITY),
            {
                "id": "authority_information_access",
                "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": [AUTHORITY]}},
            },
            _raw(_CREDIT_CODE_OID, code),
        ],
    )


def _certificate(
    label: str, issuer: str, start: datetime, end: datetime, extensions: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "subject": label,
        "issuer": issuer,
        "subject-key": label,
        "authority-key": issuer,
        # Unique over issuers as well: endesive tells certificates of one file apart by their number alone.
        "serial": secrets.randbits(126) | 1 << 126,
        "validity": {"valid-from": _iso(start), "valid-to": _iso(end)},
        "extensions": [*extensions, _raw(DEMONSTRATION_OID, demonstration_extension())],
    }


def _usage(*names: str) -> dict[str, Any]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}


def _extension(name: str, value: object, critical: bool = True) -> dict[str, Any]:
    return {"id": name, "critical": critical, "value": value}


def _lists(repository: str) -> dict[str, Any]:
    return {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [repository]}},
    }


def _raw(oid: str, der: bytes) -> dict[str, Any]:
    return {"id": oid, "smart-value": {"schema": "der-bytes", "params": der.hex()}}


def _add_key(description: dict[str, Any], label: str) -> None:
    description["keysets"]["keys"]["keys"][label] = {"path": f"{label}.pem"}


def _iso(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
