"""Web origins: scheme, host and port in the one writing that browsers send."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from signing.login.refusals import bad_origin

ORIGIN_CHARACTERS: Final = 280
"""A host name has at most 253 (RFC 1035 §2.3.4)."""
_PORTS: Final = {"http": 80, "https": 443}
_WRITTEN: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+/?", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def normal_origin(text: str) -> str:
    """``text`` as a browser's Origin header writes it: lower case, without the scheme's own port, no trailing slash.

    Origins are compared as whole strings after this. International names are taken in their ``xn--`` form only, the
    one browsers send; nothing is guessed. Raises UsageError ``login.bad_origin``: a path, user names, a host that is
    neither a DNS name nor an IP address. RFC 6454 §4 and §6.2.
    """
    if len(text) > ORIGIN_CHARACTERS or not _WRITTEN.fullmatch(text):
        raise bad_origin(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise bad_origin(text) from error
    host = _host(parts.hostname or "")
    if not host or port == 0 or parts.netloc.endswith(":"):
        raise bad_origin(text)
    shown = "" if port is None or port == _PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _host(name: str) -> str:
    """The host in its one writing; empty where it is none."""
    if ":" in name:
        try:
            return f"[{ipaddress.IPv6Address(name).compressed}]"
        except ValueError:
            return ""
    if re.fullmatch(r"\d+|0x[0-9a-f]*", name.rpartition(".")[2]):  # browsers read such a host as an IPv4 address
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            return ""
    return name if len(name) <= 253 and _HOST.fullmatch(name) else ""
