"""Finding a seal key on a token: module, token, key pair, certificate (PKCS #11 v2.40)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pkcs11
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import PROTECTED_AUTH, Attribute, KeyType, ObjectClass, TokenFlag
from pkcs11.exceptions import AttributeTypeInvalid, PKCS11Error

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.keys.file_key import CURVES
from signing.keys.pkcs11_uri import Pkcs11Uri, parse_pkcs11_uri
from signing.keys.refusals import refusal
from signing.keys.token_errors import speaking_to
from signing.keys.token_key import TokenKey

MODULE_VARIABLE: Final = "CERTLIGHT_PKCS11_MODULE"
"""Environment variable that names the installation's PKCS #11 module."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """The token a PIN is asked for."""

    label: str
    serial: str
    manufacturer: str
    few_tries: bool
    """A wrong PIN was entered before."""
    last_try: bool
    """The next wrong PIN locks the token."""


PinProvider = Callable[[TokenInfo], str]
"""Asks whoever holds the token for its PIN; called once, and not at all where the token has a pad of its own."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A certificate on the token."""

    label: str
    id: bytes
    certificate: Certificate


def open_token(uri: str, pin: PinProvider) -> TokenKey:
    """The key that an RFC 7512 URI names, in a session that is logged in; close it, or use it in a ``with`` statement.

    The module is the URI's ``module-path``, else the one in ``CERTLIGHT_PKCS11_MODULE``: a file that is loaded into
    this process, so URIs are an operator's to give, never a visitor's. ``object`` may be the label of the key or of its
    certificate. Of several key pairs those made for signing are kept; Chinese tokens carry one for encryption as well.

    Raises UsageError ``key.uri_*``, SetupError ``key.module_*``, InputRefused ``key.token_*``, ``key.several_tokens``,
    ``key.pin_*``, ``key.no_certificate``, ``key.mismatch``, ``key.several_certificates``, ``key.unsupported``.
    """
    wanted = parse_pkcs11_uri(uri)
    token = _find_token(wanted)
    secret = _ask(token, pin)
    with speaking_to(token.slot):
        session = token.open(user_pin=secret)
    try:
        with speaking_to(token.slot):
            return _key_in(session, wanted, secret if isinstance(secret, str) else None)
    except BaseException:
        session.close()
        raise


def _find_token(wanted: Pkcs11Uri) -> pkcs11.Token:
    path = wanted.module_path or os.environ.get(MODULE_VARIABLE)
    if not path:
        raise refusal("key.module_missing")
    try:
        module = pkcs11.lib(path)
    except (PKCS11Error, OSError) as error:
        raise refusal("key.module_broken") from error
    with speaking_to():
        present = [token for slot in module.get_slots(token_present=True) if (token := _token_in(slot)) is not None]
    matching = [token for token in present if _matches(token, wanted)]
    if len(matching) == 1:
        return matching[0]
    names = "; ".join(f"{token.label} (serial={_serial(token)}, slot-id={token.slot.slot_id})" for token in present)
    raise refusal("key.several_tokens" if matching else "key.token_not_found", names or "—")


def _token_in(slot: pkcs11.Slot) -> pkcs11.Token | None:
    try:
        token = slot.get_token()
    except PKCS11Error:
        return None  # a card that this module does not know
    return token if token.flags & TokenFlag.TOKEN_INITIALIZED else None


def _matches(token: pkcs11.Token, wanted: Pkcs11Uri) -> bool:
    pairs = (
        (wanted.token, token.label),
        (wanted.serial, _serial(token)),
        (wanted.manufacturer, token.manufacturer_id),
        (wanted.model, token.model),
        (wanted.slot_id, token.slot.slot_id),
    )
    return all(asked is None or asked == found for asked, found in pairs)


def _serial(token: pkcs11.Token) -> str:
    return token.serial.decode("utf-8", "replace").strip("\0 ")


def _ask(token: pkcs11.Token, pin: PinProvider) -> Any:
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise refusal("key.pin_locked")
    if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        return PROTECTED_AUTH
    return pin(
        TokenInfo(
            label=token.label,
            serial=_serial(token),
            manufacturer=token.manufacturer_id,
            few_tries=bool(token.flags & TokenFlag.USER_PIN_COUNT_LOW),
            last_try=bool(token.flags & TokenFlag.USER_PIN_FINAL_TRY),
        )
    )


