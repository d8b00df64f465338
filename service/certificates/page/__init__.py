"""The page that scanning a certificate's QR code opens: what the certificate says, and how it stands now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from certlight.china import moment
from certlight.light import Light
from certlight.report_page import policy, render
from certlight.text import Language, Text
from service.certificates.standing import LIGHTS, NAMES, Standing

TITLE: Final = Text("数字证照查询", "Digital certificate")
ADVICE: Final = {
    Standing.VALID: Text(
        "本平台核验为绿灯并签发，目前有效。请将下列内容与您手中的证照核对。",
        "This platform checked it green and issued it; it is valid now. Compare what follows with the paper you have.",
    ),
    Standing.EXPIRED: Text("证照的有效期已过。", "The certificate's own term has passed."),
    Standing.SUPERSEDED: Text(
        "该证照已有更新的版本，请向持证单位索取新的数字证照。",
        "A newer version is in the library: ask its holder for the new certificate.",
    ),
    Standing.REVOKED: Text("该数字证照已被注销，请勿采信。", "This certificate was revoked: do not rely on it."),
}
_PACKAGE: Final = __name__


def certificate_page(
    content: Mapping[str, Any], state: Standing, revoked_at: datetime | None, *, at: datetime, language: Language
) -> str:
    """One HTML document that fetches nothing."""
    return render(
        _PACKAGE,
        title=TITLE,
        language=language,
        found=True,
        content=content,
        state=NAMES[state],
        light=LIGHTS[state],
        advice=ADVICE[state],
        as_of=moment(at),
        revoked_at=moment(revoked_at) if revoked_at else None,
        sealed_at=_read(content["seal"]["sealed_at"]),
        checked_at=_read(content["check"]["checked_at"]),
        issued_at=_read(content["issued_at"]),
    )


def no_certificate_page(*, language: Language) -> str:
    """The page for a code that is none of ours; nothing of what was typed is repeated."""
    return render(_PACKAGE, title=TITLE, language=language, found=False, light=Light.RED)


def page_policy() -> str:
    """Content-Security-Policy of both pages."""
    return f"{policy(_PACKAGE)}; frame-ancestors 'none'"


def _read(moment_written: str) -> str:
    """By the clock in China, of how contents write it."""
    return moment(datetime.fromisoformat(moment_written))
