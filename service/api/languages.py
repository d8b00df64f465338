"""Which language an answer speaks: Chinese, unless English is preferred."""

from __future__ import annotations

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from certlight.text import Language


def language_of(accept_language: str | None) -> Language:
    """By the Accept-Language header (RFC 9110 §12.5.4)."""
    accepted = parse_accept_header((accept_language or "")[:1000], LanguageAccept)
    return "en" if accepted.best_match(["zh-CN", "zh", "en"], default="zh") == "en" else "zh"
