"""Real sealed files beside the project, forged and right: nothing that may not be green is, none crashes, none is slow.

Nothing is copied from there. The files' own roots are trusted here, so that nothing is refused for its chain alone.
"""

from __future__ import annotations

import functools
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from asn1crypto import cms

from signing.certificate import Certificate
from signing.trust.material import Anchor, TrustMaterial
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport
from signing.validation.validate import validate
from tests.bench.real import FOLDER
from tests.signing import pki
from tests.signing.attacks.surgery import cms_length, spans

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real files are not beside the project"),
]

MOST_SECONDS: Final = 10.0


def entries() -> list[dict[str, Any]]:
    """The manifest's sealed files."""
    manifest = FOLDER / "manifest.jsonl"
    if not manifest.is_file():
        return []
    rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["kind"] == "pdf_signed"]


def anchors(pdf: bytes) -> tuple[Anchor, ...]:
    """Every certificate that the file's signatures bring along, trusted."""
    found: dict[bytes, Anchor] = {}
    for span in spans(pdf):
        try:
            der = bytes.fromhex(pdf[slice(*span.digits)].decode("ascii"))
            embedded = cms.ContentInfo.load(der[: cms_length(der)])["content"]["certificates"]
            for one in embedded:
                certificate = Certificate.of(one.chosen)
                found[certificate.der] = Anchor(certificate)
        except Exception:  # the file is broken on purpose
            continue
    return tuple(found.values())


@functools.cache
def seen(file: str, trusting: bool, at: datetime = pki.NOW) -> tuple[SealReport, float]:
    """What is said of a file, and after how many seconds."""
    data = (FOLDER / file).read_bytes()
    trust = TrustMaterial(anchors=anchors(data)) if trusting else pki.material()
    started = time.perf_counter()
    report = validate(data, ValidationPolicy(trust=trust, at=at))
    return report, time.perf_counter() - started


every = pytest.mark.parametrize("row", entries(), ids=lambda row: Path(row["file"]).name)


@every
@pytest.mark.parametrize("trusting", [False, True], ids=["test-root", "its-own-roots"])
def test_it_is_answered_in_time_and_never_green_by_mistake(row: dict[str, Any], trusting: bool) -> None:
    report, seconds = seen(row["file"], trusting)
    assert seconds <= MOST_SECONDS
    # Without revocation evidence for the real authorities, not even the right ones can pass.
    assert report.indication is not Indication.TOTAL_PASSED


@every
def test_a_forged_pdf_fails_for_what_is_forged(row: dict[str, Any]) -> None:
    """Trusting its roots: what is left to object to is the file itself."""
    if row["expected"].get("may_be_green", True) or row["doc_type"] != "signed_pdf":
        pytest.skip("right, or no PDF")
    report, _ = seen(row["file"], True)
    assert report.indication is Indication.TOTAL_FAILED or not any(signature.intact for signature in report.signatures)


@every
def test_a_right_pdf_is_found_intact(row: dict[str, Any]) -> None:
    """What an integrity check by others accepted is intact here, too, whatever the missing evidence makes of it."""
    expected = row["expected"]
    if not expected.get("may_be_green", False) or row["doc_type"] != "signed_pdf" or "SHA-1" in expected["truth"]:
        pytest.skip("forged, weak, or no PDF")
    report, _ = seen(row["file"], True)
    assert len(report.signatures) == expected["n_signatures"]
    assert all(signature.intact for signature in report.signatures)


def test_there_are_forged_and_right_ones() -> None:
    green = [row["expected"].get("may_be_green") for row in entries()]
    assert green.count(False) >= 10
    assert green.count(True) >= 3
