"""Certificates and revocation evidence that a validation may use: the trust store's, and what the file brings along.

The file's own come from its document security store (EN 319 142-1 §5.4.2, ISO 32000-2 §12.8.4.3) and from Adobe's
revocation attribute (ISO 32000-2 §12.8.3.3.2). Where a piece comes from decides nothing: each is used only when an
authority below a configured anchor has signed it. When it came into the file decides what a later document timestamp
proves about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import pdf as _adobe  # noqa: F401  teaches asn1crypto Adobe's attribute
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from certlight.errors import InputRefused
from signing.certificate import Certificate
from signing.trust.material import TrustMaterial
from signing.validation.cms import PARSING, Signed

MAX_PIECES: Final = 256
"""Entries looked at of each array of a document security store; a yearly renewal adds three or four."""
MAX_EMBEDDED_BYTES: Final = 64 * 1024 * 1024
"""Bytes of evidence taken from one file; lists of the largest authorities reach some MB."""
EMBEDDED: Final = "embedded"


@dataclass(frozen=True, slots=True)
class Piece:
    """One CRL or OCSP response, DER, not verified yet."""

    der: bytes
    source: str
    """``cache``, ``option`` or ``given`` of the trust material; ``embedded``."""
    revision: int | None = None
    """The revision of the file that has it, counted from 0; None: from outside."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is at hand. Material of the trust store comes first, so that nothing in a file can crowd it out."""

    certificates: tuple[Certificate, ...]
    crls: tuple[Piece, ...]
    ocsps: tuple[Piece, ...]
    damaged: bool = False
    """Something in the file's store cannot be read."""

    def known_by(self, revision: int) -> Evidence:
        """What the file held when ``revision`` was written: a timestamp over that revision proves that it existed."""
        return Evidence(
            self.certificates,
            tuple(piece for piece in self.crls if piece.revision is not None and piece.revision <= revision),
            tuple(piece for piece in self.ocsps if piece.revision is not None and piece.revision <= revision),
        )


def gather(material: TrustMaterial, reader: PdfFileReader | None, signed: Iterable[tuple[int, Signed]]) -> Evidence:
    """The evidence of ``material``, of the file, and of its signatures, each given with the revision it signs."""
    certificates = dict.fromkeys(material.intermediates)
    crls = {der: Piece(der, _source(der, material)) for der in material.crls}
    ocsps = {der: Piece(der, _source(der, material)) for der in material.ocsps}
    left, damaged = MAX_EMBEDDED_BYTES, False
    for kind, der, revision in (*_attributes(signed), *_security_store(reader)):
        left -= len(der)
        if left < 0:
            break
        if kind == "/Certs":
            try:
                certificates.setdefault(Certificate(der))
            except InputRefused:
                damaged = True
        else:
            pieces = crls if kind == "/CRLs" else ocsps
            known = pieces.get(der)
            # A copy in the file is worth having even of what the store holds: its date can be proved.
            source = known.source if known else EMBEDDED
            if known is None or known.revision is None or revision < known.revision:
                pieces[der] = Piece(der, source, revision)
    return Evidence(tuple(certificates), tuple(crls.values()), tuple(ocsps.values()), damaged)


def _source(der: bytes, material: TrustMaterial) -> str:
    if not material.sources:
        return "given"
    return material.sources.get(hashlib.sha256(der).hexdigest(), "given")


def _attributes(signed: Iterable[tuple[int, Signed]]) -> Iterator[tuple[str, bytes, int]]:
    """Certificates of each CMS and, of Adobe's attribute, lists and answers."""
    for revision, one in signed:
        for certificate in (one.certificate, *one.others):
            yield "/Certs", certificate.der, revision
        try:
            for archive in one.values("adobe_revocation_info_archival"):
                for kind, name in (("/CRLs", "crl"), ("/OCSPs", "ocsp")):
                    for piece in list(archive[name] or ())[:MAX_PIECES]:
                        yield kind, piece.dump(), revision
        except PARSING:
            continue


def _security_store(reader: PdfFileReader | None) -> Iterator[tuple[str, bytes, int]]:
    """The document security store of the last revision, each entry with the revision that wrote it last; what cannot
    be read is empty."""
    if reader is None:
        return
    purposes = {
        "/Certs": DecodePurpose.CERTIFICATE,
        "/CRLs": DecodePurpose.CRL,
        "/OCSPs": DecodePurpose.OCSP_RESPONSE,
    }
    for kind, purpose in purposes.items():
        try:
            entries = list(_entries(reader, kind))[:MAX_PIECES]
        except (PdfError, *PARSING):
            continue
        for entry in entries:
            try:
                stream = entry.get_object()
                revision = reader.xrefs.get_last_change(entry.reference)
                yield kind, bytes(stream.read_data(purpose)), revision
            except (PdfError, *PARSING):
                yield "/Certs", b"", 0


def _entries(reader: PdfFileReader, kind: str) -> Iterator[Any]:
    # Subscripts follow references, pyHanko's ``get`` does not.
    for entry in reader.root["/DSS"][kind]:
        if isinstance(entry, generic.IndirectObject):
            yield entry
