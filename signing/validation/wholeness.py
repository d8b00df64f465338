"""Certificates and evidence that travel along though nobody relies on them: they have to be whole all the same.

No signature covers what lies beside it in a CMS, or in the last document security store. A certificate, list or answer
in there whose own signature does not hold has been damaged since it was made: the file is not the one that was handed
out. Of those whose authority is not known here nothing can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from asn1crypto import algos, crl, ocsp

from certlight.errors import InputRefused
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.evidence import issued, signed_by
from signing.validation.chain import issuer_name, subject_name
from signing.validation.cms import PARSING
from signing.validation.evidence import Evidence, Piece
from signing.validation.indication import Indication, SubIndication
from signing.validation.pieces import list_of
from signing.validation.report import Finding


class Wholeness:
    """Whether what a file brings along is whole, as far as ``known`` certificates tell."""

    def __init__(self, known: Iterable[Certificate]) -> None:
        self._known = tuple(dict.fromkeys(known))

    @cached_property
    def _by_name(self) -> dict[str, list[Certificate]]:
        found: defaultdict[str, list[Certificate]] = defaultdict(list)
        for certificate in self._known:
            found[subject_name(certificate)].append(certificate)
        return found

    def certificates(self, certificates: Iterable[Certificate]) -> bool:
        """Whether each holds under a namesake of its issuer, where there is any, and is no damaged copy of another."""
        if len({known.asn1.signature for known in self._known}) < len(self._known):
            # One signature on two different certificates: one of them is not what was signed.
            return False
        for certificate in certificates:
            named = self._by_name.get(issuer_name(certificate), [])
            if named and not any(issued(certificate, issuer) for issuer in named):
                return False
        return True

    def findings(self, evidence: Evidence) -> tuple[Finding, ...]:
        """Of the evidence inside the file."""
        lists = all(self._list(piece) for piece in evidence.crls if piece.revision is not None)
        answers = all(self._answer(piece) for piece in evidence.ocsps if piece.revision is not None)
        whole = lists and answers and not evidence.damaged and self.certificates(evidence.certificates)
        return () if whole else (_BROKEN,)

    def _list(self, piece: Piece) -> bool:
        try:
            parsed = crl.CertificateList.load(piece.der, strict=True)
            named = self._by_name.get(str(parsed.issuer.hashable), [])
            if not named or any(list_of(issuer, piece.der) for issuer in named):
                return True
            data = parsed["tbs_cert_list"].dump()
            return _signed_by_one_of(named, parsed["signature"].native, data, parsed["signature_algorithm"])
        except PARSING:
            return False

    def _answer(self, piece: Piece) -> bool:
        try:
            basic = ocsp.OCSPResponse.load(piece.der, strict=True).basic_ocsp_response
            own = [Certificate(parsed.dump()) for parsed in basic["certs"] or ()]
            data = basic["tbs_response_data"].dump()
            if _signed_by_one_of([*own, *self._known], basic["signature"].native, data, basic["signature_algorithm"]):
                return self.certificates(own)
            # Without certificates of its own it may be a stranger's.
            return not own
        except (InputRefused, *PARSING):
            return False


def _signed_by_one_of(
    candidates: Iterable[Certificate], signature: bytes, data: bytes, algorithm: algos.SignedDigestAlgorithm
) -> bool:
    return any(signed_by(candidate.asn1.public_key, signature, data, algorithm) for candidate in candidates)


_BROKEN: Final = Finding(
    "seal.evidence",
    Text(
        "文件内附带的验证资料（证书、吊销列表或 OCSP 应答）已损坏，文件不是原件；请向签章单位索取原件。",
        "Certificates or revocation evidence inside the file are damaged: ask the sealer for the original.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
