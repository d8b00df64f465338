"""The mark that every certificate of a demonstration bears in itself.

A flag in a store's settings is lost when somebody copies the root into another store; the mark is not.
"""

from __future__ import annotations

from typing import Final

from asn1crypto import core

from signing.certificate import Certificate

DEMONSTRATION_OID: Final = "2.25.1815464521833173600240823858605207648"
"""A private, non-critical extension, of the arc that needs no registration (ITU-T X.667)."""
DEMONSTRATION_NOTE: Final = "certlight demonstration - not for production"
DEMONSTRATION_ORGANISATION: Final = "certlight 演示（不可用于正式业务）"
"""O of the demonstration's own certificates: what a person sees in any viewer."""


def demonstration_extension() -> bytes:
    """The extension's value: DER of a UTF8String."""
    return bytes(core.UTF8String(DEMONSTRATION_NOTE).dump())


def is_demonstration(certificate: Certificate) -> bool:
    """Whether the certificate or its issuer bears the mark of ``certlight pki demo``."""
    extensions = certificate.asn1["tbs_certificate"]["extensions"]
    marked = any(extension["extn_id"].dotted == DEMONSTRATION_OID for extension in extensions)
    names = (certificate.asn1.subject, certificate.asn1.issuer)
    return marked or any(DEMONSTRATION_ORGANISATION in _organisations(name.native) for name in names)


def _organisations(name: dict[str, object]) -> list[object]:
    found = name.get("organization_name")
    return found if isinstance(found, list) else [found]
