"""From pages to fields: which of several candidates counts, and what is told when none does."""

from __future__ import annotations

import pytest

from extractors.catalogue import named
from extractors.extract import extract, raw_of
from extractors.finders import SealText
from extractors.geometry import Box
from extractors.reading import Span
from extractors.template import FieldSpec
from extractors.text import TextLine
from tests.printed_pages import HEIGHT, at, fields, form, page, raws
from tests.readings import line, spec, valid_uscc

CODE = valid_uscc("91210100MA0XYT12X")
FALSE_CODE = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
OTHER_CODE = valid_uscc("91210200MA0YTX21Y")


def seal(text: str, confidence: float = 0.95) -> SealText:
    ring = line(text, confidence, Box(1400, 900, 1700, 1200))
    ring = TextLine(ring.text, confidence, ring.quad, ring.chars, "seal")
    return SealText(0, text, confidence, ring)


class TestOrderOfWays:
    WAYS = form(
        {
            "name": {
                "kind": "org_name",
                "labels": ["名称"],
                "find": [{"how": "right_of"}, {"how": "regex", "pattern": "^致(?P<value>.{4,20})："}],
            }
        }
    )

    def test_the_first_way_that_yields_a_value_wins(self) -> None:
        layout = page(at(100, 100, "致沈阳样张园林有限公司："), at(100, 200, "名称：沈阳样张建设有限公司"))
        assert raws(self.WAYS, layout)["name"] == "沈阳样张建设有限公司"

    def test_the_next_way_serves_where_the_label_is_absent(self) -> None:
        assert raws(self.WAYS, page(at(100, 100, "致沈阳样张园林有限公司：")))["name"] == "沈阳样张园林有限公司"

    def test_a_weak_candidate_loses_to_a_later_way(self) -> None:
        """A sentence that mentions the label goes on with what has the shape of a name, but no name ends like that."""
        layout = page(at(100, 100, "证照上的名称：应当与登记的内容一致"), at(100, 200, "致沈阳样张园林有限公司："))
        assert raws(self.WAYS, layout)["name"] == "沈阳样张园林有限公司"

    def test_a_weak_candidate_is_better_than_nothing(self) -> None:
        assert raws(self.WAYS, page(at(100, 100, "名称：沈阳样张之家")))["name"] == "沈阳样张之家"


class TestCodes:
    CODES = form(
        {
            "code": {
                "kind": "uscc",
                "labels": ["统一社会信用代码"],
                "find": [{"how": "right_of"}, {"how": "check_digit"}],
            }
        }
    )

    def test_a_code_that_fails_its_check_digit_loses_to_one_that_holds(self) -> None:
        layout = page(at(100, 100, f"统一社会信用代码：{FALSE_CODE}"), at(100, 900, OTHER_CODE))
        assert fields(self.CODES, layout)["code"].value == OTHER_CODE

    def test_it_is_still_what_stands_there_where_no_other_does(self) -> None:
        layout = page(at(100, 100, f"统一社会信用代码：{FALSE_CODE}"))
        assert fields(self.CODES, layout)["code"].value == FALSE_CODE

    def test_the_labelled_code_wins_over_another_that_holds(self) -> None:
        layout = page(at(100, 50, OTHER_CODE), at(100, 100, f"统一社会信用代码：{CODE}"))
        assert fields(self.CODES, layout)["code"].value == CODE


def test_a_value_that_cannot_be_parsed_is_kept_as_it_reads() -> None:
    template = form({"since": {"kind": "date", "labels": ["成立日期"]}})
    found = fields(template, page(at(100, 100, "成立日期：2019年13月41日")))["since"]
    assert found.value is None
    assert found.raw == "2019年13月41日"


def test_a_better_place_replaces_one_that_cannot_be_parsed() -> None:
    template = form({"since": {"kind": "date", "labels": ["成立日期"]}})
    layout = page(at(100, 100, "成立日期：2019年13月41日"), at(100, 300, "成立日期：2019年3月1日"))
    assert fields(template, layout)["since"].value == "2019-03-01"


def test_the_confidence_is_that_of_the_weakest_character() -> None:
    template = form({"person": {"kind": "person", "labels": ["法定代表人"]}})
    text = "法定代表人张样"
    weak = line(text, [0.2] * 5 + [0.99, 0.61], Box(100, 100, 310, 130))
    assert fields(template, page(weak))["person"].confidence == 0.61


