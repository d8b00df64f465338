"""The address of a key on a token: ``pkcs11:token=Company;object=Seal`` (RFC 7512)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from signing.keys.refusals import refusal

_PATH: Final = frozenset({"token", "manufacturer", "serial", "model", "object", "id", "type", "slot-id"})
_QUERY: Final = frozenset({"module-path"})
_SECRET: Final = frozenset({"pin-value", "pin-source"})


@dataclass(frozen=True, slots=True)
class Pkcs11Uri:
    """What the address says; None where it is silent, which matches anything."""

    token: str | None = None
    """Label of the token."""
    manufacturer: str | None = None
    serial: str | None = None
    model: str | None = None
    object: str | None = None
    """Label (CKA_LABEL) of the private key or of its certificate."""
    id: bytes | None = None
    """CKA_ID of the key pair."""
    slot_id: int | None = None
    module_path: str | None = None
    """File of the PKCS #11 module; None: the one the installation names."""


def parse_pkcs11_uri(uri: str) -> Pkcs11Uri:
    """Read an RFC 7512 URI.

    ``pin-value`` and ``pin-source`` are refused although the RFC knows them: addresses end up in process lists, shell
    histories and logs. So are attributes that this program could not honour, because ignoring one would widen what the
    address selects. Raises UsageError ``key.uri_malformed``, ``key.uri_holds_pin``.
    """
    scheme, colon, rest = uri.partition(":")
    if scheme.lower() != "pkcs11" or not colon:
        raise refusal("key.uri_malformed", "应以 pkcs11: 开头", "it must begin with pkcs11:")
    path, _, query = rest.partition("?")
    path_values = _attributes(path, ";", _PATH)
    query_values = _attributes(query, "&", _QUERY)
    if path_values.get("type") not in (None, b"private", b"cert"):
        raise refusal("key.uri_malformed", "type 只能是 private 或 cert", "type must be private or cert")
    slot = _text(path_values, "slot-id")
    if slot is not None and not (slot.isascii() and slot.isdigit()):
        raise refusal("key.uri_malformed", "slot-id 应为数字", "slot-id must be a number")
    return Pkcs11Uri(
        token=_text(path_values, "token"),
        manufacturer=_text(path_values, "manufacturer"),
        serial=_text(path_values, "serial"),
        model=_text(path_values, "model"),
        object=_text(path_values, "object"),
        id=path_values.get("id"),
        slot_id=int(slot) if slot is not None else None,
        module_path=_text(query_values, "module-path"),
    )


def _attributes(part: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    for attribute in filter(None, part.split(separator)):
        name, equals, value = attribute.partition("=")
        if name in _SECRET:
            raise refusal("key.uri_holds_pin")
        if not equals or name not in known:
            # Only the name is repeated: the value might be a secret under a misspelt name.
            raise refusal("key.uri_malformed", f"不认识 {name[:40]}", f"unknown attribute {name[:40]}")
        if name in values:
            raise refusal("key.uri_malformed", f"{name} 出现了两次", f"{name} stands twice")
        values[name] = unquote_to_bytes(value)
    return values


def _text(values: dict[str, bytes], name: str) -> str | None:
    if name not in values:
        return None
    try:
        return values[name].decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal("key.uri_malformed", f"{name} 不是 UTF-8", f"{name} is not UTF-8") from error
