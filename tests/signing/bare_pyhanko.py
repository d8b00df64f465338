"""pyHanko as its documentation uses it: sealing and validating, nothing of ours around it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from asn1crypto import keys
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from certomancer.registry import CertLabel, KeyLabel
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.certificate import Certificate
from signing.trust.material import TrustMaterial
from tests.signing import pki

ROOM: Final = "." * 160
"""The reason that every seal gives: room in the signature dictionary, where forgers write something as long."""
RESERVED: Final = 32768
"""Hex digits kept free for the CMS: room for what forgers put there."""
BOX: Final = (380, 80, 500, 200)


class CarelessSigner(PdfSigner):
    """Seals against a certification, too."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        """Nothing is forbidden."""


def signer(label: str = "company", of: str = "test", *, pss: bool = False) -> SimpleSigner:
    """A certificate of the test PKI with its key and the chain above it."""
    arch = pki.arch(of)
    store = SimpleCertificateStore.from_certs([pki.cert(name, of).asn1 for name in ("interm", "root")])
    key = arch.key_set.get_private_key(KeyLabel(str(arch.get_cert_spec(CertLabel(label)).subject_key)))
    assert isinstance(key, keys.PrivateKeyInfo)
    return SimpleSigner(pki.cert(label, of).asn1, key, store, prefer_pss=pss)


def seal(
    pdf: bytes,
    label: str = "company",
    *,
    of: str = "test",
    by: signers.Signer | None = None,
    field: str = "Seal1",
    box: tuple[float, float, float, float] | None = BOX,
    words: str = "SEAL",
    page: int = 0,
    certify: int | None = None,
    digest: str = "sha256",
    pades: bool = True,
    pss: bool = False,
    stamper: TimeStamper | None = None,
    lt: ValidationContext | None = None,
    lta: bool = False,
    strict: bool = True,
    lock: bool = False,
    careless: bool = False,
    also: Callable[[IncrementalPdfFileWriter], None] | None = None,
) -> bytes:
    """The PDF with one more revision that seals it. ``certify`` is the DocMDP level P; ``lt`` embeds the evidence of
    that context; ``lta`` adds a document timestamp. ``box`` counts only for a field that is not there yet. ``lock``
    locks all fields; ``careless`` heeds no certification; ``also`` changes more in the same revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=strict)
    if also:
        also(writer)
    there = {name for name, _, _ in fields.enumerate_sig_fields(writer.prev)}
    locked = FieldMDPSpec(FieldMDPAction.ALL) if lock else None
    spec = None if field in there else SigFieldSpec(field, on_page=page, box=box, field_mdp_spec=locked)
    meta = PdfSignatureMetadata(
        field_name=field,
        reason=ROOM,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        certify=certify is not None,
        docmdp_permissions=MDPPerm(certify or 2),
        embed_validation_info=lt is not None,
        use_pades_lta=lta,
        validation_context=lt,
        signer_key_usage=set(),
    )
    seal_with = (CarelessSigner if careless else PdfSigner)(
        meta,
        by or signer(label, of, pss=pss),
        timestamper=stamper,
        new_field_spec=spec,
        stamp_style=TextStampStyle(stamp_text=words, background=None),
    )
    out = seal_with.sign_pdf(writer, bytes_reserved=RESERVED, output=io.BytesIO())
    return bytes(out.getvalue())


def prepare_fields(pdf: bytes, *names: str) -> bytes:
    """Empty signature fields, side by side, in one revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for position, name in enumerate(names):
        left = 60 + 150 * position
        fields.append_signature_field(writer, SigFieldSpec(name, on_page=0, box=(left, 80, left + 120, 200)))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def document_timestamp(
    pdf: bytes,
    stamper: TimeStamper,
    field: str = "Time1",
    context: ValidationContext | None = None,
    also: Callable[[IncrementalPdfFileWriter], None] | None = None,
) -> bytes:
    """The PDF with one more revision: a document timestamp (with the evidence for it, given a context). ``also``
    changes more in the same revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if also:
        also(writer)
    out = PdfTimeStamper(stamper, field_name=field).timestamp_pdf(
        writer, "sha256", validation_context=context, bytes_reserved=RESERVED, output=io.BytesIO()
    )
    return bytes(out.getvalue())


def with_evidence(
    pdf: bytes, *, crls: Sequence[bytes] = (), ocsps: Sequence[bytes] = (), certificates: Sequence[Certificate] = ()
) -> bytes:
    """The PDF with one more revision: a document security store that holds these."""
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(
        out,
        None,
        certs=[one.asn1 for one in certificates],
        crls=[CertificateList.load(one) for one in crls],
        ocsps=[OCSPResponse.load(one) for one in ocsps],
        force_write=True,
    )
    return out.getvalue()


def context(at: datetime, *, mode: str = "soft-fail", trust: TrustMaterial | None = None) -> ValidationContext:
    """The test root, its CRLs of ``at`` (or what ``trust`` holds), no network."""
    trust = trust or pki.material(at)
    return ValidationContext(
        trust_roots=[anchor.certificate.asn1 for anchor in trust.anchors],
        other_certs=[certificate.asn1 for certificate in trust.intermediates],
        crls=list(trust.crls),
        ocsps=list(trust.ocsps),
        moment=at,
        allow_fetching=False,
        revocation_mode=mode,
    )


def validate(pdf: bytes, at: datetime, trust: TrustMaterial) -> list[Any]:
    """The status of every seal with default settings; raises what pyHanko raises."""
    reader = PdfFileReader(io.BytesIO(pdf))
    return [validate_pdf_signature(one, context(at, trust=trust)) for one in reader.embedded_regular_signatures]


def bottom_line(statuses: Sequence[Any]) -> bool:
    """What a caller who looks at ``bottom_line`` alone would say of the file."""
    return bool(statuses) and all(status.bottom_line for status in statuses)