class TestLists:
    GRADES = form({"grades": {"kind": "list", "labels": ["资质等级"], "entry_ends": "级|不分等级"}})

    def spans(self, *lines: str) -> list[Span]:
        return [Span(0, part, 0, len(part.text)) for part in map(line, lines)]

    def test_an_entry_goes_on_until_it_ends_as_entries_do(self) -> None:
        grades = spec("list", entry_ends="级|不分等级")
        raw = raw_of(
            grades,
            self.spans("建筑工程施工总承包", "壹级", "市政公用工程施工总承包贰级；", "模板脚手架专业承包不分", "等级"),
        )
        assert raw.split("\n") == [
            "建筑工程施工总承包壹级",
            "市政公用工程施工总承包贰级；",
            "模板脚手架专业承包不分等级",
        ]

    def test_without_a_rule_every_line_is_an_entry(self) -> None:
        assert raw_of(spec("list"), self.spans("甲", "乙")) == "甲\n乙"

    def test_other_kinds_run_on(self) -> None:
        assert raw_of(spec("address"), self.spans("沈阳市样张路", "1号")) == "沈阳市样张路1号"

    def test_on_a_form(self) -> None:
        layout = page(
            at(100, 100, "资质等级"), at(300, 100, "建筑工程施工总承包"), at(300, 140, "壹级"),
            at(300, 180, "防水防腐保温工程专业承包贰级"),
        )  # fmt: skip
        assert fields(self.GRADES, layout)["grades"].value == ("建筑工程施工总承包一级", "防水防腐保温工程专业承包二级")


class TestSeals:
    """The registration authority often stands in its seal alone; companies seal certificates too."""

    LICENCE = named("business_license")
    FACE = (at(700, 100, "营业执照", size=80), at(100, 300, "名称：沈阳样张建设有限公司"))

    @pytest.mark.parametrize(
        "text",
        [
            "沈阳市市场监督管理局", "辽宁省住房和城乡建设厅", "沈阳市和平区行政审批局", "沈阳市政务服务中心",
            "深圳市市场监督管理局南山监管局", "上海市市场监督管理局浦东分局",
        ],
    )  # fmt: skip
    def test_the_ring_of_an_authority(self, text: str) -> None:
        found = fields(self.LICENCE, page(*self.FACE), seals=[seal("沈阳样张建设有限公司"), seal(text)])["authority"]
        assert found.raw == text
        assert found.source == "seal"

    @pytest.mark.parametrize(
        "text",
        ["沈阳样张建设有限公司", "合同专用章", "局", "沈阳样张会计师事务所", "沈阳样张商务中心", "沈阳样张建材经营部"],
    )
    def test_the_ring_of_a_company_is_none(self, text: str) -> None:
        assert "authority" not in fields(self.LICENCE, page(*self.FACE), seals=[seal(text)])

    @pytest.mark.parametrize("doc_type", ["construction_qualification", "safety_production_license"])
    def test_on_other_certificates_too(self, doc_type: str) -> None:
        blank = page(at(100, 100, "证书"))
        rings = [seal("沈阳样张工程建设商务中心"), seal("中华人民共和国住房和城乡建设部")]
        assert raws(named(doc_type), blank, seals=rings)["authority"] == "中华人民共和国住房和城乡建设部"

    def test_print_counts_before_a_seal(self) -> None:
        layout = page(*self.FACE, at(1200, 1000, "登记机关"), at(1400, 1000, "沈阳市市场监督管理局"))
        found = fields(self.LICENCE, layout, seals=[seal("大连市市场监督管理局")])["authority"]
        assert (found.raw, found.source) == ("沈阳市市场监督管理局", "extracted")

    def test_seals_are_not_read_where_nothing_asks_for_them(self) -> None:
        def unasked() -> list[SealText]:
            raise AssertionError("reading seals costs time")

        layout = page(*self.FACE, at(1200, 1000, "登记机关"), at(1400, 1000, "沈阳市市场监督管理局"))
        reading = extract(self.LICENCE, [layout], 1.0, unasked)
        assert reading.fields["authority"].source == "extracted"


def test_required_fields_that_are_absent_are_named() -> None:
    template = form(
        {
            "name": {"name": {"zh": "名称", "en": "Name"}, "labels": ["名称"], "required": True},
            "kind": {"name": {"zh": "类型", "en": "Type"}, "labels": ["类型"], "required": True},
            "note": {"name": {"zh": "备注", "en": "Note"}, "labels": ["备注"]},
        }
    )
    reading = extract(template, [page(at(100, 100, "名称：样张"))], 0.9, lambda: ())
    assert [notice.code for notice in reading.notices] == ["extract.required_absent"]
    assert reading.notices[0].message.zh.endswith("：类型")
    assert reading.notices[0].message.en.endswith(": Type")
    whole = extract(template, [page(at(100, 100, "名称：样张"), at(100, 200, "类型：公司"))], 0.9, lambda: ())
    assert whole.notices == ()


def test_a_field_without_a_way_is_never_read() -> None:
    assert isinstance(named("construction_qualification").fields["grade"], FieldSpec)
    layout = page(at(100, HEIGHT / 2, "资质类别及等级：建筑工程施工总承包壹级"))
    assert "grade" not in fields(named("construction_qualification"), layout)
