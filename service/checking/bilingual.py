"""JSON documents of the product (``certlight.read/1``, ``verify/1``, ``validate/1``) kept in both languages.

A document differs between languages in its messages only. Kept is the Chinese one, as its schema says, and beside it
under ``en`` what the English one has otherwise, by JSON pointer (RFC 6901).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from certlight.text import Language

ENGLISH: Final = "en"
"""The key beside those of the document; no schema has it."""
_REPLACED: Final = "\ufffd"


def bilingual(zh: Mapping[str, Any], en: Mapping[str, Any]) -> dict[str, Any]:
    """Both documents in one. What no database keeps (U+0000, which a page's QR code may hold) is replaced.

    Raises ValueError where they differ in more than text.
    """
    chinese, english = _keepable(zh), _keepable(en)
    return {**chinese, ENGLISH: dict(_differences(chinese, english, ""))}


def spoken(kept: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The document in one language."""
    document = {key: value for key, value in kept.items() if key != ENGLISH}
    if language == "zh":
        return document
    translations: Mapping[str, str] = kept.get(ENGLISH, {})
    return {key: _translated(value, f"/{_escaped(key)}", translations) for key, value in document.items()}


def _differences(zh: Any, en: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(zh, dict) and isinstance(en, dict) and zh.keys() == en.keys():
        for key in zh:
            yield from _differences(zh[key], en[key], f"{pointer}/{_escaped(key)}")
    elif isinstance(zh, list) and isinstance(en, list) and len(zh) == len(en):
        for index, (one, other) in enumerate(zip(zh, en, strict=True)):
            yield from _differences(one, other, f"{pointer}/{index}")
    elif zh != en:
        if not (isinstance(zh, str) and isinstance(en, str)):
            raise ValueError(f"more than text differs at {pointer}")
        yield pointer, en


def _translated(value: Any, pointer: str, translations: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _translated(inner, f"{pointer}/{_escaped(key)}", translations) for key, inner in value.items()}
    if isinstance(value, list):
        return [_translated(inner, f"{pointer}/{index}", translations) for index, inner in enumerate(value)]
    return translations.get(pointer, value)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _keepable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_keepable(key): _keepable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_keepable(inner) for inner in value]
    return value.replace("\0", _REPLACED) if isinstance(value, str) else value
