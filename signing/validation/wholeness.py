"""Certificates and evidence that travel along though nobody relies on them: they have to be whole all the same.

No signature covers what lies beside it in a CMS, or in the last document security store. A certificate, list or answer
in there whose own signature does not hold has been damaged since it was made: the file is not the one that was handed
out. Of those whose authority is not known here nothing can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

from asn1crypto import algos, crl, ocsp

from certlight.errors import InputRefused
from certlight.text import Text
from signing.certificate import Certificate
from signing.trust.constraints import SIGNATURE_ALGORITHMS, loadable_key
from signing.trust.evidence import issued, signed_by
from signing.validation.chain import issuer_name, subject_name
from signing.validation.cms import PARSING
from signing.validation.evidence import Evidence, Piece
from signing.validation.indication import Indication, SubIndication
from signing.validation.pieces import list_of
from signing.validation.policy import DIGESTS
from signing.validation.report import Finding

CHECKED_DIGESTS: Final = frozenset({"sha1", "sha224", *DIGESTS})
"""Weak ones, too: old roots have them, and nobody relies on these here."""
MAX_CHECKS: Final = 1000
"""Signatures checked in one file; one with hundreds of namesakes is up to something and counts as broken."""


class Wholeness:
    """Whether what a file brings along is whole, as far as ``known`` certificates tell."""

    def __init__(self, known: Iterable[Certificate]) -> None:
        self._known = tuple(dict.fromkeys(known))
        self._checks = 0

    @cached_property
    def _by_name(self) -> dict[str, list[Certificate]]:
        found: defaultdict[str, list[Certificate]] = defaultdict(list)
        for certificate in self._known:
            found[subject_name(certificate)].append(certificate)
        return found

    def _named(self, name: str, key: bytes | None) -> list[Certificate]:
        """Whoever may have signed in that name with that key: authorities change keys and keep their names."""
        return [c for c in self._by_name.get(name, []) if not (key and c.asn1.key_identifier not in (None, key))]

    def certificates(self, certificates: Iterable[Certificate]) -> bool:
        """Whether each holds under a namesake of its issuer, where there is any, and is no damaged copy of another."""
        if len({known.asn1.signature for known in self._known}) < len(self._known):
            # One signature on two different certificates: one of them is not what was signed.
            return False
        for certificate in certificates:
            parsed = certificate.asn1
            if parsed["tbs_certificate"]["signature"].dump() != parsed["signature_algorithm"].dump():
                return False
            named = self._named(issuer_name(certificate), parsed.authority_key_identifier)
            if _can_tell(named, parsed["signature_algorithm"]) and not any(
                self._allowed() and issued(certificate, issuer) for issuer in named
            ):
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
            named = self._named(str(parsed.issuer.hashable), parsed.authority_key_identifier)
            algorithm = parsed["signature_algorithm"]
            if not _can_tell(named, algorithm) or any(list_of(issuer, piece.der) for issuer in named):
                return True
            data = parsed["tbs_cert_list"].dump()
            return self._signed_by_one_of(named, parsed["signature"].native, data, algorithm)
        except PARSING:
            return False

    def _answer(self, piece: Piece) -> bool:
        try:
            basic = ocsp.OCSPResponse.load(piece.der, strict=True).basic_ocsp_response
            own = [Certificate(parsed.dump()) for parsed in basic["certs"] or ()]
            data = basic["tbs_response_data"].dump()
            if self._signed_by_one_of(
                [*own, *self._known], basic["signature"].native, data, basic["signature_algorithm"]
            ):
                return self.certificates(own)
            # Without certificates of its own it may be a stranger's.
            return not _can_tell(own, basic["signature_algorithm"])
        except (InputRefused, *PARSING):
            return False

    def _signed_by_one_of(
        self, candidates: Iterable[Certificate], signature: bytes, data: bytes, algorithm: algos.SignedDigestAlgorithm
    ) -> bool:
        return any(self._allowed() and signed_by(c.asn1.public_key, signature, data, algorithm) for c in candidates)

    def _allowed(self) -> bool:
        self._checks += 1
        return self._checks <= MAX_CHECKS


def _can_tell(signers: Sequence[Certificate], algorithm: algos.SignedDigestAlgorithm) -> bool:
    """Whether there are signers, and algorithm and keys of a kind that is checked here: SM2 is not, nor is MD2."""
    try:
        known = algorithm.signature_algo in SIGNATURE_ALGORITHMS and algorithm.hash_algo in CHECKED_DIGESTS
    except ValueError:
        return False
    return bool(signers) and known and all(map(loadable_key, signers))


_BROKEN: Final = Finding(
    "seal.evidence",
    Text(
        "文件内附带的验证资料（证书、吊销列表或 OCSP 应答）已损坏，文件不是原件；请向签章单位索取原件。",
        "Certificates or revocation evidence inside the file are damaged: ask the sealer for the original.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
