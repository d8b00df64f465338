"""The committed samples with their claims, read by the real engine: each earns a light that its truth allows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import samples
from certlight.light import Light
from extractors.catalogue import named, templates
from extractors.engines.protocol import OcrEngine
from pipeline.flow import Desk, Outcome, verify
from pipeline.intake.intake import take
from pipeline.marking import read_marks
from pipeline.pages import StraightPages
from service.cli.samples import DEMO_DAY
from tests.one_engine import real_engine, remembering_engine
from verifier.claim import parse_claim
from verifier.report import verify_json
from verifier.verdict import Claim

pytestmark = pytest.mark.engine

SET = Path(samples.__file__).parent / "set"


@dataclass(frozen=True)
class Case:
    """One claim about one committed sample."""

    name: str
    claim: str
    truth: dict[str, Any]

    @property
    def files(self) -> list[Path]:
        return [SET / file for file in self.truth["files"]]

    def asked(self) -> Claim:
        return parse_claim((SET / self.truth["claims"][self.claim]["file"]).read_bytes(), templates())


def cases() -> list[Case]:
    found = []
    for file in sorted(SET.glob("*.truth.json")):
        truth = json.loads(file.read_text(encoding="utf-8"))
        found += [Case(truth["name"], claim, truth) for claim in truth["claims"]]
    return found


CASES = cases()
MARKED = [c for c in CASES if c.claim == "correct" and c.truth["degradation"] != "faint" and c.asked().marks]


def verified(case: Case, engine: OcrEngine) -> Outcome:
    with take(case.files) as document:
        return verify(document, case.asked(), Desk(engine), DEMO_DAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.claim}")
def test_every_claim_earns_a_light_that_its_truth_allows(case: Case) -> None:
    about = case.truth["claims"][case.claim]
    outcome = verified(case, remembering_engine())
    verdict = outcome.result.verdict
    assert verdict is not None
    why = {check.field: check.reason.en for check in verdict.checks if check.light is not Light.GREEN}
    told = [finding.message.en for finding in verdict.findings]
    assert verdict.light.word in about["lights"], (why, told)
    if about["altered"] is not None:
        (check,) = [check for check in verdict.checks if check.field == about["altered"]]
        assert check.light is not Light.GREEN, "the one thing that is wrong"


@pytest.mark.parametrize("case", MARKED, ids=lambda case: case.name)
def test_marked_fields_read_by_region_say_the_truth(case: Case) -> None:
    template = named(case.truth["doc_type"])
    with take(case.files) as document:
        pages = StraightPages(document, remembering_engine())
        found = read_marks(template, case.asked().marks, pages, remembering_engine(), {})
    for code, reading in found.items():
        truth = case.truth["fields"][code]
        wanted = truth["value"] if isinstance(truth["value"], str) else tuple(truth["value"])
        assert reading is not None, code
        assert reading.value == wanted, code


@pytest.mark.parametrize("name", ["licence.jpg", "bid-notice.jpg"])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_handed_in_turned_stands_upright_again(name: str, turn: int) -> None:
    upright = cv2.imread(str(SET / name))
    assert upright is not None
    turned = np.ascontiguousarray(np.rot90(upright, -turn // 90))
    done, data = cv2.imencode(".png", turned)
    assert done
    with take([("turned.png", data.tobytes())]) as document:
        page = StraightPages(document, remembering_engine())[0]
    assert (page.rotation + turn) % 360 == 0
    assert page.image.shape == upright.shape


def test_reading_twice_says_the_same() -> None:
    """The second reading is the one the other tests work with."""
    case = next(case for case in CASES if case.name == "safety-permit" and case.claim == "correct")
    once, again = verified(case, real_engine()).result, verified(case, remembering_engine()).result
    assert verify_json([once], "zh") == verify_json([again], "zh")
