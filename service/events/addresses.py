"""Where webhooks may go: addresses on the public Internet, unless the settings allow private networks (SSRF).

A name is resolved when it is called, and the connection goes to the very address that was looked at: a name that
resolves to something else a moment later, or in another library, changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

from certlight.errors import UsageError
from certlight.text import Text

Resolve = Callable[[str, int], Sequence[str]]
"""A host and a port to IP addresses, best first. Raises OSError where there are none."""
LONGEST: Final = 1000
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are an IPv4 address, which a gateway would call."""


class PrivateAddress(Exception):
    """The name leads to a machine that is not on the public Internet."""


def system_resolver(host: str, port: int) -> list[str]:
    """By the system. Raises OSError, UnicodeError for what is no name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def public_addresses(host: str, port: int, resolve: Resolve, *, private: bool) -> list[str]:
    """Where to connect to. Raises PrivateAddress where any address of the name is not public; OSError."""
    found = list(resolve(host, port))
    if not private and not all(is_public(address) for address in found):
        # One public address beside a private one is how a name is made to pass and then lead inside.
        raise PrivateAddress(host)
    if not found:
        raise OSError("no address")
    return found


def is_public(address: str) -> bool:
    """Whether an IP address is one machine's on the public Internet, also inside another kind of address."""
    found = ip_address(address.partition("%")[0])
    inner = _inner(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if isinstance(found, IPv6Address) and found.is_site_local:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def webhook_address(url: str, *, private: bool) -> str:
    """The address as it is kept: https, a host, nothing that a log should not see.

    ``private`` also allows http. Names are not resolved here: what they lead to is looked at on every call. Raises
    UsageError ``webhook.address``, ``webhook.private_address``.
    """
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise _refused()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused() from None
    if parts.scheme not in ("https", "http") or (parts.scheme == "http" and not private):
        raise _refused()
    if not host or port == 0 or parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused()
    try:
        literal = is_public(host)
    except ValueError:
        literal = True
    if not literal and not private:
        raise UsageError(
            "webhook.private_address",
            Text("不能向内部网络的地址推送通知。", "Nothing is sent to addresses of private networks."),
            Text("请使用公网 https 地址。", "Use an https address on the Internet."),
        )
    return url


def _refused() -> UsageError:
    return UsageError(
        "webhook.address",
        Text("通知地址无效。", "This address cannot be used."),
        Text(
            "请填写 https 地址，不含用户名、密码和 # 部分。",
            "Give an https address without user name, password and fragment.",
        ),
    )
