"""Base64url without padding (RFC 4648 §5), read strictly: every value has exactly one writing."""

from __future__ import annotations

import base64
import binascii


def base64url(data: bytes) -> str:
    """``data`` in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes that :func:`base64url` writes as ``text``; raises ValueError for any other writing."""
    if not text.isascii():
        raise ValueError("not base64url")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if base64url(data) != text:
        raise ValueError("not the one writing in base64url")
    return data
