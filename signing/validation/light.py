"""From ETSI's indications to the product's red, yellow and green.

======================  ======  ==========================================================================
indication              light   meaning for whoever decides on the document
======================  ======  ==========================================================================
TOTAL-PASSED            green   relied upon
INDETERMINATE           yellow  nothing proved either way: get what is missing, or let a person decide
INDETERMINATE, definite red     the standard withholds its verdict, yet what is known speaks against the seal
TOTAL-FAILED            red     refused
======================  ======  ==========================================================================

*Definite* is what no further evidence would mend: the signer is another enterprise (ANOTHER_ENTERPRISE); a certificate
of the seal was revoked and no proof of existence puts the seal before that; a forbidden change is known. A yellow light
there would send a forgery to a clerk as "please have a look". All else that is INDETERMINATE stays yellow, other
vendors' SM2 seals and renamed enterprises among it: a wrong red shuts an honest firm out.
"""

from __future__ import annotations

from typing import Final

from certlight.light import Light
from signing.validation.indication import Indication, SubIndication
from signing.validation.report import Finding, Revocation, SealReport, SignatureReport

DEFINITE: Final = frozenset({SubIndication.REVOKED, SubIndication.REVOKED_NO_POE, SubIndication.REVOKED_CA_NO_POE})
"""Sub-indications that turn an INDETERMINATE answer red; of an attached timestamp they only take its proof away."""
ANOTHER_ENTERPRISE: Final = frozenset({"seal.enterprise", "seal.parties_disagree"})
"""Codes of SIG_CONSTRAINTS_FAILURE that do the same; other constraints of the policy leave room for doubt."""
_ATTACHED_TIMESTAMP: Final = "seal.timestamp_invalid"

_LIGHTS: Final = {
    Indication.TOTAL_PASSED: Light.GREEN,
    Indication.INDETERMINATE: Light.YELLOW,
    Indication.TOTAL_FAILED: Light.RED,
}


def finding_light(finding: Finding) -> Light:
    """What one finding makes of its signature; green for a mere notice."""
    revoked = finding.sub_indication in DEFINITE and finding.code != _ATTACHED_TIMESTAMP
    if finding.indication is Indication.INDETERMINATE and (revoked or finding.code in ANOTHER_ENTERPRISE):
        return Light.RED
    return _LIGHTS[finding.indication]


def signature_light(signature: SignatureReport) -> Light:
    """The light of one signature: of its indication, of its findings and of its facets the worst.

    ``modifications`` is FORBIDDEN also where nobody could look; only a change that is named is held against the seal.
    """
    contradicted = signature.revocation is Revocation.REVOKED or not all(c.allowed for c in signature.changes)
    return Light.worst(
        [
            Light.RED if contradicted else Light.GREEN,
            _LIGHTS[signature.indication],
            *(finding_light(finding) for finding in signature.findings),
        ]
    )


def report_light(report: SealReport) -> Light:
    """The document's light: the worst of its signatures and findings, never green without a seal."""
    return Light.worst(
        [
            _LIGHTS[report.indication],
            *(finding_light(finding) for finding in report.findings),
            *(signature_light(signature) for signature in report.signatures),
        ]
    )
