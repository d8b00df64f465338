"""The form of a sealed file, judged before any cryptography: on the raw bytes and by pyHanko, which have to agree."""

from __future__ import annotations

import logging
from typing import Final

from certlight.text import Text
from signing.validation.form import pages
from signing.validation.indication import Indication, SubIndication
from signing.validation.opening import Unsupported, ends_findings, open_history
from signing.validation.report import Finding
from signing.validation.signature_dictionary import refused
from signing.validation.slot import Slot, Structure
from signing.validation.slots import find_slots
from signing.validation.traces import layout_findings, marks, stripped_findings

__all__ = ["Slot", "Structure", "fit_to_seal", "inspect"]

_log = logging.getLogger(__name__)


def inspect(pdf: bytes, max_signatures: int = 64) -> Structure:
    """Every filled signature field of ``pdf``, and whatever is wrong with the form of the file or of a field.

    Never raises on bad input: what cannot be understood is a finding, and a file with findings never passes. A file
    without any trace of a signature has neither slots nor findings, unless it cannot be read at all.
    The rules are requirements 1, 2 and 11 of the project: ISO 32000-2 §7.5 and §12.8.1, EN 319 142-1 §5.4, and
    whatever makes two readers of the same bytes see different documents (docs/decisions/022).
    """
    data, findings = ends_findings(pdf)
    try:
        history = open_history(data)
        slots = find_slots(history, len(pdf))
        found = marks(history)
        traces = stripped_findings(history, slots, found)
        layout = layout_findings(history, slots)
    except Unsupported as unsupported:
        return Structure((), (*findings, unsupported.finding), (), None)
    except Exception as error:  # Whatever readers make of hostile bytes, the answer is a finding.
        _log.info("a file that cannot be read: %s", type(error).__name__)
        return Structure((), (*findings, _UNREADABLE), (), None)
    if len(slots) > max_signatures:
        return Structure((), (*findings, _TOO_MANY), (), None)
    if not slots and not found and pdf.find(b"ByteRange") < 0:
        findings, layout = (), []
    ends = tuple(revision.end for revision in history.revisions)
    return Structure(slots, _once((*findings, *traces, *layout)), ends, history.reader, history)


def fit_to_seal(pdf: bytes) -> tuple[Finding, ...]:
    """Why seals on ``pdf`` could not be validated later; empty: it is fit to be sealed as it is. Never raises."""
    data, findings = ends_findings(pdf)
    try:
        history = open_history(data)
        find_slots(history, len(pdf))
        pages(history, history.last)
        return _once((*findings, *layout_findings(history, ())))
    except Unsupported as unsupported:
        return (*findings, unsupported.finding)
    except Exception as error:  # As above.
        _log.info("a file that cannot be read: %s", type(error).__name__)
        return (*findings, _UNREADABLE)


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


_UNREADABLE: Final = refused(
    "seal.unreadable",
    Text(
        "文件结构已损坏或有歧义，无法作为 PDF 读取。请重新获取原件。",
        "The file is damaged or ambiguous and cannot be read as a PDF. Fetch the original again.",
    ),
)
_TOO_MANY: Final = Finding(
    "seal.too_many",
    Text("签章数量超过上限，未予验证。", "There are more signatures than are validated here."),
    Indication.INDETERMINATE,
    SubIndication.SIG_CONSTRAINTS_FAILURE,
)
