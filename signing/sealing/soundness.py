"""The maker's own check of a sealed document: what it just wrote, and that it broke nobody else's seal."""

from __future__ import annotations

import io
import logging
from typing import Any, Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing.certificate import Certificate
from signing.sealing.ground import Ground

_log: Final = logging.getLogger(__name__)


def keeps_earlier_seals(before: Ground, after: bytes) -> bool:
    """Whether every earlier seal allows what ``after`` adds to ``before``; holds for an unsigned draft as well.

    Whether earlier seals were broken before is not judged here: only what was added since counts.
    """
    if not before.sealed:
        return True
    permission = MDPPerm(int(before.permission)) if before.permission else None
    try:
        reader = PdfFileReader(io.BytesIO(after))
        return _allowed(reader, before.reader.xrefs.total_revisions - 1, permission)
    except Exception:  # whatever a reader makes of it: if it cannot be read, it is not handed out
        _log.info("a document cannot be compared with what it was", exc_info=True)
        return False


def whole(after: bytes, certificate: Certificate) -> bool:
    """Whether the last seal of ``after`` is one of ``certificate``, complete and correct, and allows whatever was added
    after it: evidence and timestamps."""
    try:
        reader = PdfFileReader(io.BytesIO(after))
        made: Any = reader.embedded_regular_signatures[-1]
        intact, valid = validate_sig_integrity(made.signer_info, made.signer_cert, "data", made.compute_digest())
        covers = made.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
        ours = made.signer_cert.dump() == certificate.der
        return bool(intact and valid and covers and ours) and _allowed(reader, made.signed_revision, made.docmdp_level)
    except Exception:  # as above
        _log.warning("a sealed document could not be read again", exc_info=True)
        return False


def _allowed(reader: PdfFileReader, base: int, permission: MDPPerm | None) -> bool:
    """By pyHanko's rules for changes after a signature."""
    return isinstance(DEFAULT_DIFF_POLICY.review_file(reader, base, doc_mdp=permission), DiffResult)
