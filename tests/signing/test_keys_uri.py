"""Addresses of keys on tokens, RFC 7512."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certlight.errors import UsageError
from signing.keys.pkcs11_uri import Pkcs11Uri, parse_pkcs11_uri


def test_every_part_that_can_select() -> None:
    path = "token=A%20B;manufacturer=M;serial=01;model=X;slot-id=7;object=%E7%AB%A0;id=%01%ff;type=private"
    assert parse_pkcs11_uri(f"pkcs11:{path}?module-path=/p.so") == Pkcs11Uri(
        "A B", "M", "01", "X", "章", b"\x01\xff", 7, "/p.so"
    )


def test_silence_matches_anything() -> None:
    assert parse_pkcs11_uri("PKCS11:") == Pkcs11Uri()


def test_chinese_may_stand_unescaped() -> None:
    assert parse_pkcs11_uri("pkcs11:token=江城 UKey").token == "江城 UKey"


@pytest.mark.parametrize(
    "uri", ["pkcs11:token=A?pin-value=123456", "pkcs11:?pin-source=file:/pin", "pkcs11:pin-value=1"]
)
def test_a_pin_in_the_address_is_refused_and_not_repeated(uri: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_pkcs11_uri(uri)
    assert refused.value.code == "key.uri_holds_pin"
    assert "123456" not in str(refused.value)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "token=A",
        "file:/key.p12",
        "pkcs11:token",
        "pkcs11:tokn=A",
        "pkcs11:token=A;token=B",
        "pkcs11:type=secret-key",
        "pkcs11:slot-id=x",
        "pkcs11:slot-id=²",
        "pkcs11:token=%ff",
        "pkcs11:token=A?module-name=x",
    ],
)
def test_what_cannot_be_honoured_is_refused(uri: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_pkcs11_uri(uri)
    assert refused.value.code == "key.uri_malformed"


def test_an_unknown_attribute_does_not_repeat_its_value() -> None:
    with pytest.raises(UsageError) as refused:
        parse_pkcs11_uri("pkcs11:token=A?pin=246813")
    assert "246813" not in str(refused.value) + refused.value.message.zh


@given(token=st.text(max_size=32), number=st.binary(max_size=20))
def test_what_is_escaped_comes_back(token: str, number: bytes) -> None:
    parsed = parse_pkcs11_uri(
        f"pkcs11:token={quote_from_bytes(token.encode(), safe='')};id={quote_from_bytes(number, safe='')}"
    )
    assert (parsed.token, parsed.id) == (token, number)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(parse_pkcs11_uri("pkcs11:" + text), Pkcs11Uri)
