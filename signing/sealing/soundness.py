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


def sound(before: Ground, after: bytes, field_name: str, certificate: Certificate) -> bool:
    """Whether ``after`` is ``before`` with one more seal of ``certificate`` in ``field_name``, complete and correct;
    and whether this seal and every earlier one allow whatever was added after them."""
    if not after.startswith(before.pdf):
        return False
    try:
        reader = PdfFileReader(io.BytesIO(after))
        made: Any = next(each for each in reader.embedded_regular_signatures if each.field_name == field_name)
        intact, valid = validate_sig_integrity(made.signer_info, made.signer_cert, "data", made.compute_digest())
        covers = made.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
        ours = made.signer_cert.dump() == certificate.der
        return bool(intact and valid and covers and ours) and _allowed(before, reader, made)
    except Exception:  # whatever a reader makes of it: if it cannot be read, it is not handed out
        _log.warning("a sealed document could not be read again", exc_info=True)
        return False


def _allowed(before: Ground, reader: PdfFileReader, made: Any) -> bool:
    """By pyHanko's rules for changes after a signature. Whether earlier seals were broken before is not judged here:
    only what was added since counts."""
    base = before.reader.xrefs.total_revisions - 1 if before.sealed else made.signed_revision
    levels = [int(level) for level in (before.permission, getattr(made.docmdp_level, "value", None)) if level]
    permission = MDPPerm(min(levels)) if levels else None
    return isinstance(DEFAULT_DIFF_POLICY.review_file(reader, base, doc_mdp=permission), DiffResult)
