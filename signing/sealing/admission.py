"""Whether this certificate may seal this document, asked before anything is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from signing.certificate import Certificate
from signing.enclosure import Party
from signing.party import same_enterprise
from signing.sealing.refusals import refusal
from signing.trust.evidence import issued
from signing.trust.material import Purpose, TrustMaterial
from signing.trust.standing import standing


def admit(
    certificate: Certificate,
    chain: Sequence[Certificate],
    trust: TrustMaterial | None,
    at: datetime,
    parties: Sequence[Party | None],
) -> tuple[Certificate, ...]:
    """The path from ``certificate`` up, to be put into the seal: to the anchor where there is trust material, else as
    far as ``chain`` goes.

    With ``trust``, a certificate that does not stand good for seals at ``at`` is refused: expired, not yet valid,
    revoked, revocation unknown, wrong usage, weak key, no trusted authority (InputRefused ``certificate.*``). One that
    names another enterprise than any of ``parties`` (None: not said) always is: ``seal.other_enterprise``.
    """
    for party in parties:
        if party is not None and not same_enterprise(certificate.holder, party):
            raise refusal("seal.other_enterprise", certificate.holder.label or certificate.subject)
    if trust is None:
        return upwards(certificate, chain)
    judged = standing(certificate, chain, trust, at, Purpose.SEAL)
    judged.demand()
    return judged.path


def upwards(certificate: Certificate, chain: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """``certificate`` and those of ``chain`` that issued it one after another; whatever else came with the key (other
    certificates of a token) is none of the document's business."""
    path = [certificate]
    while True:
        above = next((other for other in chain if other not in path and issued(path[-1], other)), None)
        if above is None:
            return tuple(path)
        path.append(above)
