"""A document with everything of a seal but the signature: field, appearance, signature dictionary, a hole for the CMS.

Made by pyHanko; who then signs the attributes, where and when, does not matter to it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.pdf_byterange import BuildProps
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certlight import __version__
from signing.appearance.stamp import seal_style
from signing.certificate import Certificate
from signing.sealing.digests import digest_for, mechanism_for
from signing.sealing.ground import Ground
from signing.sealing.order import Level, SealOrder
from signing.sealing.pdf_writer import NoAppearance, increment_over, run
from signing.sealing.refusals import refusal
from signing.sealing.soundness import keeps_earlier_seals
from signing.sealing.target import Target

ROOM_FOR_SEAL: Final = 8 * 1024
"""Bytes for signature and attributes; the certificates come on top."""
ROOM_FOR_TIMESTAMP: Final = 16 * 1024
"""Bytes for a token: Chinese and European authorities send 3 to 8 kB, chains included."""
LEAST_ROOM: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """The document before its signature."""

    pdf: bytes
    hole: tuple[int, int]
    """Offsets of ``<`` and behind ``>`` of the empty /Contents."""
    attributes: bytes
    """DER of the signed attributes (SET OF Attribute, RFC 5652 §5.4): what the key signs."""
    digest_algorithm: str
    path: tuple[Certificate, ...]
    """The signing certificate and those above it, to be embedded."""
    level: Level

    @property
    def certificate(self) -> Certificate:
        """The signing certificate."""
        return self.path[0]


def room_for(path: Sequence[Certificate], level: Level) -> int:
    """Bytes to keep free for the CMS: enough for any timestamp that occurs, so that sealing never fails late."""
    needed = ROOM_FOR_SEAL + sum(len(certificate.der) for certificate in path)
    return max(LEAST_ROOM, needed + (ROOM_FOR_TIMESTAMP if level.timestamped else 0))


class _Signer(PdfSigner):
    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """Declare what PAdES asks for, and no more.

        pyHanko would also declare ISO/TS 32002 for P-256, with PDF 2.0 as its base: out of place in PDF/A-3, and one
        more change to the catalog after somebody else's seal.
        """
        if pdf_out.output_version < (2, 0):
            pdf_out.register_extension(constants.ESIC_EXTENSION_1)


def draft(ground: Ground, target: Target, order: SealOrder, path: Sequence[Certificate], at: datetime) -> Draft:
    """One increment over ``ground`` (which is used up) with an unsigned seal in ``target``; ``at`` becomes /M.

    Raises InputRefused ``seal.field_demands``, ``seal.pdf_malformed``, ``seal.earlier_seals``.
    """
    digest = digest_for(path[0])
    signer = external_signer(path)
    try:
        session = _pdf_signer(signer, target, order, digest).init_signing_session(
            increment_over(ground.reader), existing_fields_only=target.existing is not None
        )
        session.system_time = at
        unsigned = session.prepare_tbs_document(None, bytes_reserved=2 * room_for(path, order.level))
        hole, out = unsigned.digest_tbs_document(output=io.BytesIO())
    except SigningError as error:
        # All else that pyHanko minds was looked at before; what is left are the seed values of the field.
        raise refusal("seal.field_demands") from error
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise refusal("seal.pdf_malformed") from error
    pdf = out.getvalue()
    if not keeps_earlier_seals(ground, pdf):
        raise refusal("seal.earlier_seals")
    attributes: cms.CMSAttributes = run(signer.signed_attrs(hole.document_digest, digest, use_pades=True))
    return Draft(
        pdf=pdf,
        hole=(hole.reserved_region_start, hole.reserved_region_end),
        attributes=attributes.dump(),
        digest_algorithm=digest,
        path=tuple(path),
        level=order.level,
    )


def external_signer(path: Sequence[Certificate], signature: bytes | None = None) -> ExternalSigner:
    """pyHanko's CMS builder for ``path[0]``, with all of ``path`` embedded."""
    certificates = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    certificates.register_multiple([certificate.asn1 for certificate in path])
    return ExternalSigner(
        signing_cert=path[0].asn1,
        cert_registry=certificates,
        signature_value=signature,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": mechanism_for(path[0])}),
    )


def _pdf_signer(signer: ExternalSigner, target: Target, order: SealOrder, digest: str) -> Any:
    certify: dict[str, Any] = {}
    if order.certify is not None:
        certify = {"certify": True, "docmdp_permissions": MDPPerm(int(order.certify))}
    metadata = PdfSignatureMetadata(
        field_name=target.name,
        md_algorithm=digest,
        reason=order.reason or None,
        location=order.location or None,
        subfilter=SigSeedSubFilter.PADES,
        app_build_props=BuildProps(name="certlight", revision=__version__),
        **certify,
    )
    field = None
    if target.existing is None:
        box: Any = target.position.rect if target.picture else None
        field = SigFieldSpec(target.name, on_page=target.position.page, box=box)
    return _Signer(
        metadata,
        signer,
        stamp_style=seal_style(target.picture, target.position) if target.picture else NoAppearance(),
        new_field_spec=field,
    )
