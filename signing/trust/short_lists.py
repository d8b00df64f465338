"""Long revocation lists, made short for a validator that reads them entry by entry."""

from __future__ import annotations

from collections.abc import Iterable

from asn1crypto import algos, crl, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_SIGNATURE_VALIDATOR,
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)

from signing.certificate import MALFORMED


class ShortLists(SignatureValidator):
    """Lists without their entries where none is about a certificate at hand, still verified as they were signed.

    The validator reads lists entry by entry in Python, a second for each 100,000; ``cryptography`` does not.
    """

    def __init__(self, certificates: Iterable[asn1.Certificate]) -> None:
        self._serials = {certificate.serial_number for certificate in certificates}
        self._signed: dict[tuple[bytes, bytes], bytes] = {}
        self._whole: dict[bytes, crl.CertificateList] = {}

    def shorten(self, parsed: crl.CertificateList) -> crl.CertificateList:
        """The list, without entries where it may be."""
        try:
            listed = x509.load_der_x509_crl(parsed.dump())
            if any(listed.get_revoked_certificate_by_serial_number(serial) is not None for serial in self._serials):
                return parsed
        except MALFORMED:
            return parsed
        whole = parsed["tbs_cert_list"]
        body = whole.copy()
        body["revoked_certificates"] = []
        self._signed[parsed["signature"].native, body.dump()] = whole.dump()
        short = crl.CertificateList(
            {
                "tbs_cert_list": body,
                "signature_algorithm": parsed["signature_algorithm"],
                "signature": parsed["signature"],
            }
        )
        self._whole[short.dump()] = parsed
        return short

    def whole(self, parsed: crl.CertificateList) -> crl.CertificateList:
        """What was shortened, or the list itself."""
        return self._whole.get(parsed.dump(), parsed)

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Over the whole list where a shortened one is asked about. Raises InvalidSignature."""
        data = self._signed.get((signature, signed_data), signed_data)
        DEFAULT_SIGNATURE_VALIDATOR.validate_signature(signature, data, public_key_info, signature_algorithm, context)
