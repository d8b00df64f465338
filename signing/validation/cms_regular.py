"""What of a CMS no signature covers, and what it must therefore be to the letter.

Versions, algorithm identifiers and the naming of the signer lie outside the signed attributes. A file in which they
are not what the standard demands has been written by careless software or touched afterwards; nobody can tell which,
so that it is not passed. RFC 5652 §5.1 and §5.3, RFC 3370, RFC 4055, RFC 5754.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from asn1crypto import core

from certlight.text import Text
from signing.validation.cms import Signed
from signing.validation.der import is_canonical
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding


def irregularities(signed: Signed) -> Iterator[Finding]:
    """What is not as the standards say; one finding is enough. Raises what asn1crypto raises on damaged data."""
    rules = (_der, _certificates_read, _versions, _digests, _parameters, _signer_named)
    if not all(holds(signed) for holds in rules):
        yield IRREGULAR


IRREGULAR: Final = Finding(
    "seal.irregular",
    Text(
        "签名数据中有不合规范或已损坏的内容：可能由不规范的软件生成，也可能被改动过。请向签章单位索取原件或重新签章的文件。",
        "Something in the signature's CMS is irregular or damaged: careless software made it or it was touched. Ask the"
        " sealer for the original, or for a new seal.",
    ),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)


def _der(signed: Signed) -> bool:
    """The encoding is DER, as ISO 32000-2 §12.8.1 demands; certificates keep the encoding their authority chose."""
    certificates = {
        choice.chosen.dump() for choice in signed.data["certificates"] or () if choice.name == "certificate"
    }
    return is_canonical(signed.der, certificates)


def _certificates_read(signed: Signed) -> bool:
    """Every certificate that came along could be read."""
    read = {certificate.der for certificate in (signed.certificate, *signed.others)}
    return all(
        choice.name != "certificate" or choice.chosen.dump() in read for choice in signed.data["certificates"] or ()
    )


def _versions(signed: Signed) -> bool:
    signer = 1 if signed.signer["sid"].name == "issuer_and_serial_number" else 3
    kinds = {choice.name for choice in signed.data["certificates"] or ()}
    if "other" in kinds:
        outer = 5
    elif "v2_attr_cert" in kinds:
        outer = 4
    else:
        plain = signed.data["encap_content_info"]["content_type"].native == "data"
        outer = 1 if plain and signer == 1 and "v1_attr_cert" not in kinds else 3
    return (int(signed.data["version"]), int(signed.signer["version"])) == (outer, signer)


def _digests(signed: Signed) -> bool:
    """The set names the signer's digest and no other."""
    named = [algorithm["algorithm"].dotted for algorithm in signed.data["digest_algorithms"]]
    return named == [signed.signer["digest_algorithm"]["algorithm"].dotted]


def _parameters(signed: Signed) -> bool:
    algorithm = signed.signer["signature_algorithm"]
    digests = [*signed.data["digest_algorithms"], signed.signer["digest_algorithm"]]
    if algorithm["algorithm"].native == "rsassa_pss":
        parameters = algorithm["parameters"]
        digests += [parameters["hash_algorithm"], parameters["mask_gen_algorithm"]["parameters"]]
        if int(parameters["trailer_field"]) != 1:
            return False
    elif not _empty(algorithm["parameters"]):
        return False
    return all(_empty(digest["parameters"]) for digest in digests)


def _empty(parameters: Any) -> bool:
    """NULL or absent: both are written (RFC 5754 §2)."""
    return isinstance(parameters, core.Null | core.Void)


def _signer_named(signed: Signed) -> bool:
    """The signer is named as its certificate names itself, not merely alike."""
    named = signed.signer["sid"].chosen
    if signed.signer["sid"].name != "issuer_and_serial_number":
        return True
    certificate = signed.certificate.asn1
    return bool(
        named["issuer"].dump() == certificate.issuer.dump()
        and named["serial_number"].dump() == certificate["tbs_certificate"]["serial_number"].dump()
    )
