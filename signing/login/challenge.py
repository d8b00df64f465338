"""What a login signs: a short text that says so, and that nothing else can be mistaken for.

The signed bytes are these seven lines, in UTF-8, each ended by one line feed::

    certlight-login/1
    service: 工程建设项目主体云库
    origin: https://cloud.example.cn
    purpose: login
    nonce: 43 characters of base64url
    issued: 2026-11-01T04:00:00Z
    expires: 2026-11-01T04:02:00Z

**Domain separation.** A login can never be a seal nor a seal a login, because one signature value would have to fit two
messages, and no message is both: a CMS seal signs the DER of its signed attributes, which begins with 0x31 (RFC 5652
§5.4); a CMS signature without them, or ``adbe.x509.rsa_sha1``, signs a PDF's own bytes, which are longer than a
challenge may be and cannot be spelled in these lines, where ``<``, ``>``, ``%`` and a ``/`` outside the origin's ``://``
have no place; SM2 seals, certificates, requests, CRLs and timestamps sign DER
that begins with 0x30; TLS 1.3 signs 64 spaces first. The bridge signs nothing but what :meth:`Challenge.from_bytes`
takes, hashes it itself, and never signs a digest that somebody else computed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from certlight.visible import visible
from signing.login.encoding import base64url, from_base64url
from signing.login.origin import ORIGIN_CHARACTERS, normal_origin
from signing.login.refusals import bad_service_name, refused

PREFIX: Final = b"certlight-login/1\n"
PURPOSE: Final = "login"
NONCE_BYTES: Final = 32
LIFETIME: Final = timedelta(minutes=2)
"""Time to find the token, type its PIN and confirm."""
MAX_LIFETIME: Final = timedelta(minutes=10)
SERVICE_CHARACTERS: Final = 60
CHALLENGE_BYTES: Final = 800
"""More than any challenge needs: 60 characters of four bytes, the longest origin, and 130 bytes around them."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_FORM: Final = re.compile(
    PREFIX.decode()
    + rf"service: ([^\n]{{1,{SERVICE_CHARACTERS}}})\n"
    + rf"origin: ([!-~]{{1,{ORIGIN_CHARACTERS}}})\n"
    + rf"purpose: {PURPOSE}\n"
    + r"nonce: ([A-Za-z0-9_-]{43})\n"
    + r"issued: (2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    + r"expires: (2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n",
    re.ASCII,
)
_BARRED: Final = frozenset("\n\t<>/%")
_CHINA: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Challenge:
    """One request to log in, valid once and for a short time. Invalid parts raise ValueError or UsageError."""

    service: str
    """The service's name as the user is shown it; one line, nothing invisible in it."""
    origin: str
    """The website that asks, as :func:`signing.login.origin.normal_origin` writes it."""
    nonce: bytes
    """256 random bits; never used twice."""
    issued_at: datetime
    """UTC, whole seconds."""
    expires_at: datetime
    """UTC, whole seconds; the challenge is void from then on."""

    def __post_init__(self) -> None:
        if not _showable(self.service):
            raise bad_service_name(self.service)
        if self.origin != normal_origin(self.origin):
            raise ValueError("origin is not in its normal writing")
        if len(self.nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
        for moment in (self.issued_at, self.expires_at):
            if moment.utcoffset() != timedelta() or moment.microsecond:
                raise ValueError("times are UTC and whole seconds")
        if not timedelta() < self.expires_at - self.issued_at <= MAX_LIFETIME:
            raise ValueError(f"a challenge lives up to {MAX_LIFETIME}")

    @property
    def id(self) -> str:
        """Its name in the store: base64url of the SHA-256 of the bytes, so that it commits to every part of them."""
        return base64url(hashlib.sha256(self.to_bytes()).digest())

    def to_bytes(self) -> bytes:
        """The bytes that are signed; every challenge has exactly one writing."""
        return (
            PREFIX
            + (
                f"service: {self.service}\norigin: {self.origin}\npurpose: {PURPOSE}\nnonce: {base64url(self.nonce)}\n"
                f"issued: {self.issued_at.strftime(_TIME)}\nexpires: {self.expires_at.strftime(_TIME)}\n"
            ).encode()
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Challenge:
        """Reads the one writing and nothing else. Raises LoginRefused ``login.not_a_challenge``."""
        try:
            if len(data) > CHALLENGE_BYTES:
                raise ValueError("longer than any challenge")
            form = _FORM.fullmatch(data.decode("utf-8"))
            if form is None:
                raise ValueError("not the form of a challenge")
            service, origin, nonce, issued, expires = form.groups()
            challenge = cls(service, origin, from_base64url(nonce), _moment(issued), _moment(expires))
            if challenge.to_bytes() != data:
                raise ValueError("not the one writing of this challenge")
        except (ValueError, UsageError) as error:
            raise refused("login.not_a_challenge", str(error)) from error
        return challenge

    def statement(self) -> Text:
        """What a person is about to sign, in words; to be shown before the PIN is asked for."""
        until = self.expires_at.astimezone(_CHINA).strftime("%H:%M:%S")
        return Text(
            f"登录“{self.service}”\n网站：{self.origin}\n本次签名只用于登录，不是签章，不签署任何文件。\n"
            f"请在 {until}（北京时间）之前完成。",
            f"Log in to “{self.service}”\nWebsite: {self.origin}\nThis signature logs you in and nothing else; it seals"
            f" no document.\nComplete it before {until} (UTC+8).",
        )


def _showable(name: str) -> bool:
    """Whether a person sees all of the name, nothing of it passes for another line, and no PDF object fits into it."""
    return 0 < len(name) <= SERVICE_CHARACTERS and name == name.strip() == visible(name) and not _BARRED & set(name)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
