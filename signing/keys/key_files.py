"""Reading seal keys from PKCS #12 (RFC 7292) and PEM files (RFC 7468)."""

from __future__ import annotations

import warnings
from typing import Any, Final

from asn1crypto import pem, pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from signing.certificate import certificates_in
from signing.keys.file_key import FileKey, file_key
from signing.keys.refusals import refusal

_KEY_BAGS: Final = frozenset({"key_bag", "pkcs8_shrouded_key_bag"})


def open_p12(data: bytes, password: str | None) -> FileKey:
    """The key of a PKCS #12 file (``.p12``, ``.pfx``), with all its certificates. An empty password is one, too.

    Old files (RC2-40, triple DES, SHA-1 MAC) open as well: CAs still hand them out, and their weakness is the file's,
    not the seal's. Raises InputRefused ``key.file_damaged``, ``key.password_needed``, ``key.password_wrong``,
    ``key.no_key``, ``key.several_keys``, ``key.no_certificate``, ``key.mismatch``, ``key.unsupported``,
    ``key.several_certificates``.
    """
    try:
        keys = _count_keys(data)
    except (ValueError, TypeError, KeyError) as error:
        raise refusal("key.file_damaged") from error
    if keys > 1:
        raise refusal("key.several_keys")
    loaded = _load(data, password)
    if loaded.key is None:
        raise refusal("key.no_key")
    named = loaded.cert.certificate if loaded.cert else None
    others = [entry.certificate for entry in loaded.additional_certs]
    return file_key(loaded.key, [named, *others] if named else others, named)


def open_pem(*files: bytes, password: str | None = None) -> FileKey:
    """The key of PEM files: key and certificates in any order, in one file or several. A certificate file may be DER.

    Raises what :func:`open_p12` raises, and ``certificate.malformed``.
    """
    keys: list[bytes] = []
    certificates: list[x509.Certificate] = []
    for data in files:
        certificates += [certificate.crypto for certificate in certificates_in(data)]
        if pem.detect(data):
            keys += _key_blocks(data)
    if not keys:
        raise refusal("key.no_key")
    if len(keys) > 1:
        raise refusal("key.several_keys")
    return file_key(_load_key(keys[0], password), certificates, None)


def _count_keys(data: bytes) -> int:
    """Private keys of a PKCS #12 file that stand in its plain part, where practically every program puts them.

    Only to refuse a file with several: the library would take the first in silence. Raises ValueError for anything
    that is not PKCS #12.
    """
    safe = pkcs12.Pfx.load(data).authenticated_safe
    return sum(
        bag["bag_id"].native in _KEY_BAGS
        for part in safe
        if part["content_type"].native == "data"
        for bag in pkcs12.SafeContents.load(part["content"].native)
    )


def _load(data: bytes, password: str | None) -> PKCS12KeyAndCertificates:
    with warnings.catch_warnings():
        # Windows writes BER, which RFC 7292 allows; the library announces that it may end its support.
        warnings.simplefilter("ignore")
        try:
            return load_pkcs12(data, password.encode() if password else None)
        except UnsupportedAlgorithm as error:
            raise refusal("key.unsupported", "PKCS #12 / SM2 / …") from error
        except (ValueError, TypeError) as error:
            raise refusal("key.password_wrong" if password else "key.password_needed") from error


def _key_blocks(data: bytes) -> list[bytes]:
    """The PEM blocks of private keys, as they stand. ``EC PARAMETERS`` before a key is no key."""
    blocks: list[bytes] = []
    lines: list[bytes] | None = None
    for line in data.splitlines():
        if line.startswith(b"-----BEGIN ") and line.rstrip().endswith(b"PRIVATE KEY-----"):
            lines = []
        if lines is not None:
            lines.append(line.strip())
            if line.startswith(b"-----END "):
                blocks.append(b"\n".join([*lines, b""]))
                lines = None
    return blocks


def _load_key(block: bytes, password: str | None) -> Any:
    encrypted = b"ENCRYPTED" in block
    if encrypted and not password:
        raise refusal("key.password_needed")
    try:
        return serialization.load_pem_private_key(block, password.encode() if password and encrypted else None)
    except UnsupportedAlgorithm as error:
        raise refusal("key.unsupported", "SM2 / …") from error
    except (ValueError, TypeError) as error:
        raise refusal("key.password_wrong" if encrypted else "key.file_damaged") from error
