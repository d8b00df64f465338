"""What makes a seal last: certificates and revocation evidence in the file (DSS), and a timestamp over the document."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from asn1crypto import crl, ocsp, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signing.certificate import Certificate
from signing.sealing.ground import entry
from signing.sealing.pdf_writer import increment_over, run
from signing.sealing.refusals import refusal
from signing.sealing.target import next_name
from signing.sealing.timestamping import CheckedTimeStamper
from signing.trust.evidence import Crl, authentic_crls, issued, wellformed_ocsps
from signing.trust.material import TrustMaterial

TIMESTAMP_PREFIX: Final = "时间戳_"
_ROOM: Final = 16 * 1024


def add_evidence(pdf: bytes, paths: Sequence[Sequence[Certificate]], trust: TrustMaterial, at: datetime) -> bytes:
    """The document with what ``paths`` (each from a certificate up to its anchor) need to be validated later, in the
    document security store (EN 319 142-1 §5.4.2); unchanged where all of it is there already.

    Everything comes from ``trust``; no address in any certificate is followed. An OCSP answer that is fresh at ``at``
    is preferred to a list, which may be megabytes long.
    """
    crls, ocsps = _evidence(paths, trust, at)
    writer = increment_over(PdfFileReader(io.BytesIO(pdf)))
    store: Any = DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[certificate.asn1 for path in paths for certificate in path],
        crls=crls,
        ocsps=ocsps,
    )
    if not store.modified:
        return pdf
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def add_document_timestamp(pdf: bytes, stamper: CheckedTimeStamper, digest: str) -> bytes:
    """The document with an invisible document timestamp over all of it (EN 319 142-1 §5.4.3).

    Raises what the stamper raises, and InputRefused ``seal.too_large``.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    fields = reader.root["/AcroForm"]["/Fields"]
    taken = frozenset(str(entry(item.get_object(), "/T", "")) for item in fields)
    work = PdfTimeStamper(
        stamper, field_name=next_name(taken, TIMESTAMP_PREFIX), readable_field_name="时间戳"
    ).async_timestamp_pdf(increment_over(reader), digest, bytes_reserved=2 * _ROOM, output=io.BytesIO())
    try:
        out: io.BytesIO = run(work)
    except SigningError as error:
        raise refusal("seal.too_large") from error
    return out.getvalue()


def _evidence(
    paths: Sequence[Sequence[Certificate]], trust: TrustMaterial, at: datetime
) -> tuple[list[crl.CertificateList], list[ocsp.OCSPResponse]]:
    """For every certificate below its anchor the best evidence, and for OCSP responders theirs."""
    authorities = tuple(dict.fromkeys(certificate for path in paths for certificate in path[1:]))
    lists = authentic_crls(authorities, trust.crls)
    answers = wellformed_ocsps(trust.ocsps)
    crls: dict[bytes, crl.CertificateList] = {}
    ocsps: dict[bytes, ocsp.OCSPResponse] = {}
    for certificate, issuer in _links(paths):
        answer = _answer_about(certificate, issuer, answers, at)
        if answer is not None:
            ocsps[answer.dump()] = answer
        if answer is None or any(_needs_list(responder, issuer) for responder in _responders(answer)):
            found = _newest([each for each in lists if each.issuer == issuer], at)
            if found is not None:
                crls[found.der] = found.parsed
    return list(crls.values()), list(ocsps.values())


def _links(paths: Sequence[Sequence[Certificate]]) -> Iterator[tuple[Certificate, Certificate]]:
    seen = set()
    for path in paths:
        for link in pairwise(path):
            if link not in seen:
                seen.add(link)
                yield link


def _answer_about(
    certificate: Certificate, issuer: Certificate, answers: Sequence[ocsp.OCSPResponse], at: datetime
) -> ocsp.OCSPResponse | None:
    """The newest answer about ``certificate`` that is fresh at ``at``."""
    found: list[tuple[datetime, ocsp.OCSPResponse]] = []
    for answer in answers:
        for single in answer.basic_ocsp_response["tbs_response_data"]["responses"]:
            if not _is_about(single["cert_id"], certificate, issuer):
                continue
            until = single["next_update"].native
            if until is not None and at <= until:
                found.append((single["this_update"].native, answer))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _is_about(asked: Any, certificate: Certificate, issuer: Certificate) -> bool:
    key = issuer.asn1.public_key
    hashed = {"sha1": key.sha1, "sha256": key.sha256}.get(asked["hash_algorithm"]["algorithm"].native)
    return bool(
        asked["serial_number"].native == certificate.asn1.serial_number and asked["issuer_key_hash"].native == hashed
    )


def _responders(answer: ocsp.OCSPResponse) -> list[x509.Certificate]:
    return list(answer.basic_ocsp_response["certs"] or ())


def _needs_list(responder: x509.Certificate, issuer: Certificate) -> bool:
    """Whether an OCSP responder's own certificate can be revoked (no ocsp-nocheck, RFC 6960 §4.2.2.2.1)."""
    return responder.ocsp_no_check_value is None and issued(Certificate.of(responder), issuer)


def _newest(lists: Sequence[Crl], at: datetime) -> Crl | None:
    """The list that speaks for ``at``, else the newest."""

    def order(each: Crl) -> tuple[bool, datetime]:
        content = each.parsed["tbs_cert_list"]
        until = content["next_update"].native
        return until is not None and at <= until, content["this_update"].native

    return max(lists, key=order, default=None)
