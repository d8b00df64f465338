"""The story of a scan from upload to verdict, told with an engine that reads from a script."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from certlight.errors import UsageError
from certlight.light import Light
from extractors.engines.null import NullEngine, ScriptedLine
from extractors.geometry import Box, Region
from extractors.page import BgrImage
from extractors.reading import Canonical
from pipeline.flow import Desk, Outcome, claim_sha256, read, verify
from pipeline.intake.intake import take
from tests.readings import valid_uscc
from tests.scripted_scans import drawn, png, words
from verifier.report import read_json, verify_json
from verifier.verdict import Claim, FieldCheck

TODAY = date(2026, 11, 1)
CODE = valid_uscc("91210100MA0XYT12X")
LICENCE = [
    words(290, 60, "营业执照", size=64),
    words(80, 200, f"统一社会信用代码：{CODE}"),
    words(80, 250, "名称：沈阳样张建设有限公司"),
    words(80, 300, "类型：有限责任公司"),
    words(80, 350, "法定代表人：张样"),
    words(80, 400, "注册资本：伍仟万元整"),
    words(80, 450, "成立日期：2019年03月01日"),
    words(80, 500, "营业期限：2019年03月01日至长期"),
    words(80, 550, "住所：沈阳市和平区样张路1号"),
    words(80, 600, "经营范围：建筑工程施工；园林绿化。"),
    words(400, 900, "登记机关：沈阳市市场监督管理局"),
    words(400, 950, "登记日期：2020年05月06日"),
]
ENTERED: Mapping[str, Canonical] = {
    "uscc": CODE,
    "name": "沈阳样张建设有限公司",
    "company_type": "有限责任公司",
    "legal_representative": "张样",
    "registered_capital": "5000万元",
    "established_on": "2019-03-01",
    "address": "沈阳市和平区样张路1号",
}
NAME_BOX = Box(80 + 24 * 3 - 6, 242, 80 + 24 * 13 + 6, 282)
"""Around the printed name, without its label."""


def scan(lines: Sequence[ScriptedLine] = LICENCE) -> bytes:
    return png(drawn(lines))


def checked(
    entered: Mapping[str, Canonical] = ENTERED,
    marks: Mapping[str, tuple[Region, ...]] | None = None,
    lines: Sequence[ScriptedLine] = LICENCE,
    doc_type: str = "business_license",
    scans: int = 1,
) -> Outcome:
    desk = Desk(NullEngine(lines))
    with take([(f"{i}.png", scan(lines)) for i in range(scans)]) as document:
        return verify(document, Claim(doc_type, entered, marks or {}), desk, TODAY)


def of(outcome: Outcome, field: str) -> FieldCheck:
    assert outcome.result.verdict is not None
    return next(check for check in outcome.result.verdict.checks if check.field == field)


def test_a_right_claim_is_green() -> None:
    outcome = checked()
    assert outcome.result.verdict is not None
    told = {c.field: c.reason.en for c in outcome.result.verdict.checks if c.light is not Light.GREEN}
    assert told == {}
    assert outcome.result.verdict.light is Light.GREEN, outcome.result.verdict.findings
    assert {check.field for check in outcome.result.verdict.checks} >= set(ENTERED)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("uscc", valid_uscc("91210100MA0XYT13X")),
        ("name", "沈阳样张建没有限公司"),
        ("legal_representative", "张祥"),
        ("established_on", "2019-01-03"),
        ("registered_capital", "5000元"),
    ],
)
def test_one_wrong_entry_is_not_green(field: str, wrong: str) -> None:
    outcome = checked({**ENTERED, field: wrong})
    assert of(outcome, field).light is not Light.GREEN
    assert outcome.result.verdict is not None
    assert outcome.result.verdict.light is not Light.GREEN
    others = [c for c in outcome.result.verdict.checks if c.field != field and c.field in ENTERED]
    assert all(c.light is Light.GREEN for c in others)


def test_the_verdict_tells_where_it_comes_from() -> None:
    with take([("a.png", scan()), ("b.png", scan())]) as document:
        claim = Claim("business_license", ENTERED, {})
        verdict = verify(document, claim, Desk(NullEngine(LICENCE)), TODAY).result.verdict
        hashes = tuple(s.sha256 for s in document.scans)
    assert verdict is not None
    assert verdict.provenance is not None
    assert verdict.provenance.engine == "null"
    assert verdict.provenance.template == "business_license@1"
    assert verdict.provenance.scan_sha256 == hashes
    assert verdict.provenance.checked_on == "2026-11-01"
    assert verdict.provenance.claim_sha256 == claim_sha256(claim)
    assert verdict.provenance.thresholds


def test_the_same_scan_and_claim_give_the_same_verdict() -> None:
    first, second = (json.dumps(verify_json([checked().result], "zh"), ensure_ascii=False) for _ in range(2))
    assert first == second


def test_the_hash_of_a_claim_does_not_depend_on_its_order() -> None:
    one = Claim("business_license", {"uscc": "1", "name": "2"}, {"name": (Region(0, NAME_BOX),)})
    assert claim_sha256(one) == claim_sha256(replace(one, entered={"name": "2", "uscc": "1"}))
    assert claim_sha256(one) != claim_sha256(replace(one, entered={"uscc": "2", "name": "1"}))
    assert claim_sha256(one) != claim_sha256(replace(one, marks={}))
    assert claim_sha256(one) != claim_sha256(replace(one, doc_type="id_card"))


class TestMarks:
    def test_a_mark_on_the_value_is_read_by_region(self) -> None:
        check = of(checked(marks={"name": (Region(0, NAME_BOX),)}), "name")
        assert (check.source, check.light, check.recognised) == ("marked", Light.GREEN, "沈阳样张建设有限公司")

    def test_a_mark_on_another_value_is_misplaced_not_wrong(self) -> None:
        box = Box(80 + 24 * 6 - 6, 342, 80 + 24 * 8 + 6, 382)
        check = of(checked(marks={"name": (Region(0, box),)}), "name")
        assert check.outcome == "misplaced"
        assert check.light is Light.RED

    def test_a_mark_on_blank_paper_is_unreadable(self) -> None:
        check = of(checked(marks={"name": (Region(0, Box(80, 1000, 300, 1040)),)}), "name")
        assert (check.outcome, check.light, check.recognised) == ("unreadable", Light.RED, None)

    @pytest.mark.parametrize("page", [1, 7, 9999])
    def test_a_mark_on_a_page_the_document_does_not_have_holds_nothing(self, page: int) -> None:
        check = of(checked(marks={"name": (Region(page, NAME_BOX),)}), "name")
        assert (check.outcome, check.light, check.recognised) == ("unreadable", Light.RED, None)

    def test_a_mark_on_the_second_page(self) -> None:
        check = of(checked(marks={"name": (Region(1, NAME_BOX),)}, scans=2), "name")
        assert check.light is Light.GREEN
        assert [region.page for region in check.regions] == [1]


class TestType:
    OTHER = (words(240, 60, "食品经营许可证", size=64), *LICENCE[1:4])

    def test_an_unknown_document_is_said_to_be_so(self) -> None:
        with take([("x.png", scan(self.OTHER))]) as document:
            outcome = read(document, Desk(NullEngine(self.OTHER)))
        assert outcome.result.doc_type is None
        assert dict(outcome.result.reading.fields) == {}
        assert [notice.code for notice in outcome.result.reading.notices] == ["classify.unknown"]
        (told,) = read_json([outcome.result], "zh")["documents"]  # type: ignore[index]
        assert told["doc_type"] is None

    def test_a_claim_about_another_type_is_not_green(self) -> None:
        assert checked(lines=self.OTHER).result.verdict.light is not Light.GREEN  # type: ignore[union-attr]

    def test_a_type_given_by_hand_replaces_the_classification(self) -> None:
        with take([("x.png", scan(self.OTHER))]) as document:
            outcome = read(document, Desk(NullEngine(self.OTHER)), "business_license")
        assert outcome.result.doc_type == "business_license"
        assert outcome.result.reading.fields["name"].value == "沈阳样张建设有限公司"

    def test_a_recognised_type(self) -> None:
        with take([("x.png", scan())]) as document:
            outcome = read(document, Desk(NullEngine(LICENCE)))
        assert outcome.result.doc_type == "business_license"
        assert outcome.result.verdict is None
        assert outcome.result.reading.fields["uscc"].value == CODE

    def test_an_unknown_type_is_refused_before_anything_is_read(self) -> None:
        class Untouched(NullEngine):
            def detect(self, image: BgrImage, effort: object = "full") -> list[object]:  # type: ignore[override]
                raise AssertionError("nothing may be read")

        with take([("x.png", scan())]) as document:
            with pytest.raises(UsageError, match=r"template\.unknown"):
                verify(document, Claim("busines_license", {}, {}), Desk(Untouched()), TODAY)
            with pytest.raises(UsageError, match=r"template\.unknown"):
                read(document, Desk(Untouched()), "busines_license")


def test_an_empty_page_gives_no_value_and_is_not_green() -> None:
    outcome = checked(lines=[])
    assert dict(outcome.result.reading.fields) == {}
    assert outcome.result.verdict is not None
    assert outcome.result.verdict.light is not Light.GREEN


def test_the_pages_with_a_value_are_pictured() -> None:
    with take([(f"{i}.png", scan()) for i in range(3)]) as document:
        outcome = verify(document, Claim("business_license", ENTERED, {}), Desk(NullEngine(LICENCE)), TODAY)
        pictured = [page.index for page in outcome.pictures()]
    assert pictured[0] == 0
    assert len(pictured) == len(set(pictured)) <= 3


def test_progress_is_told_page_by_page() -> None:
    seen: list[tuple[str, int, int]] = []
    with take([(f"{i}.png", scan()) for i in range(3)]) as document:
        read(document, Desk(NullEngine(LICENCE), progress=lambda *told: seen.append(told)))
    assert seen == [("read", 1, 3), ("read", 2, 3), ("read", 3, 3)]
