"""Addresses in settings: which are understood, and how one is shown without its password.

Validators raise ValueError and never repeat the address: it may hold a password.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import SecretStr

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_BROKERS: Final = frozenset({"redis", "rediss", "amqp", "amqps"})
_POSTGRESQL: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_S3_OPTIONS: Final = frozenset({"endpoint", "region"})


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises ValueError where it is no number
    except ValueError:
        raise ValueError("not an address") from None
    if not (url.isascii() and url.isprintable() and " " not in url):
        raise ValueError("an address has no blanks and no characters beyond ASCII")
    return parts


def web_address(url: str) -> str:
    """An http or https address without user, password and fragment."""
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError("an address without user, password and fragment is wanted")
    return url


def https_address(url: str) -> str:
    """An https address without user, password and fragment."""
    if urlsplit(web_address(url)).scheme != "https":
        raise ValueError("an https address is wanted")
    return url


def issuer_address(url: str) -> str:
    """An https address; for trials also one of this machine itself."""
    loopback = urlsplit(web_address(url)).hostname in LOOPBACK
    return url if loopback else https_address(url)


def origin(url: str) -> str:
    """Scheme, host and port alone, as browsers write an origin (RFC 6454): lower case, the usual port left out."""
    parts = urlsplit(web_address(url))
    if parts.path not in ("", "/") or parts.query:
        raise ValueError("scheme, host and port alone are wanted, no path")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, usual) else f":{parts.port}")


def proxies(text: str) -> str:
    """Addresses and networks, separated by commas; never all of the world."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    for part in found:
        try:
            network = ipaddress.ip_network(part)
        except ValueError:
            raise ValueError("not an address or network of a proxy") from None
        if network.prefixlen == 0:
            raise ValueError("not every address can be a proxy of yours")
    return ",".join(found)


def database_address(url: SecretStr) -> SecretStr:
    """A SQLite file by its absolute path, or PostgreSQL, which is always spoken to through psycopg 3."""
    text = url.get_secret_value()
    scheme, colon, rest = text.partition("://")
    if scheme == "sqlite" and colon:
        if not rest.startswith("//"):
            raise ValueError("sqlite:// takes an absolute file: sqlite:////folder/file")
        return url
    if scheme not in _POSTGRESQL or not _split(text.replace("%", "")).path.strip("/"):
        raise ValueError("neither postgresql://user@host/name nor sqlite:////folder/file")
    return SecretStr(f"postgresql+psycopg://{rest}")


def broker_address(url: SecretStr) -> SecretStr:
    """Redis or RabbitMQ."""
    if _split(url.get_secret_value()).scheme not in _BROKERS:
        raise ValueError("neither redis://, rediss://, amqp:// nor amqps://")
    return url


def storage_address(url: str) -> str:
    """A folder by its absolute path, or a bucket with a prefix; credentials have settings of their own."""
    parts = _split(url)
    if parts.scheme == "file":
        if parts.netloc or not PurePosixPath(unquote(parts.path)).is_absolute() or parts.query or parts.fragment:
            raise ValueError("a folder is written file:///absolute/folder")
        return url
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("neither file:///folder nor s3://bucket/prefix")
    if "@" in parts.netloc or ":" in parts.netloc or parts.fragment:
        raise ValueError("credentials belong into storage_access_key and storage_secret_key")
    options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    if unknown := [key for key, _ in options if key not in _S3_OPTIONS]:
        raise ValueError(f"unknown option {unknown[0]}; known: {', '.join(sorted(_S3_OPTIONS))}")
    if len(options) != len(dict(options)):
        raise ValueError("an option twice")
    if endpoint := dict(options).get("endpoint"):
        web_address(endpoint)
    return url


def without_password(url: str) -> str:
    """``url`` with any password written ``***``, also one among the options; what is no address, wholly."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return "***"
    start, mark, query = rest.partition("?")
    user, at, place = start.rpartition("@")
    name, colon, _ = user.partition(":")
    shown = f"{scheme}://" + (f"{name}:***{at}{place}" if colon else start)
    options = (part.partition("=") for part in query.split("&"))
    return (
        shown + mark + "&".join(f"{key}={'***' if _SECRET.search(key) else value}" for key, _, value in options if key)
    )


_SECRET: Final = re.compile("pass|secret|key", re.IGNORECASE)
