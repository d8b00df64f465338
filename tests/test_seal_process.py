"""Sealing and validating untrusted PDFs in the confined process: always an answer, never green by accident."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certlight.errors import InputRefused
from pipeline.seals.adopting import adopted, look, rewritten
from pipeline.seals.limits import SealLimits
from pipeline.seals.process import SealProcess
from pipeline.seals.validation import validate_confined
from signing.composition.extract import extract_enclosure
from signing.enclosure import Enclosure
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from signing.validation.report import SealReport
from tests.signing import bare_pyhanko, pki
from tests.signing.sealed import paper

POLICY = ValidationPolicy(pki.material(), pki.NOW)
ENTRIES = Enclosure(doc_type="contract", template="contract@1", claim={}, created_at="2026-11-01T00:00:00+00:00")
WHEN = datetime(2026, 11, 1, tzinfo=UTC)
BAD = Path(__file__).resolve().parents[2] / "shared" / "data" / "real" / "pdf_bad"


@pytest.fixture(scope="module")
def process() -> Iterator[SealProcess]:
    with SealProcess() as running:
        yield running


@pytest.fixture(scope="module")
def plain() -> bytes:
    return paper()


@pytest.fixture(scope="module")
def sealed(plain: bytes) -> bytes:
    return bare_pyhanko.seal(plain)


def codes(report: SealReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_the_report_comes_back_whole(sealed: bytes, process: SealProcess) -> None:
    report = validate_confined(sealed, POLICY, process)
    assert report.indication is Indication.TOTAL_PASSED
    assert report.signatures[0].certificate == pki.cert("company")
    assert report.validated_at == pki.NOW


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF\n", b"\x00" * 5000, b"%PDF-1.7\n" + b"[" * 100_000]
)
def test_rubbish_is_answered(data: bytes, process: SealProcess) -> None:
    assert validate_confined(data, POLICY, process).indication is not Indication.TOTAL_PASSED


def test_too_large_is_not_looked_at(sealed: bytes) -> None:
    with SealProcess(SealLimits(max_bytes=1000)) as small:
        report = validate_confined(sealed, POLICY, small)
    assert (report.indication, codes(report)) == (Indication.INDETERMINATE, ["seal.too_large"])


def test_too_slow_is_indeterminate_and_the_next_one_is_answered(sealed: bytes) -> None:
    with SealProcess(SealLimits(validate_seconds=1e-6)) as hasty:
        report = validate_confined(sealed, POLICY, hasty)
        assert (report.indication, codes(report)) == (Indication.INDETERMINATE, ["seal.too_complex"])
        hasty.limits = SealLimits()
        assert validate_confined(sealed, POLICY, hasty).indication is Indication.TOTAL_PASSED


def test_a_process_that_dies_costs_one_answer(sealed: bytes) -> None:
    with SealProcess() as running:
        validate_confined(sealed, POLICY, running)
        os.kill(running.pid, signal.SIGSEGV)
        report = validate_confined(sealed, POLICY, running)
        assert (report.indication, codes(report)) == (Indication.INDETERMINATE, ["seal.unprocessable"])
        assert validate_confined(sealed, POLICY, running).indication is Indication.TOTAL_PASSED


def test_entries_are_enclosed_behind_the_document(plain: bytes, process: SealProcess) -> None:
    assert look(plain, process).blocking == ()
    product = adopted(plain, ENTRIES, WHEN, process)
    assert product.startswith(plain)
    assert extract_enclosure(product) == ENTRIES.to_json()


def test_refusals_cross_with_code_and_remedy(sealed: bytes, process: SealProcess) -> None:
    assert look(sealed, process).sealed
    with pytest.raises(InputRefused) as refused:
        adopted(sealed, ENTRIES, WHEN, process)
    assert refused.value.code == "seal.already_sealed"
    assert refused.value.message.zh
    assert refused.value.remedy.en
    with pytest.raises(InputRefused):
        rewritten(b"%PDF-1.7 nothing", process)


@pytest.mark.real_data
def test_broken_files_end_in_an_answer(process: SealProcess) -> None:
    if not BAD.is_dir():
        pytest.skip("the real broken PDFs are not there")
    for path in sorted(BAD.iterdir()):
        data = path.read_bytes()
        assert validate_confined(data, POLICY, process).indication is not Indication.TOTAL_PASSED, path.name
        with suppress(InputRefused):
            look(data, process)
