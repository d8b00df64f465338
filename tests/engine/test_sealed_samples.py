"""From scan to sealed PDF and back, with the real engine: the pages still bear out the entries that were sealed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pypdfium2
import pytest

import samples
from certlight.light import Light
from pipeline.flow import Desk, verify
from pipeline.intake.intake import take
from pipeline.seals.composing import base_pdf, composed, enclosure_of
from pipeline.seals.process import SealProcess
from pipeline.seals.recheck import recheck
from pipeline.seals.sealing import SealWish, sealed
from pipeline.seals.validation import validate_confined
from service.cli.files import read_claim
from service.cli.samples import DEMO_DAY
from signing.appearance.placement import Placement
from signing.composition.conformance import conformance
from signing.enclosure import Party
from signing.report import Recheck
from signing.validation.indication import Indication
from signing.validation.policy import ValidationPolicy
from tests.one_engine import remembering_engine
from tests.signing import pki
from tests.signing.sealed import p12

pytestmark = pytest.mark.engine

SET = Path(samples.__file__).parent / "set"
PARTY = Party(name=pki.COMPANY, credit_code=pki.COMPANY_CODE)
CORNER = Placement(0, 4, 4, 20)
"""Upper left: margin or frame of every sample; a seal over a value would rightly make it doubtful."""


@cache
def sealed_sample(name: str, file: str, shown: str = "") -> bytes:
    """The sample with its correct claim, sealed; ``shown`` puts the pages of another file before the entries."""
    with take([SET / file]) as document, SealProcess() as process:
        claim = read_claim(SET / f"{name}.correct.claim.json", document.page_count)
        desk = Desk(remembering_engine())
        outcome = verify(document, claim, desk, DEMO_DAY)
        assert outcome.result.verdict is not None
        assert outcome.result.verdict.light is Light.GREEN
        enclosure = enclosure_of(outcome, claim, [PARTY], pki.NOW, "zh")
        if shown:
            with take([SET / shown]) as other:
                pdf = composed(other, verify(other, claim, desk, DEMO_DAY), enclosure, title=name, created_at=pki.NOW)
        else:
            pdf = base_pdf(
                document, lambda: outcome, enclosure, title=name, created_at=pki.NOW, process=process, mend=False
            )
    wish = SealWish(placement=CORNER)
    return sealed(pdf, p12(), wish, party=PARTY, at=pki.NOW, trust=pki.material(), timestamper=None)


def checked_again(pdf: bytes) -> Recheck:
    with SealProcess() as process:
        report = validate_confined(pdf, ValidationPolicy(pki.material(), pki.NOW), process)
    assert report.indication is Indication.TOTAL_PASSED, report.findings
    assert all(signature.holder.credit_code == PARTY.credit_code for signature in report.signatures)
    return recheck(report, pdf, "sealed.pdf", Desk(remembering_engine()), DEMO_DAY, "zh")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("licence", "licence.jpg"),
        ("bid-notice-sideways", "bid-notice-sideways.jpg"),
        ("licence-photo", "licence-photo.jpg"),
        ("contract", "contract.pdf"),
        ("contract-scan", "contract-scan.pdf"),
    ],
)
def test_what_was_sealed_is_found_on_the_pages(name: str, file: str) -> None:
    pdf = sealed_sample(name, file)
    found = checked_again(pdf)
    assert found.light is Light.GREEN, found.message
    assert found.document is not None


def test_a_composed_and_sealed_sample_is_pdf_a() -> None:
    assert conformance(sealed_sample("licence", "licence.jpg")) == ()


def test_a_composed_sample_can_be_searched() -> None:
    with pypdfium2.PdfDocument(sealed_sample("licence", "licence.jpg")) as pdf:
        text = pdf[0].get_textpage().get_text_range()
    for words in ("91420106748871252L", "武汉华通园林绿化有限公司", "2003年08月23日"):
        assert words in text


def test_other_pages_under_the_same_entries_are_red() -> None:
    """The seal holds, for who has the key made it; the pages are those of another company's licence."""
    found = checked_again(sealed_sample("licence", "licence.jpg", shown="licence-shop.jpg"))
    assert found.light is Light.RED
    assert found.document is not None
    assert {check["field"] for check in found.document["checks"] if check["light"] == "red"} >= {"uscc", "name"}


def test_a_plain_sealed_document_has_nothing_to_check_again() -> None:
    with take([SET / "contract.pdf"]) as document:
        plain = document.scans[0].data
    wish = SealWish(placement=CORNER)
    pdf = sealed(plain, p12(), wish, party=None, at=pki.NOW, trust=pki.material(), timestamper=None)
    found = checked_again(pdf)
    assert (found.light, found.document) == (Light.YELLOW, None)
