"""endesive can be imported on this machine, whatever the version of its OpenSSL."""

from __future__ import annotations

import subprocess
import sys

from signing.endesive_compat import endesive_pdf
from signing.sealing.order import SealOrder
from signing.sealing.seal import seal
from tests.signing import pki, sealed
from tests.signing.sealed import AT, paper


def test_import_in_a_fresh_process_with_warnings_as_errors() -> None:
    program = """
import re, sys
from signing.endesive_compat import endesive_pdf
search, finders = re.search, list(sys.meta_path)
pdf = endesive_pdf()
assert pdf.cms and pdf.verify
assert re.search is search and sys.meta_path == finders
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_its_own_verification_runs_on_what_we_seal() -> None:
    """Not that it would prove anything: it is called in comparisons."""
    out = seal(paper(), sealed.p12(), SealOrder(), at=AT)
    result, remaining = endesive_pdf().verify(out, [pki.cert("root").der])
    assert (result.hashok, result.signatureok, remaining) == (True, True, None)
