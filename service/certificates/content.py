"""What a digital certificate says: fixed when it is issued, public, and written in one way only.

Whoever has the code may read all of it, so it holds what the paper itself shows to the public (docs/decisions/036):
key fields only; of identity numbers four digits; names of people as printed on licences and qualifications, which
registries publish themselves, elsewhere the family name; of papers about a person no field at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from certlight.visible import encodable
from extractors.catalogue import named
from extractors.kinds.canonical import canonical
from extractors.template import FieldSpec
from service.database.documents import DocumentVersion
from service.database.evidence import Check, Seal
from service.database.subjects import Subject
from service.domain.moments import utc_text

SCHEMA: Final = "certlight.certificate/1"
_PERSONAL: Final = frozenset({"people"})
"""Groups of templates whose papers are about a natural person."""
_NAMES_ARE_PUBLIC: Final = frozenset({"basic", "qualification", "management"})
_PROVENANCE: Final = ("template", "product", "engine", "models")
"""Not the hash of the claim: an identity number can be found by trying all that fit a hash."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a certificate is issued upon."""

    holder: Subject
    version: DocumentVersion
    seal: Seal
    check: Check


def content_of(unique_code: str, grounds: Grounds, *, at: datetime) -> dict[str, Any]:
    """The content: texts, nulls, lists and objects only, so that any database gives it back as it was.

    Raises UsageError ``template.unknown``.
    """
    version, seal, check = grounds.version, grounds.seal, grounds.check
    template = named(version.document.doc_type)
    shown = {} if template.group in _PERSONAL else template.fields
    in_full = template.group in _NAMES_ARE_PUBLIC
    values = {code: _shown(spec, version.entries.get(code), in_full) for code, spec in shown.items()}
    return {
        "schema": SCHEMA,
        "unique_code": unique_code,
        "doc_type": template.type,
        "name": {"zh": template.name.zh, "en": template.name.en},
        "template": version.template,
        "version": str(version.number),
        "holder": {"name": encodable(grounds.holder.name), "credit_code": grounds.holder.credit_code},
        "issued_at": utc_text(at),
        "valid_until": version.valid_until.isoformat() if version.valid_until else None,
        "fields": {
            code: {"name": {"zh": shown[code].name.zh, "en": shown[code].name.en}, "value": value}
            for code, value in values.items()
            if value
        },
        "scans": [scan.sha256 for scan in version.scans],
        "seal": {
            "sealed_pdf": seal.sealed_sha256,
            "signer": encodable(seal.signer),
            "certificate": seal.certificate_sha256,
            "level": seal.level,
            "sealed_at": utc_text(seal.sealed_at),
        },
        "check": {
            "light": check.light.word,
            "checked_at": utc_text(check.checked_at),
            "by": {key: _texts(check.provenance[key]) for key in _PROVENANCE if key in check.provenance},
        },
    }


def canonical_json(content: Mapping[str, Any]) -> bytes:
    """The one writing of a content (RFC 8785, of which texts, nulls, lists and objects need only this much).

    Keys are ASCII, so that their order is the same by characters and by UTF-16 units.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the one writing, as lower-case hexadecimal."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _shown(spec: FieldSpec, entered: Any, names_in_full: bool) -> str | list[str] | None:
    """A value as the public may see it; None for one that it may not, or that was not entered."""
    if spec.field_class != "key" or not entered:
        return None
    if isinstance(entered, list):
        return [encodable(str(part)) for part in entered]
    value = canonical(spec.kind, str(entered), words=spec.words) or str(entered)
    if not isinstance(value, str):
        return [encodable(part) for part in value]
    value = encodable(value)
    if spec.kind == "cn_id":
        return "*" * (len(value) - 4) + value[-4:] if len(value) > 8 else None
    if spec.kind == "person" and not names_in_full:
        return value[:1] + "*" * (len(value) - 1)
    return value


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _texts(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(inner) for inner in value]
    return encodable(str(value))