def _key_in(session: pkcs11.Session, wanted: Pkcs11Uri, pin: str | None) -> TokenKey:
    entries = [entry for each in _objects(session, ObjectClass.CERTIFICATE) if (entry := _entry(each)) is not None]
    keys = [key for key in _objects(session, ObjectClass.PRIVATE_KEY) if wanted.id in (None, _id(key))]
    chosen = [
        (key, entry)
        for key in keys
        for entry in entries
        if _same_pair(key, entry) and wanted.object in (None, _label(key), entry.label)
    ]
    if not chosen:
        raise _why_none(keys, entries, wanted)
    if len(chosen) > 1:
        chosen = [pair for pair in chosen if _may_seal(pair[1].certificate)] or chosen
    if len(chosen) > 1:
        raise refusal("key.several_certificates", "; ".join(f"{e.label} (id={e.id.hex()})" for _, e in chosen))
    key, own = chosen[0]
    _supported(own.certificate)
    others = dict.fromkeys(entry.certificate for entry in entries if entry.certificate != own.certificate)
    return TokenKey(
        session, key, own.certificate, tuple(others), pin if _attribute(key, Attribute.ALWAYS_AUTHENTICATE) else None
    )


def _why_none(keys: list[Any], entries: list[_Entry], wanted: Pkcs11Uri) -> Exception:
    labels = ", ".join(filter(None, [_label(key) for key in keys] + [entry.label for entry in entries]))
    zh, en = (f"（现有：{labels}）", f" (present: {labels})") if labels else ("", "")
    named = [key for key in keys if wanted.object in (None, _label(key))]
    if not named:
        return refusal("key.token_no_key", zh, en)
    same_id = [entry for entry in entries for key in named if entry.id == _id(key)]
    return refusal("key.mismatch") if same_id else refusal("key.no_certificate", zh, en)


def _objects(session: pkcs11.Session, kind: ObjectClass) -> list[Any]:
    return list(session.get_objects({Attribute.CLASS: kind}))


def _attribute(item: Any, attribute: Attribute) -> Any:
    try:
        return item[attribute]
    except AttributeTypeInvalid:
        return None  # tokens leave out what the standard calls optional


def _id(item: Any) -> bytes:
    return bytes(_attribute(item, Attribute.ID) or b"")


def _label(item: Any) -> str:
    return str(_attribute(item, Attribute.LABEL) or "")


def _entry(item: Any) -> _Entry | None:
    try:
        return _Entry(_label(item), _id(item), Certificate(bytes(_attribute(item, Attribute.VALUE) or b"")))
    except InputRefused:
        return None  # an attribute certificate, or leftovers of a failed import


def _same_pair(key: Any, entry: _Entry) -> bool:
    """RSA by the modulus, which the token tells; EC by CKA_ID, and every signature is verified before it is used."""
    public = entry.certificate.asn1.public_key
    if _attribute(key, Attribute.KEY_TYPE) == KeyType.RSA:
        modulus = _attribute(key, Attribute.MODULUS)
        return bool(
            public.algorithm == "rsa" and int.from_bytes(modulus or b"") == public.native["public_key"]["modulus"]
        )
    return bool(public.algorithm == "ec" and entry.id == _id(key))


def _may_seal(certificate: Certificate) -> bool:
    usage = certificate.asn1.key_usage_value
    return usage is None or bool({"digital_signature", "non_repudiation"} & usage.native)


def _supported(certificate: Certificate) -> None:
    if certificate.asn1.public_key.algorithm == "rsassa_pss":
        raise refusal("key.unsupported", "RSASSA-PSS")
    try:
        key = certificate.crypto.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise refusal("key.unsupported", "SM2 / …") from error
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in CURVES:
            raise refusal("key.unsupported", key.curve.name)
    elif not isinstance(key, rsa.RSAPublicKey):
        raise refusal("key.unsupported", type(key).__name__)
