"""A time-stamping authority over HTTP: RFC 3161 §3.4."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from certlight.errors import UsageError
from certlight.text import Text
from signing.online.request import Bounds, OnlineError, post
from signing.trust.settings import is_address

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
REPLY_BYTES: Final = 256 * 1024
"""A token with its chain has 3 to 10 KB."""
_REMEDY: Final = Text(
    "请检查网络和时间戳服务地址；也可以改用不带时间戳的签章级别（B-B）。",
    "Check the network and the address of the time-stamping service, or seal without a timestamp (B-B).",
)


@dataclass(frozen=True, slots=True)
class HttpTimestampSource:
    """Asks ``url``, an address of the settings or of the command line, never of a file."""

    url: str
    timeout: float = 30.0
    """Seconds from the first try to the last byte."""
    auth: tuple[str, str] | None = field(default=None, repr=False)
    """User and password (HTTP Basic); only ever sent to ``url``."""
    name: str = ""

    def __post_init__(self) -> None:
        if not is_address(self.url):
            raise UsageError(
                "tsa.address",
                Text("时间戳服务地址无效。", "The address of the time-stamping service is malformed."),
                Text(
                    "请给出 http:// 或 https:// 地址，不含用户名和密码。",
                    "Give an http:// or https:// address, no user.",
                ),
            )

    def timestamp(self, request_der: bytes) -> bytes:
        """The DER of a TimeStampResp to the DER of a TimeStampReq; what it says is for the caller to check.

        Raises OnlineError ``tsa.unreachable``, ``tsa.timeout``, ``tsa.refused`` or ``tsa.content``.
        """
        bounds = Bounds(connect=min(5.0, self.timeout), read=self.timeout, total=self.timeout, size=REPLY_BYTES)
        try:
            reply = post(self.url, request_der, QUERY, REPLY, bounds, self.auth)
        except OnlineError as error:
            raise OnlineError(_CODES.get(error.code, "tsa.refused"), _about(error), _REMEDY) from error
        if reply.content_type != REPLY or not reply.body:
            shown = reply.content_type[:60] or "?"
            raise OnlineError(
                "tsa.content",
                Text(
                    f"{self.url} 返回的不是时间戳（{shown}）。", f"What {self.url} answered is no timestamp ({shown})."
                ),
                _REMEDY,
            )
        return reply.body


_CODES: Final = {
    "online.timeout": "tsa.timeout",
    "online.unreachable": "tsa.unreachable",
    "online.tls": "tsa.unreachable",
    "online.cut_off": "tsa.unreachable",
    "online.too_large": "tsa.content",
    "online.encoded": "tsa.content",
}


def _about(error: OnlineError) -> Text:
    return Text(f"时间戳服务不可用。{error.message.zh}", f"No timestamp was to be had. {error.message.en}")
