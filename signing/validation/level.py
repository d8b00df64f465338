"""The PAdES level that a seal reaches: EN 319 142-1 §6."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from signing.certificate import Certificate
from signing.validation.chain import Stand
from signing.validation.evidence import Evidence
from signing.validation.filled import CADES, Filled
from signing.validation.revocation import statements
from signing.validation.session import Rung
from signing.validation.timestamps import Timestamp


def level_of(
    evidence: Evidence, filled: Filled, stand: Stand, stamps: Sequence[Timestamp], rungs: Sequence[Rung]
) -> str:
    """B-B, B-T (a proved time), B-LT (evidence about every certificate inside the file), B-LTA (and a document
    timestamp over all of it); empty for other forms. ``stamps`` and ``rungs`` are believed ones."""
    if filled.slot.subfilter != CADES:
        return ""
    if not stamps and not rungs:
        return "B-B"
    chains = [stand.path, *(stamp.stand.path for stamp in stamps)]
    if not all(chains):
        return "B-T"
    for rung in rungs:
        if _complete(chains, evidence.known_by(rung.filled.revision)):
            return "B-LTA"
    last = max(
        (revision for piece in (*evidence.crls, *evidence.ocsps) if (revision := piece.revision) is not None),
        default=-1,
    )
    return "B-LT" if _complete(chains, evidence.known_by(last)) else "B-T"


def _complete(chains: Sequence[tuple[Certificate, ...]], evidence: Evidence) -> bool:
    """Whether ``evidence`` speaks of every certificate of every chain."""
    return all(statements(certificate, issuer, evidence) for chain in chains for certificate, issuer in pairwise(chain))
