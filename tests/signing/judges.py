"""The other validators, as their documentation uses them: what each says of a file, in one word or two."""

from __future__ import annotations

import functools
import logging
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from signing.trust.material import TrustMaterial
from signing.validation.indication import Indication
from signing.validation.report import SealReport
from tests.components import require
from tests.signing import bare_endesive, bare_pyhanko
from tests.signing.attacks.attack import Setting


@dataclass(frozen=True)
class Opinion:
    """What one validator says. ``accepts``: a caller who looks at its flags takes the file for right."""

    accepts: bool
    words: str

    def __str__(self) -> str:
        return f"**{self.words}**" if self.accepts else self.words


def certlight(report: SealReport) -> Opinion:
    """Ours: indication and sub-indication."""
    if report.indication is Indication.TOTAL_PASSED:
        return Opinion(True, report.indication.value)
    return Opinion(False, f"{report.indication.value} {report.sub_indication}")


def endesive(pdf: bytes, setting: Setting) -> Opinion:
    """``endesive.pdf.verify`` with the configured roots: the three flags that its own example prints."""
    roots = [anchor.certificate.der for anchor in _trust(setting).anchors]
    logging.disable(logging.CRITICAL)
    try:
        result, remaining = bare_endesive.verify(pdf, roots)
    except Exception as error:  # it raises whatever its parsers raise
        return Opinion(False, f"raises {type(error).__name__}")
    finally:
        logging.disable(logging.NOTSET)
    flags = (result.hashok, result.signatureok, result.certok)
    if not all(flags):
        names = ("hash", "signature", "certificate")
        return Opinion(False, ", ".join(name for name, flag in zip(names, flags, strict=True) if not flag) + " wrong")
    return Opinion(True, "ok" if remaining is None else "ok, more follows")


def pyhanko(pdf: bytes, setting: Setting) -> Opinion:
    """``validate_pdf_signature`` with the configured roots and lists, default settings, and ``bottom_line``."""
    logging.disable(logging.CRITICAL)
    try:
        statuses = bare_pyhanko.validate(pdf, setting.at, _trust(setting))
    except Exception as error:  # it raises whatever its parsers raise
        return Opinion(False, f"raises {type(error).__name__}")
    finally:
        logging.disable(logging.NOTSET)
    if not statuses:
        return Opinion(False, "no signature")
    if bare_pyhanko.bottom_line(statuses):
        return Opinion(True, "bottom line true")
    wrong = next(status for status in statuses if not status.bottom_line)
    return Opinion(False, str(wrong.summary()).replace(",", ", "))


def pdfsig(pdf: bytes) -> Opinion:
    """poppler's ``pdfsig -nocert``: integrity only, for it judges certificates by the rules of e-mail."""
    program = require("pdfsig")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file.pdf")
        path.write_bytes(pdf)
        try:
            ran = subprocess.run([program, "-nocert", path], capture_output=True, timeout=30)
        except subprocess.TimeoutExpired:
            return Opinion(False, "does not end")
    told = ran.stdout.decode("utf-8", "replace")
    if ran.returncode < 0:
        return Opinion(False, "crashes")
    found, valid = told.count("Signature #"), told.count("Signature is Valid.")
    if not found:
        return Opinion(False, "no signature")
    if valid < found:
        return Opinion(False, f"{valid} of {found} valid")
    whole = told.rfind("Total document signed") > told.rfind("Not total document signed")
    return Opinion(True, "valid" if whole else "valid, more follows")


@functools.cache
def _trust(setting: Setting) -> TrustMaterial:
    return setting.trust(setting.at)
