"""The entry point: whatever the bytes are there is a report, and only a proved seal passes."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing.validation import seal_report
from signing.validation import validate as entry
from signing.validation.indication import Indication, SubIndication
from signing.validation.policy import ValidationPolicy
from signing.validation.validate import validate
from tests.signing import bare_pyhanko, pki
from tests.signing.attacks.bases import base
from tests.signing.attacks.world import World
from tests.signing.verdicts import PASSED, against, answer, on, report, undecided

WORLD = World("pyhanko")
POLICY = ValidationPolicy(pki.material(), pki.NOW)


def test_no_seal() -> None:
    found = report(base().pdf)
    assert (answer(found), against(found.findings)) == (undecided(SubIndication.NO_SIGNATURE), ["seal.none"])
    assert found.signatures == ()


def test_a_document_timestamp_is_no_seal() -> None:
    found = report(bare_pyhanko.document_timestamp(base().pdf, pki.timestamper()))
    assert (answer(found), against(found.findings)) == (undecided(SubIndication.NO_SIGNATURE), ["seal.only_timestamp"])
    assert answer(found.signatures[0]) == PASSED
    assert found.seals == ()


def test_too_large() -> None:
    policy = ValidationPolicy(pki.material(), pki.NOW, max_bytes=100)
    found = validate(WORLD.sealed(), policy)
    assert (found.indication, against(found.findings)) == (Indication.INDETERMINATE, ["seal.too_large"])


def test_a_moment_without_time_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        validate(b"", ValidationPolicy(pki.material(), datetime(2026, 1, 1)))


def test_the_report_says_of_which_file_and_when() -> None:
    pdf = WORLD.sealed()
    found = report(pdf, on(2026, 10, 20))
    assert (found.sha256, found.validated_at) == (hashlib.sha256(pdf).hexdigest(), on(2026, 10, 20))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n", b"PK\x03\x04", bytes(1000), b"%PDF-" * 500])
def test_what_is_no_pdf(data: bytes) -> None:
    found = validate(data, POLICY)
    assert found.indication is not Indication.TOTAL_PASSED
    assert found.findings


@given(st.binary(max_size=600))
def test_any_bytes_end_in_a_report(data: bytes) -> None:
    assert validate(data, POLICY).indication is not Indication.TOTAL_PASSED


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_archives_end_in_a_report_that_does_not_pass(data: st.DataObject) -> None:
    """Bytes changed anywhere in a B-LTA file: evidence, timestamps, CMS and all."""
    whole = bytearray(_archived())
    for position in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4, unique=True)):
        whole[position] ^= data.draw(st.integers(1, 255))
    assert validate(bytes(whole), POLICY).indication is not Indication.TOTAL_PASSED


@functools.cache
def _archived() -> bytes:
    """B-LT and a document timestamp over all of it, so that nothing lies outside."""
    sealed = bare_pyhanko.seal(base().pdf, stamper=pki.timestamper(), lt=bare_pyhanko.context(pki.NOW, mode="require"))
    return bare_pyhanko.document_timestamp(sealed, pki.timestamper())


def test_each_seal_is_validated_at_its_own_time_and_the_worst_decides() -> None:
    first = WORLD.sealed(label="company-revoked")
    both = WORLD.seal(first, field="Seal2", box=(60, 300, 180, 420))
    found = report(both)
    assert [s.indication for s in found.seals] == [Indication.INDETERMINATE, Indication.TOTAL_PASSED]
    assert answer(found) == undecided(SubIndication.REVOKED_NO_POE)


def test_a_defect_of_ours_in_one_seal_leaves_the_others_their_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault injection: whatever is raised inside, the file never passes and nothing of the error is told."""
    both = WORLD.seal(WORLD.sealed(), field="Seal2", box=(60, 300, 180, 420))
    judged = seal_report.seal_trust  # type: ignore[attr-defined]

    def fails_once(*arguments: Any) -> Any:
        monkeypatch.setattr(seal_report, "seal_trust", judged)
        raise RuntimeError("secret detail")

    monkeypatch.setattr(seal_report, "seal_trust", fails_once)
    found = report(both)
    assert [against(s.findings) for s in found.signatures] == [["seal.unprocessable"], []]
    assert found.indication is Indication.INDETERMINATE
    assert "secret" not in str(found)


def test_a_defect_of_ours_before_any_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise RecursionError("deep")

    monkeypatch.setattr(entry, "inspect", fails)
    found = report(WORLD.sealed())
    assert (found.indication, against(found.findings)) == (Indication.INDETERMINATE, ["seal.unprocessable"])


def test_works_inside_a_running_event_loop() -> None:
    async def within() -> Indication:
        return validate(WORLD.sealed(), POLICY).indication

    assert asyncio.run(within()) is Indication.TOTAL_PASSED


def test_threads_may_validate_at_once() -> None:
    files = [WORLD.sealed(), WORLD.sealed(label="other"), WORLD.sealed(label="company-revoked")] * 4
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pdf: validate(pdf, POLICY).indication, files))
    assert found == [Indication.TOTAL_PASSED, Indication.TOTAL_PASSED, Indication.INDETERMINATE] * 4


def test_nothing_is_logged_about_a_broken_file(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    validate(WORLD.sealed()[:-300], POLICY)
    assert pki.COMPANY not in caplog.text
